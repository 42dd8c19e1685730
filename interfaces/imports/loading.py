"""Loads a file's rows through their schema and use case; wrong rows are refused, all others are stored."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID

import marshmallow as ma

from application import codec
from application.requests import Request
from application.services import Services
from domain.errors import Conflict, InvalidInput, NotFound, RuleBroken
from domain.plain_text import stored_tree
from interfaces.imports.faults import Faults
from interfaces.imports.fitting import misfits
from interfaces.imports.headers import UnreadableFile
from interfaces.imports.kinds import Outcome, Recorded
from interfaces.imports.lanes import RowLanes
from interfaces.imports.naming import RowNames
from interfaces.imports.option_texts import UnusableOption
from interfaces.imports.plans import Plan
from interfaces.imports.report import Report
from interfaces.imports.rows import Row, RowFile
from interfaces.imports.spelling import SCOPES, Spelling
from interfaces.imports.usual_rows import UsualRows
from interfaces.value_rules import Body, broken

AT_A_TIME = 500
THREADS = 4
ROWS_WAITING = 64
_FITS = Recorded(new=True)
"""What comes of a row in a dry run."""
BELONGING_TO_THE_ROW = (InvalidInput, NotFound, RuleBroken, Conflict, ma.ValidationError)


class _Named(NamedTuple):
    """A row with the body that its fact has over HTTP, and what the schema loaded from it, if it did already."""

    row: Row
    body: Body
    loaded: Body | None = None


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a file is loaded. `actor`, `correlation_id`: those of its facts, if they are not made from the source.

    `dry_run`: rows are read and checked, and nothing is stored. `between`: is called before each batch of rows is
    recorded, and may raise an error to stop the import there. `threads`: those that record rows of kinds that are
    recorded one by one.
    """

    actor: str | None = None
    correlation_id: UUID | None = None
    dry_run: bool = False
    between: Callable[[], None] = lambda: None
    threads: int = THREADS


