"""Builds a body from paths and values, one value after the other."""

from typing import Any

from domain.errors import InvalidInput

Tree = dict[str, Any]
JOIN = "--map {}=FIELD joins them with a space between"


class Items(list[Any]):
    """A list that paths made. `places` holds the name of each item in those paths: `1` and `3` of two lines."""

    def __init__(self, items: dict[str, Any]) -> None:
        self.places = sorted(items, key=int)
        super().__init__(items[name] for name in self.places)


class _Branch(dict[str, Any]):
    """An object that paths made; the class distinguishes it from an object that is a value."""


def overlap(path: str, other: str) -> bool:
    """Says whether two paths are one field, or a field and a part of that field."""
    return f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.")


def put_cell(tree: Tree, path: list[str], value: Any) -> None:
    """Puts a value at the path. Raises InvalidInput, with the path, if the tree has a value there."""
    if not _is_free(tree, path):
        message = f"Two columns are this field: {JOIN.format('COLUMN+COLUMN')}."
        raise InvalidInput(message, path=".".join(path), code="two_columns")
    _put(tree, path, value)


def _is_free(tree: Any, path: list[str]) -> bool:
    for name in path:
        if not isinstance(tree, dict):
            return False
        if name not in tree:
            return True
        tree = tree[name]
    return False


def _put(tree: Tree, path: list[str], value: Any) -> None:
    for name in path[:-1]:
        below = tree.get(name)
        if not isinstance(below, dict):
            below = tree[name] = _Branch()
        tree = below
    tree[path[-1]] = value


def put_constant(tree: Tree, path: list[str], value: str) -> None:
    """Puts a constant at the path. A constant in an item of a list needs another value in that item.

    Raises InvalidInput, with the path, if the tree has a value there.
    """
    if _filled(tree, path):
        field = ".".join(path)
        message = f"The row has this field, and --set {field}={value} gives it, too: leave one of them out."
        raise InvalidInput(message, path=field, code="two_values")
    item = item_of(path)
    if not item or _filled(tree, item):
        _put(tree, path, value)


def item_of(path: list[str]) -> list[str]:
    """Returns the path of the innermost item of a list that contains the path, or an empty path."""
    return path[: max((at for at, name in enumerate(path, start=1) if name.isdecimal()), default=0)]


def _filled(tree: Any, path: list[str]) -> bool:
    """Says whether the tree has a value at the path, or a value without such a part above it."""
    for name in path:
        if not isinstance(tree, dict):
            break
        tree = tree.get(name)
    return tree is not None


def built_tree(value: Any) -> Any:
    """Returns the tree with a list, in numerical order, for each branch whose names are all numbers."""
    if isinstance(value, _Branch):
        built = {name: built_tree(item) for name, item in value.items()}
        if all(name.isdecimal() for name in built):
            return Items(built)
        return built
    return {name: built_tree(item) for name, item in value.items()} if isinstance(value, dict) else value


def path_of_cell(tree: Any, path: str) -> str:
    """Returns the path by which a cell came to this path of the tree; the numbers of list items may differ."""
    names = []
    for name in path.split(".") if path else ():
        at = int(name) if name.isdecimal() else name
        names.append(tree.places[at] if isinstance(tree, Items) and isinstance(at, int) else name)
        tree = _below(tree, at)
    return ".".join(names)


def _below(tree: Any, at: int | str) -> Any:
    try:
        return tree[at]
    except (LookupError, TypeError):
        return None
