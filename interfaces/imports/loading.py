"""Loads a file: each row through its schema and its use case; a bad one is refused, all others are stored."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, BinaryIO

import marshmallow as ma

from application import codec
from application.requests import Request
from application.services import Services
from application.touchpoints.commands import RecordTouchpoint
from domain.errors import Conflict, FarleyError, InvalidInput, NotFound, RuleBroken
from interfaces.http.schemas.base import errors_of
from interfaces.imports.columns import Columns
from interfaces.imports.kinds import Body, Kind
from interfaces.imports.lanes import Lanes
from interfaces.imports.naming import RowNames
from interfaces.imports.report import Errors, Report
from interfaces.imports.rows import Layout, Row, rows
from interfaces.imports.spelling import Spelling

AT_A_TIME = 500
THREADS = 4
BELONGING_TO_THE_ROW = (InvalidInput, NotFound, RuleBroken, Conflict, ma.ValidationError)

Derive = Callable[[int, Mapping[str, Any]], Mapping[str, Any]]
"""From a row's number in the file, from 1, and its cells to further cells."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a file holds and how it is read. `key`: the columns by which `source` knows a row again."""

    kind: Kind
    source: str
    layout: Layout = field(default_factory=Layout)
    key: tuple[str, ...] = ()
    columns: Columns = field(default_factory=Columns)
    derive: Derive | None = None


@dataclass(frozen=True, kw_only=True)
class _Named:
    """A row with its body as over HTTP, not loaded yet."""

    row: Row
    body: Body


class Loading:
    """One file, once. `spelling` counts the dates it completed; `report` grows while the file is read."""

    def __init__(self, services: Services, plan: Plan, spelling: Spelling, report: Report) -> None:
        self._services = services
        self._plan = plan
        self._spelling = spelling
        self._schema = plan.kind.schema()
        self._correlation_id = services.ids.new()
        self.report = report

    def load(self, file: BinaryIO) -> Report:
        """Reads to the end. Raises Unavailable where the database is away: what was stored stays."""
        bodies = self._bodies(rows(file, self._plan.layout))
        if self._plan.kind.record is None:
            self._load_batches(bodies)
        else:
            self._load_one_by_one(bodies)
        return self.report

    def _bodies(self, read: Iterable[Row]) -> Iterator[_Named]:
        names = RowNames(self._plan.key)
        for number, row in enumerate(read, start=1):
            try:
                yield _Named(row=row, body=self._body(number, row, names))
            except BELONGING_TO_THE_ROW as refusal:
                self._refuse(row, refusal)

    def _body(self, number: int, row: Row, names: RowNames) -> Body:
        if row.refusal is not None:
            raise row.refusal
        codec.refuse_unstorable(row.cells)
        plan, cells = self._plan, row.cells
        name = names.name_of(cells)
        if plan.derive is not None:
            cells = {**cells, **plan.derive(number, cells)}
        body = plan.columns.body(cells, dotted=not plan.layout.json_lines)
        plan.kind.identify(body, plan.source, name, named_by_key=bool(plan.key))
        return self._spelling.spell(self._schema, body)

    def _load_one_by_one(self, bodies: Iterable[_Named]) -> None:
        with Lanes(THREADS) as lanes:
            for named in bodies:
                lanes.put(self._plan.kind.lane_of(named.body), partial(self._record, named))

    def _record(self, named: _Named) -> None:
        record = self._plan.kind.record
        assert record is not None
        try:
            new = record(self._services, self._schema.load(named.body), self._request())
        except BELONGING_TO_THE_ROW as refusal:
            self._refuse(named.row, refusal)
        else:
            self.report.take(new=new)

    def _load_batches(self, bodies: Iterator[_Named]) -> None:
        while batch := list(islice(bodies, AT_A_TIME)):
            self._record_batch(batch)

    def _record_batch(self, batch: list[_Named]) -> None:
        commands: list[RecordTouchpoint | list[InvalidInput]] = [self._touchpoint(named) for named in batch]
        told = self._services.touchpoints.record_touchpoints(commands, self._request()).body
        for rejected in told["rejected"]:
            row = batch[rejected["index"]].row
            self.report.refuse(row.line, rejected["errors"], row.cells)
        self.report.take(new=True, count=told["accepted"])
        self.report.take(new=False, count=told["duplicates"])

    def _touchpoint(self, named: _Named) -> RecordTouchpoint | list[InvalidInput]:
        try:
            return RecordTouchpoint(**self._schema.load(named.body))
        except ma.ValidationError as refusal:
            return [InvalidInput(e["message"], path=e["path"], code=e["code"]) for e in _errors(refusal)]

    def _request(self) -> Request:
        return Request(
            actor=f"import:{self._plan.source}",
            received_at=self._services.clock.now(),
            correlation_id=self._correlation_id,
        )

    def _refuse(self, row: Row, refusal: Exception) -> None:
        self.report.refuse(row.line, _errors(refusal), row.cells)


def _errors(refusal: Exception) -> Errors:
    """Path, code and message of all that is wrong."""
    if isinstance(refusal, ma.ValidationError):
        return list(errors_of(refusal.messages))
    if isinstance(refusal, InvalidInput):
        return [{"path": refusal.path, "code": refusal.code, "message": refusal.message}]
    assert isinstance(refusal, FarleyError)
    details = {name: str(value) for name, value in refusal.details.items()}
    return [{"path": "", "code": _code(refusal), "message": refusal.message, **details}]


def _code(refusal: FarleyError) -> str:
    """`DifferentContent` -> `different_content`."""
    name = type(refusal).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