class Loading:
    """Loads one file, once. `spelling` counts the dates that got a zone; `report` counts the rows done so far."""

    def __init__(
        self,
        services: Services,
        plan: Plan,
        spelling: Spelling,
        report: Report,
        manner: Manner = Manner(),
    ) -> None:
        self._manner = manner
        self._services = services
        self._plan = plan
        self._spelling = spelling
        self._schema = plan.kind.schema()
        self._names = RowNames(plan.key)
        self._usual_rows = UsualRows(plan, self._schema, spelling, self._names)
        self._faults = Faults(
            services=services, plan=plan, schema=self._schema, spelling=spelling, names=self._names
        )
        # A row that is named by its hash never repeats, so its body needs no memory.
        self._may_repeat = bool(plan.key) or not plan.kind.identified_by
        self._attributes_seen = {field: set[str]() for field in SCOPES}
        self._correlation_id = manner.correlation_id or services.ids.new()
        self.report = report

    def load(self, file: BinaryIO) -> Report:
        """Loads the whole file and returns the report.

        Raises UnusableOption or UnreadableFile if no row can fit the plan; then nothing is stored. Raises
        Unavailable if the database cannot be reached; then the facts of earlier rows stay stored.
        """
        self._spelling.declare(self._services.catalogue.attributes())
        wrong = list(self._faults.wrong_constants(self._request()))
        if self._plan.layout.json_lines:
            wrong += self._plan.columns.without_effect(self._plan.columns.paths)
        if wrong:
            raise UnusableOption(f"No row can be imported. {' '.join(wrong)}")
        usable = self._refuse_misfits
        rows = RowFile(file, self._plan.layout, names_are_usable=usable, is_row=self._is_row)
        self.report.about(rows)
        try:
            self._load(one for one in self._named(rows) if not self.report.was_done(one.row))
        finally:
            self.report.end()
        return self.report

    def _refuse_misfits(self, names: Sequence[str]) -> None:
        self._plan.refuse_unusable_columns(names)
        if problems := [*misfits(self._plan, names), *self._plan.columns.without_effect(names)]:
            raise UnreadableFile(f"No row can be imported. {' '.join(problems)}")

    def _load(self, named: Iterator[_Named]) -> None:
        if self._plan.kind.record_all is None:
            with RowLanes(self._manner.threads, waiting=ROWS_WAITING) as lanes:
                for place, row in enumerate(named):
                    if place % ROWS_WAITING == 0:
                        self._manner.between()
                    lanes.put(self._plan.kind.lane_of(row.body), partial(self._record, row))
        else:
            with RowLanes(1, waiting=1) as lanes:
                while batch := list(islice(named, AT_A_TIME)):
                    lanes.put("", partial(self._record_all, batch))

    def _named(self, read: Iterable[Row]) -> Iterator[_Named]:
        """Yields the readable rows with their bodies. Unreadable and repeated rows go to the report only."""
        for row in read:
            if not self._may_repeat and (loaded := self._usual_rows.loaded(row)) is not None:
                yield _Named(row=row, body=loaded, loaded=loaded)
                continue
            try:
                body = self._body(row)
            except BELONGING_TO_THE_ROW as refusal:
                self._refuse(row, refusal)
                continue
            if self._may_repeat and self._names.is_repeated(body):
                self.report.take(row, new=False)
            else:
                yield _Named(row=row, body=body)

    def _body(self, row: Row) -> Body:
        if row.refusal is not None:
            raise row.refusal
        codec.refuse_unstorable(row.cells)
        cells = stored_tree(row.cells)
        name = self._names.name_of(cells)
        return self._spelling.spell(self._schema, self._plan.body(row.number, cells, name))

    def _is_row(self, cells: Mapping[str, Any]) -> bool:
        """Says whether the schema accepts these cells of a CSV row. The check changes no counter."""
        try:
            body = self._plan.body(0, stored_tree(dict(cells)), "0")
            return not self._schema.validate(copy(self._spelling).spell(self._schema, body))
        except BELONGING_TO_THE_ROW:
            return False

    def _record(self, named: _Named) -> None:
        record = self._plan.kind.record
        assert record is not None
        try:
            body = self._load_body(named)
            recorded = (
                self._fitting(named)
                if self._manner.dry_run
                else record(self._services, body, self._request())
            )
        except BELONGING_TO_THE_ROW as refusal:
            self._refuse(named.row, refusal)
        else:
            self._take(named, recorded)

    def _record_all(self, batch: Sequence[_Named]) -> None:
        self._manner.between()
        loaded = [(named, body) for named in batch if (body := self._loaded(named)) is not None]
        outcomes = self._outcomes(loaded)
        for (named, _), outcome in zip(loaded, outcomes, strict=True):
            if isinstance(outcome, Recorded):
                self._take(named, outcome)
            elif isinstance(outcome, BELONGING_TO_THE_ROW):
                self._refuse(named.row, outcome)
            else:
                raise outcome

    def _outcomes(self, loaded: Sequence[tuple[_Named, Body]]) -> Sequence[Outcome]:
        record_all = self._plan.kind.record_all
        assert record_all is not None
        if self._manner.dry_run:
            return [self._checked(named) for named, _ in loaded]
        return record_all(self._services, [body for _, body in loaded], self._request())

    def _checked(self, named: _Named) -> Outcome:
        try:
            return self._fitting(named)
        except InvalidInput as refusal:
            return refusal

    def _fitting(self, named: _Named) -> Recorded:
        """Returns what comes of a row in a dry run. Raises InvalidInput for a value that breaks a rule."""
        for refusal in broken(self._plan.kind.rules, self._services, named.body, self._request()):
            raise refusal
        return _FITS

    def _take(self, named: _Named, recorded: Recorded) -> None:
        if recorded.may_be_double:
            self.report.doubles.append(named.row.line)
        self._note_undeclared(named.body)
        self.report.take(named.row, new=recorded.new, undeclared_names=recorded.undeclared_names)

    def _note_undeclared(self, body: Body) -> None:
        """Notes the attributes of a stored row that are not declared, each with the nearest declared name."""
        for field, seen in self._attributes_seen.items():
            attributes = body.get(field)
            for name in attributes if isinstance(attributes, dict) else ():
                if name in seen:
                    continue
                seen.add(name)
                if not self._spelling.is_declared(field, name):
                    path = f"{field}.{name}"
                    self.report.undeclared_attributes[path] = self._spelling.declared_near(path)

    def _loaded(self, named: _Named) -> Body | None:
        try:
            return self._load_body(named)
        except ma.ValidationError as refusal:
            self._refuse(named.row, refusal)
            return None

    def _load_body(self, named: _Named) -> Body:
        """Returns what the schema loads from the row's body. Raises ValidationError."""
        body: Body = named.loaded if named.loaded is not None else self._schema.load(named.body)
        return body

    def _request(self) -> Request:
        return Request(
            actor=self._manner.actor or f"import:{self._plan.source}",
            received_at=self._services.clock.now(),
            correlation_id=self._correlation_id,
        )

    def _refuse(self, row: Row, refusal: Exception) -> None:
        self.report.refuse(row, self._faults.errors(row, refusal, self._request()))
