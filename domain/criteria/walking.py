"""Walks through the criteria of a tree, each with its path."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID


def every_criterion(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yields the tree, which `parse` has accepted, then all criteria below it, each with its path."""
    yield path, tree
    for form in ("all", "any"):
        for index, item in enumerate(tree.get(form, ())):
            yield from every_criterion(item, _below(_below(path, form), index))
    if "not" in tree:
        yield from every_criterion(tree["not"], _below(path, "not"))


def named_segments(tree: Mapping[str, Any]) -> Iterator[tuple[str, UUID]]:
    """Yields the id of each segment that the tree names, with its path. The segments themselves are not walked."""
    for path, criterion in every_criterion(tree):
        if "segment" in criterion:
            yield _below(path, "segment"), UUID(criterion["segment"])


def in_currency(tree: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Returns the criteria with this currency in each `spent` that names none. Segments are not resolved."""
    named = dict(tree)
    for form in ("all", "any"):
        if form in tree:
            named[form] = [in_currency(item, currency) for item in tree[form]]
    if "not" in tree:
        named["not"] = in_currency(tree["not"], currency)
    if "spent" in tree:
        named["spent"] = {**tree["spent"], "currency": tree["spent"].get("currency") or currency}
    return named


def _below(path: str, part: object) -> str:
    return f"{path}.{part}" if path else str(part)
