"""What is to be imported, once options and presets are read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interfaces.imports.columns import Columns, two_columns
from interfaces.imports.headers import UnreadableFile
from interfaces.imports.kinds import Kind
from interfaces.imports.rows import Layout

Derive = Callable[[int, Mapping[str, Any]], Mapping[str, Any]]
"""From a row's number in the file, from 1, and its cells to further cells."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a file holds and how it is read.

    `key`: the columns by which `source` knows a row again; `dated`: those whose dates have patterns of their own.
    """

    kind: Kind
    source: str
    layout: Layout = field(default_factory=Layout)
    key: tuple[str, ...] = ()
    columns: Columns = field(default_factory=Columns)
    derive: Derive | None = None
    dated: frozenset[str] = frozenset()

    def body(self, number: int, cells: Mapping[str, Any], name: str) -> dict[str, Any]:
        """The body of a row with this number in the file and this name in its source, its texts as they stand."""
        if self.derive is not None:
            cells = {**cells, **self.derive(number, cells)}
        body = self.columns.body(cells, dotted=not self.layout.json_lines)
        self.kind.identify(body, self.source, name, named_by_key=bool(self.key))
        return body

    def refuse_unusable_columns(self, names: Sequence[str]) -> None:
        """UnreadableFile where the plan names a column that a CSV file has not, or two columns are one field."""
        wanted = {*self.key, *self.dated, *self.columns.missing_from(names)}
        # a preset makes columns of its own from those of the file
        missing = sorted(wanted.difference(names)) if self.derive is None else []
        if missing:
            raise UnreadableFile(
                f"The file has no column {', '.join(missing)}; its columns are {', '.join(names)}."
            )
        for first, second in self.columns.clashes(names):
            raise UnreadableFile(two_columns(first, second))
