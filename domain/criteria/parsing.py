"""Reads a tree of criteria as clients write it, and refuses unknown names and values."""

import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from domain.catalogue.attribute_types import AttributeType
from domain.criteria.errors import InvalidCriteria
from domain.criteria.fields import (
    ATTRIBUTE_PREFIX,
    COMPARISONS,
    COMPLAINT,
    DOINGS,
    FIELDS,
    OPERATORS,
    ORDER,
    PLACES_IN_360,
    TEXT,
)
from domain.criteria.tree import AllOf, AnyOf, Compare, Criteria, Did, InSegment, Not, Spent, Value
from domain.criteria.values import (
    amount,
    below,
    currency,
    listed,
    only,
    typed,
    whole_number,
    word,
)
from domain.criteria.vocabularies import CHANNELS, VOCABULARIES, one_word, part, whole
from domain.errors import InvalidInput
from domain.plain_text import stored_form

DEEPEST = 20
LARGEST = 500
"""The most nodes of a tree, including the nodes of its segments."""
MOST_HISTORIES = 50
"""The most criteria about what customers did or spent in one tree: each reads another table."""
LONGEST_DAYS = 36_500
MOST_TIMES = 1_000_000

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
        if not isinstance(tree, Mapping):
            raise InvalidCriteria("Criteria are an object.", path=path, code="not_an_object")
        self._count_node(path, depth)
        form = _form_of(tree, path)
        content, place = tree[form], below(path, form)
        match form:
            case "all":
                return AllOf(items=self._items(content, place, depth, inside))
            case "any":
                return AnyOf(items=self._items(content, place, depth, inside))
            case "not":
                return Not(item=self.read(content, place, depth + 1, inside))
            case "segment":
                return self._in_segment(content, place, depth, inside)
            case "field":
                return self._compare(tree, path)
        self._count_history(path)
        if form == "spent":
            return _spent(content, place)
        return _did(content, place) if form == "did" else Not(item=_did(content, place))

    def _items(
        self, content: object, path: str, depth: int, inside: tuple[UUID, ...]
    ) -> tuple[Criteria, ...]:
        if not isinstance(content, list | tuple):
            raise InvalidCriteria("A list is needed here.", path=path, code="wrong_type")
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

    def _compare(self, leaf: Mapping[str, Any], path: str) -> Compare:
        only(leaf, ("field", "op", "value"), ("op",), path)
        field, type_ = self._field(word(leaf["field"], below(path, "field")), below(path, "field"))
        op = leaf["op"]
        if op not in OPERATORS[type_]:
            known = ", ".join(OPERATORS[type_])
            raise InvalidCriteria(f"{field} knows {known}.", path=below(path, "op"), code="unknown_operator")
        return Compare(field=field, type=type_, op=op, value=_value(field, leaf, op, type_, path))

    def _field(self, name: str, path: str) -> tuple[str, AttributeType]:
        field = PLACES_IN_360.get(name, name)
        attribute = field.removeprefix(ATTRIBUTE_PREFIX)
        if field in FIELDS:
            return field, FIELDS[field]
        if attribute != field and attribute in self._declared:
            return field, AttributeType(self._declared[attribute])
        known = ", ".join((*FIELDS, f"{ATTRIBUTE_PREFIX}NAME of what is declared and not personal"))
        raise InvalidCriteria(f"Known fields: {known}.", path=path, code="unknown_field")

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
    found = [form for form in _FORMS if form in tree]
    if len(found) != 1:
        raise InvalidCriteria(f"One of {', '.join(_FORMS)} is needed.", path=path, code="unknown_criterion")
    if found != ["field"]:
        only(tree, (found[0],), (), path)
    return found[0]


def _value(
    field: str, leaf: Mapping[str, Any], op: str, type_: AttributeType, path: str
) -> Value | tuple[Value, ...]:
    place = below(path, "value")
    if op == "exists":
        return bool(typed(leaf.get("value", True), AttributeType.BOOLEAN, place))
    only(leaf, ("field", "op", "value"), ("value",), path)
    read = partial(_typed, field, op, type_)
    return listed(leaf["value"], read, place) if op == "in" else read(leaf["value"], place)


def _typed(field: str, op: str, type_: AttributeType, value: object, path: str) -> Value:
    if type_ is not TEXT:
        return typed(value, type_, path)
    vocabulary = VOCABULARIES.get(field)
    if op == "contains":
        text = unicodedata.normalize("NFC", word(value, path))
        return text if vocabulary is None else part(vocabulary, text, path)
    text = _stored_text(value, path)
    return text if vocabulary is None else whole(vocabulary, text, path)


def _stored_text(value: object, path: str) -> str:
    """Returns the text in the form in which facts store it."""
    text = word(value, path)
    try:
        return stored_form(text)
    except InvalidInput as refusal:
        raise InvalidCriteria(refusal.message, path=path, code=refusal.code) from refusal


def _did(content: object, path: str) -> Did:
    known = _object(content, ("kind", "channel", "at_least", "within_days"), ("kind",), path)
    place = below(path, "kind")
    kind, channel = one_word(_stored_text(known["kind"], place), DOINGS, place), known.get("channel")
    return Did(
        kind=kind,
        channel=None if channel is None else _channel(kind, channel, below(path, "channel")),
        at_least=whole_number(known.get("at_least", 1), MOST_TIMES, below(path, "at_least")),
        within_days=_days(known, path),
    )


def _channel(kind: str, channel: object, path: str) -> str:
    text = _stored_text(channel, path)
    return text if kind in (ORDER, COMPLAINT) else one_word(text, CHANNELS, path)


def _spent(content: object, path: str) -> Spent:
    known = _object(content, ("op", "value", "currency", "within_days"), ("op", "value"), path)
    if known["op"] not in COMPARISONS:
        raise InvalidCriteria(
            f"spent knows {', '.join(COMPARISONS)}.", path=below(path, "op"), code="unknown_operator"
        )
    code = known.get("currency")
    return Spent(
        op=known["op"],
        value=amount(known["value"], below(path, "value")),
        currency=None if code is None else currency(code, below(path, "currency")),
        within_days=_days(known, path),
    )


def _object(
    content: object, known: tuple[str, ...], required: tuple[str, ...], path: str
) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise InvalidCriteria("An object is needed here.", path=path, code="not_an_object")
    only(content, known, required, path)
    return content


def _days(content: Mapping[str, Any], path: str) -> int | None:
    days = content.get("within_days")
    return None if days is None else whole_number(days, LONGEST_DAYS, below(path, "within_days"))


def _segment_id(content: object, path: str) -> UUID:
    try:
        return UUID(word(content, path))
    except ValueError as error:
        raise InvalidCriteria("A segment is named by its id.", path=path, code="invalid_id") from error
