"""The plan of an import, made from options and a preset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interfaces.imports.columns import Columns, two_columns
from interfaces.imports.headers import UnreadableFile
from interfaces.imports.kinds import Kind
from interfaces.imports.rows import Layout

Derive = Callable[[int, Mapping[str, Any]], Mapping[str, Any]]
"""Computes further cells from a row's number in the file, from 1, and its cells."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a file holds and how it is read.

    `key` holds the columns by which `source` identifies a row. `dated` holds the columns that have their own
    patterns of dates.
    """

    kind: Kind
    source: str
    layout: Layout = field(default_factory=Layout)
    key: tuple[str, ...] = ()
    columns: Columns = field(default_factory=Columns)
    derive: Derive | None = None
    dated: frozenset[str] = frozenset()

    def body(self, number: int, cells: Mapping[str, Any], name: str) -> dict[str, Any]:
        """Returns a row's body; the texts keep the file's spelling.

        `number` is the row's number in the file, and `name` the row's name in its source.
        """
        if self.derive is not None:
            cells = {**cells, **self.derive(number, cells)}
        body = self.columns.body(cells, dotted=not self.layout.json_lines)
        self.kind.identify(body, self.source, name, named_by_key=bool(self.key))
        return body

    def refuse_unusable_columns(self, names: Sequence[str]) -> None:
        """Raises UnreadableFile if the CSV file lacks a column of the plan, or if two columns fill one field."""
        wanted = {*self.key, *self.dated, *self.columns.missing_from(names)}
        # A preset's `derive` adds columns that the file does not have.
        missing = sorted(wanted.difference(names)) if self.derive is None else []
        if missing:
            raise UnreadableFile(
                f"The file has no column {', '.join(missing)}; its columns are {', '.join(names)}."
            )
        for first, second in self.columns.clashes(names):
            raise UnreadableFile(two_columns(first, second))
