"""Turns a row's cells into the body that the same fact has over HTTP."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from domain.plain_text import without_margins
from interfaces.imports.trees import JOIN, Tree, built_tree, item_of, overlap, put_cell, put_constant
from interfaces.imports.written import Written

NULLS = frozenset({"NULL", r"\N"})
"""Texts that databases write for a missing value."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Maps columns to fields. A field's path has dots: `identifier.kind`, `lines.0.amount`.

    `paths` holds the fields of each renamed column; `a+b` joins the columns a and b. Other columns have the name
    of their field, unless `mapped_only` leaves them out. `constants` holds values by path that are the same in
    every row; a constant in an item of a list needs a cell in that item. `nulls` are the texts that count as an
    empty cell.
    """

    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    mapped_only: bool = False
    nulls: frozenset[str] = NULLS

    def body(self, cells: Mapping[str, Any], *, dotted: bool) -> Tree:
        """Builds the body from a row's cells; empty cells are left out.

        If `dotted`, the columns' names are paths (CSV); otherwise they are names of members (JSON). Raises
        InvalidInput, with the field as its path, if two columns, or a column and a constant, fill
        one field.
        """
        tree: Tree = {}
        for column, value in self._joined(cells).items():
            if not self._is_blank(value, dotted):
                for path in self._paths_of(column, dotted):
                    put_cell(tree, path, Written(value, column) if dotted else deepcopy(value))
        for name, constant in self.constants.items():
            put_constant(tree, name.split("."), Written(constant, name))
        built: Tree = built_tree(tree)
        return built

    def missing_from(self, names: Sequence[str]) -> Iterator[str]:
        """Yields the mapped columns that are not among `names`, the columns of a CSV file."""
        for column in self.paths:
            for part in [column] if column in names else self._joins.get(column, [column]):
                if part not in names:
                    yield part

    def clashes(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yields each pair of a CSV file's columns that fill one field, or a field and a part of that field."""
        columns: dict[str, str] = {}
        for column, path in self.filled_by(names):
            yield from ((other, column) for other_path, other in columns.items() if overlap(path, other_path))
            columns[path] = column

    def overridden(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yields each column of a CSV file with each constant for its field, or for a part of its field."""
        for column, path in self.filled_by(names):
            yield from ((column, name) for name in self.constants if overlap(path, name))

    def without_effect(self, names: Iterable[str]) -> Iterator[str]:
        """Yields a sentence for each constant in an item of a list that none of these columns gives."""
        columns = list(names)
        for name, value in self.constants.items():
            item = ".".join(item_of(name.split(".")))
            if item and self.column_of(item, columns, or_of_part=True) is None:
                yield (
                    f"--set {name}={value} has no effect: no column gives a part of {item};"
                    f" --map COLUMN={item}.FIELD does."
                )

    def column_of(self, path: str, names: Iterable[str], *, or_of_part: bool = False) -> str | None:
        """Returns which of a CSV file's columns fills the field, or a part of the field; None if no column does."""
        parts = path.split(".")
        columns: dict[bool, str] = {}
        for column in self._joined(dict.fromkeys(names, "")):
            for filled in self._paths_of(column, dotted=True):
                if filled[: len(parts)] == parts:
                    columns.setdefault(filled == parts, column)
        return columns.get(True) or (columns.get(False) if or_of_part else None)

    def is_own_name(self, column: str) -> bool:
        """Says whether this names joined columns or a constant, and so no column of a file."""
        return column in self._joins or column in self.constants

    def fills(self, column: str) -> bool:
        """Says whether the column of a CSV file fills any field by itself."""
        return bool(self._paths_of(column, dotted=True))

    def constants_alone(self) -> Tree:
        """Builds the body of a row whose cells are all empty, but with every constant."""
        tree: Tree = {}
        for name, constant in self.constants.items():
            put_cell(tree, name.split("."), Written(constant, name))
        built: Tree = built_tree(tree)
        return built

    @cached_property
    def _joins(self) -> dict[str, list[str]]:
        return {column: column.split("+") for column in self.paths if "+" in column}

    @cached_property
    def _joined_parts(self) -> frozenset[str]:
        return frozenset(part for parts in self._joins.values() for part in parts)

    def _joined(self, cells: Mapping[str, Any]) -> Mapping[str, Any]:
        joined = {
            name: " ".join(filter(None, (self._text_of(cells.get(part)) for part in parts)))
            for name, parts in self._joins.items()
            if name not in cells
        }
        return {**cells, **joined} if joined else cells

    def filled_by(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yields each of a CSV file's columns with each path that it fills."""
        for column in self._joined(dict.fromkeys(names, "x")):
            for path in self._paths_of(column, dotted=True):
                yield column, ".".join(path)

    def _text_of(self, value: Any) -> str:
        return "" if self._is_blank(value, dotted=True) else without_margins(str(value))

    def _is_blank(self, value: Any, dotted: bool) -> bool:
        if not isinstance(value, str):
            return value is None and dotted
        return not value or (dotted and (not without_margins(value) or without_margins(value) in self.nulls))

    def _paths_of(self, column: str, dotted: bool) -> list[list[str]]:
        if column in self.paths:
            return [path.split(".") for path in self.paths[column]]
        if self.mapped_only or column in self._joined_parts:
            return []
        return [column.split(".") if dotted else [column]]


def two_columns(first: str, second: str) -> str:
    """Returns the message that two columns fill one field, and how to join them."""
    return f"The columns {first} and {second} are one field: {JOIN.format(f'{first}+{second}')}."
