"""From a row's cells to the body that the same fact has over HTTP."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

Tree = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Which column goes where. Paths have dots: `identifier.kind`, `lines.0.amount`.

    `paths`: of renamed columns; others are called like their field. `constants`: the same in every row; one
    in an item of a list needs a cell in that item. `mapped_only`: other columns are left out.
    """

    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    mapped_only: bool = False

    def body(self, cells: Mapping[str, Any], *, dotted: bool) -> Tree:
        """`dotted`: columns' names are paths (CSV), not names of members (JSON). Empty cells are none."""
        tree: Tree = {}
        for column, value in cells.items():
            if value != "":
                for path in self._paths_of(column, dotted):
                    _put(tree, path, deepcopy(value))
        for name, constant in self.constants.items():
            _put_constant(tree, name.split("."), constant)
        built: Tree = _built(tree)
        return built

    def _paths_of(self, column: str, dotted: bool) -> list[list[str]]:
        if column in self.paths:
            return [path.split(".") for path in self.paths[column]]
        if self.mapped_only:
            return []
        return [column.split(".") if dotted else [column]]


class _Branch(dict[str, Any]):
    """A part that paths made, so that it is told from an object that came as a value."""


def _put(tree: Tree, path: list[str], value: Any) -> None:
    for name in path[:-1]:
        below = tree.get(name)
        if not isinstance(below, dict):
            below = tree[name] = _Branch()
        tree = below
    tree[path[-1]] = value


def _put_constant(tree: Tree, path: list[str], value: str) -> None:
    items = [index for index, name in enumerate(path) if name.isdecimal()]
    if not items or _filled(tree, path[: items[-1] + 1]):
        _put(tree, path, value)


def _filled(tree: Any, path: list[str]) -> bool:
    for name in path:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree is not None


def _built(value: Any) -> Any:
    """Branches whose names are numbers become lists, in the order of these."""
    if isinstance(value, _Branch):
        built = {name: _built(item) for name, item in value.items()}
        if all(name.isdecimal() for name in built):
            return [built[name] for name in sorted(built, key=int)]
        return built
    return {name: _built(item) for name, item in value.items()} if isinstance(value, dict) else value
