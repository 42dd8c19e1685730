"""Reads a tree of criteria as clients write it, and refuses unknown names and values."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from domain.criteria.comparing import compared
from domain.criteria.errors import InvalidCriteria
from domain.criteria.histories import did, spent
from domain.criteria.tree import AllOf, AnyOf, Criteria, InSegment, Not
from domain.criteria.values import below, not_empty, only, word

DEEPEST = 20
LARGEST = 500
"""The most nodes of a tree, including the nodes of its segments."""
MOST_HISTORIES = 50
"""The most criteria about what customers did or spent in one tree: each reads another table."""

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""The one notation of ids, which PostgreSQL reads, too."""

SegmentCriteria = Callable[[UUID], Mapping[str, Any] | None]


def parse(tree: object, *, declared: Mapping[str, str], segment: SegmentCriteria) -> Criteria:
    """Returns the checked tree. Raises InvalidCriteria, with the path, for an invalid one.

    `declared` maps each declared customer attribute that is not personal to its type. `segment` returns the
    criteria of a segment, or None if no segment has this id.
    """
    return _Reader(declared, segment).read(tree, "", 1, ())


class _Reader:
    """Reads one tree and counts its nodes. `inside` holds the ids of the segments around the current node."""

    def __init__(self, declared: Mapping[str, str], segment: SegmentCriteria) -> None:
        self._declared = declared
        self._segment = segment
        self._nodes = 0
        self._histories = 0

    def read(self, tree: object, path: str, depth: int, inside: tuple[UUID, ...]) -> Criteria:
        """Returns the checked tree. Raises InvalidCriteria if a `not` leaves nobody."""
        criteria = self._read(tree, path, depth, inside)
        if isinstance(criteria, Not) and _is_everybody(criteria.item):
            raise InvalidCriteria(
                "Everybody matches this, so nobody is left.", path=below(path, "not"), code="matches_nobody"
            )
        return criteria

    def _read(self, tree: object, path: str, depth: int, inside: tuple[UUID, ...]) -> Criteria:
        if not isinstance(tree, Mapping):
            raise InvalidCriteria("Criteria are an object.", path=path, code="not_an_object")
        self._count_node(path, depth)
        form = _form_of(tree, path)
        content, place = tree[form], below(path, form)
        match form:
            case "all":
                return AllOf(items=self._items(content, place, depth, inside))
            case "any":
                return AnyOf(items=not_empty(self._items(content, place, depth, inside), place))
            case "not":
                return Not(item=self._read(content, place, depth + 1, inside))
            case "segment":
                return self._in_segment(content, place, depth, inside)
            case "field":
                return compared(tree, path, self._declared)
        self._count_history(path)
        if form == "spent":
            return spent(content, place)
        return did(content, place) if form == "did" else Not(item=did(content, place))

    def _items(
        self, content: object, path: str, depth: int, inside: tuple[UUID, ...]
    ) -> tuple[Criteria, ...]:
        if not isinstance(content, list | tuple):
            raise InvalidCriteria("This must be a list.", path=path, code="wrong_type")
        return tuple(
            self.read(item, below(path, index), depth + 1, inside) for index, item in enumerate(content)
        )

    def _in_segment(self, content: object, path: str, depth: int, inside: tuple[UUID, ...]) -> InSegment:
        segment_id = _segment_id(content, path)
        if segment_id in inside:
            raise InvalidCriteria("This segment contains itself.", path=path, code="segment_cycle")
        criteria = self._segment(segment_id)
        if criteria is None:
            raise InvalidCriteria("No segment has this id.", path=path, code="unknown_segment")
        return InSegment(
            segment_id=segment_id, criteria=self.read(criteria, path, depth + 1, (*inside, segment_id))
        )

    def _count_node(self, path: str, depth: int) -> None:
        self._nodes += 1
        if depth > DEEPEST:
            raise InvalidCriteria(f"Nested deeper than {DEEPEST} levels.", path=path, code="too_deep")
        if self._nodes > LARGEST:
            raise InvalidCriteria(f"More than {LARGEST} criteria.", path=path, code="too_many")

    def _count_history(self, path: str) -> None:
        self._histories += 1
        if self._histories > MOST_HISTORIES:
            raise InvalidCriteria(
                f"More than {MOST_HISTORIES} criteria about what was done or spent.",
                path=path,
                code="too_many",
            )


_FORMS = ("all", "any", "not", "field", "did", "did_not", "spent", "segment")


def _form_of(tree: Mapping[str, Any], path: str) -> str:
    forms = [form for form in _FORMS if form in tree]
    if len(forms) != 1:
        raise InvalidCriteria(f"One of {', '.join(_FORMS)} is needed.", path=path, code="unknown_criterion")
    if forms != ["field"]:
        only(tree, (forms[0],), (), path)
    return forms[0]


def _is_everybody(criteria: Criteria) -> bool:
    """Whether `all` without items makes everybody match. The criteria of a segment may change and do not count."""
    match criteria:
        case AllOf():
            return all(_is_everybody(item) for item in criteria.items)
        case AnyOf():
            return any(_is_everybody(item) for item in criteria.items)
        case Not(item=Not(item=item)):
            return _is_everybody(item)
    return False


def _segment_id(content: object, path: str) -> UUID:
    text = word(content, path)
    if not _ID.fullmatch(text):
        raise InvalidCriteria("A segment is named by its id.", path=path, code="invalid_id")
    return UUID(text)
