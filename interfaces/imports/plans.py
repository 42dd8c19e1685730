"""The plan of an import, made from options and a preset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interfaces.imports.columns import Columns, two_columns
from interfaces.imports.headers import UnreadableFile
from interfaces.imports.kinds import ImportKind
from interfaces.imports.rows import Layout


@dataclass(frozen=True, kw_only=True)
class Derive:
    """Computes further cells, of the columns `gives`, from a row's cells, which include the columns `needs`.

    `cells` gets the row's number in the file, from 1, and its cells.
    """

    needs: frozenset[str]
    gives: frozenset[str]
    cells: Callable[[int, Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a file holds and how it is read.

    `key` holds the columns by which `source` identifies a row. `dated` holds the columns that have their own
    patterns of dates.
    """

    kind: ImportKind
    source: str
    layout: Layout = field(default_factory=Layout)
    key: tuple[str, ...] = ()
    columns: Columns = field(default_factory=Columns)
    derive: Derive | None = None
    dated: frozenset[str] = frozenset()

    @property
    def given(self) -> Mapping[str, str]:
        """The fields that a row has from its import if it does not give them."""
        kind = self.kind
        return {"source": self.source} if kind.identified_by and not kind.registers_customers else {}

    def body(self, number: int, cells: Mapping[str, Any], name: str) -> dict[str, Any]:
        """Returns a row's body; the texts keep the file's spelling.

        `number` is the row's number in the file, and `name` the row's name in its source.
        """
        if self.derive is not None:
            cells = {**cells, **self.derive.cells(number, cells)}
        body = self.columns.body(cells, dotted=not self.layout.json_lines)
        self.kind.identify(body, self.source, name, named_by_key=bool(self.key))
        return body

    def shape(self, names: Sequence[str]) -> dict[str, Any]:
        """Returns the body of a row of a CSV file with these columns whose cells are all filled."""
        body = self.columns.body(dict.fromkeys(self.all_columns(names), True), dotted=True)
        self.kind.identify(body, self.source, "1", named_by_key=bool(self.key))
        return body

    def refuse_unusable_columns(self, names: Sequence[str]) -> None:
        """Raises UnreadableFile if the CSV file lacks a column of the plan, or if two columns fill one field, or a
        column and a constant.

        Also raises it for a pattern of dates whose column is not read.
        """
        known = self.all_columns(names)
        patterned = {column for column in self.dated if not self.columns.is_own_name(column)}
        needed = self.derive.needs if self.derive else frozenset()
        expected = {*self.key, *needed, *patterned, *self.columns.missing_from(known)}
        if missing := sorted(expected.difference(known)):
            raise UnreadableFile(
                f"The file has no column {', '.join(missing)}; its columns are {', '.join(names)}."
            )
        for column in sorted(patterned):
            if not self.columns.fills(column):
                raise UnreadableFile(
                    f"--dates names {column}, which is not mapped: --map {column}=FIELD maps it."
                )
        for first, second in self.columns.clashes(known):
            raise UnreadableFile(two_columns(first, second))
        for column, constant in self.columns.overridden(known):
            raise UnreadableFile(
                f"The column {column} and --set {constant}={self.columns.constants[constant]} are one field: leave"
                " one of them out. --mapped-only leaves out all columns that are not mapped."
            )

    def all_columns(self, names: Sequence[str]) -> Sequence[str]:
        """Returns the columns of a CSV file with these columns, and those that are computed from them."""
        return [*names, *sorted(self.derive.gives)] if self.derive else names
