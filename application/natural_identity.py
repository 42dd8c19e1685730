"""Recognises repeated commands: the same identity with the same content is the same fact."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import msgspec

from application.requests import Answer, Request
from application.store import Store
from domain.aggregates import Aggregate
from domain.errors import Conflict, DifferentContent, Outdated
from domain.facts import Fact
from domain.repetition import content

SPLIT_TREES = {"properties": "personal_properties", "attributes": "personal_attributes"}
"""Fields that the catalogue splits into a plain and a personal part. Two facts are compared with both parts joined,
so that declaring an attribute does not change their content."""


def recorded_before(
    store: Store,
    aggregate: Aggregate,
    fact_class: type[Fact],
    content: Mapping[str, object],
) -> int | None:
    """Returns the position of the aggregate's first stored fact if it has this content, or None if it has no facts.

    `content` maps fields to values. It contains `occurred_at` only if the caller gave one. A personal field that
    can no longer be read counts as equal. Raises DifferentContent, with the position, if the content differs.
    """
    first = store.first_fact(type(aggregate), aggregate.id)
    if first is None:
        return None
    require_content(store, first, fact_class, content)
    return first[1]


def require_content(
    store: Store, first: tuple[Fact, int], fact_class: type[Fact], content: Mapping[str, object]
) -> None:
    """Raises DifferentContent unless this first fact of a stream, which has a position, has this content.

    A personal field that can no longer be read counts as equal.
    """
    fact, position = first
    if not isinstance(fact, fact_class) or not _has_readable_content(store, fact, content):
        raise DifferentContent(position=str(position))


def stated_content(fact: Fact, dated: bool) -> dict[str, object]:
    """Returns the content of a new fact for `recorded_before`. `dated`: the caller gave its `occurred_at`."""
    return content(fact) | ({"occurred_at": fact.occurred_at} if dated else {})


def save_once(
    store: Store,
    aggregate: Aggregate,
    *,
    request: Request,
    answer: Answer,
    dated: bool,
    rests_on: Sequence[Aggregate] = (),
) -> Answer:
    """Saves a new aggregate, or returns the answer to a duplicate if its first fact was recorded before.

    Raises DifferentContent, with the position, if the same identity was recorded with another content, and Outdated
    if an aggregate of `rests_on` has new facts: the content may then be another one.
    """
    first = cast(Fact, aggregate.pending_events[0])
    try:
        return store.save(aggregate, request=request, answer=answer, rests_on=rests_on)
    except Outdated:
        raise
    except Conflict:
        position = recorded_before(store, aggregate, type(first), stated_content(first, dated))
        if position is None:
            raise
    return store.save(request=request, answer=as_duplicate(answer, position))


def as_duplicate(answer: Answer, position: int) -> Answer:
    """Returns the answer to a command whose fact was recorded before, at that position."""
    body = {**answer.body, "position": str(position), "duplicate": True}
    return replace(answer, body=body, duplicate=True, created=False, version=None)


def save_unless_so(
    store: Store,
    aggregate: Aggregate,
    *,
    request: Request,
    answer: Answer,
    made_so: Callable[[Fact], bool],
) -> Answer:
    """Saves the pending facts of a command.

    If there are none, the answer is that of a duplicate, with the position of the newest fact for which `made_so`
    is true.
    """
    if aggregate.pending_events:
        return store.save(aggregate, request=request, answer=answer)
    for version in range(aggregate.version, 0, -1):
        if made_so(store.fact(type(aggregate), aggregate.id, version)):
            duplicate = as_duplicate(answer, store.position_of(type(aggregate), aggregate.id, version))
            answer = replace(duplicate, version=answer.version)
            break
    return store.save(request=request, answer=answer)


def of_kind(*kinds: type[Fact]) -> Callable[[Fact], bool]:
    """Returns a condition that facts of these classes meet."""
    return lambda fact: isinstance(fact, kinds)


def has_content(fact: Fact, stated: Mapping[str, object]) -> bool:
    """Whether a fact has this content."""
    return not _differing(fact, stated)


def _has_readable_content(store: Store, fact: Fact, stated: Mapping[str, object]) -> bool:
    if has_content(fact, stated):
        return True
    unreadable = store.unreadable_fields(fact)
    return bool(unreadable) and not _differing(fact, stated, unreadable)


def _differing(fact: Fact, stated: Mapping[str, object], unreadable: Collection[str] = ()) -> set[str]:
    stored = {name: getattr(fact, name) for name in stated}
    given: dict[str, Any] = dict(stated)
    for plain, personal in SPLIT_TREES.items():
        if plain in stated:
            stored[plain] = _joined(stored, plain, personal)
            given[plain] = _joined(given, plain, personal)
            stored[personal] = given[personal] = None
            if personal in unreadable:
                given[plain] = {name: value for name, value in given[plain].items() if name in stored[plain]}
    return {name for name in stated if name not in unreadable and not _equal(stored[name], given[name])}


def _joined(values: Mapping[str, Any], plain: str, personal: str) -> dict[str, Any]:
    return {**values[plain], **(values.get(personal) or {})}


def _equal(stored: object, given: object) -> bool:
    """Compares two values. Trees are compared as JSON, because in Python `True == 1`."""
    if isinstance(given, dict):
        return msgspec.json.encode(stored, order="sorted") == msgspec.json.encode(given, order="sorted")
    return stored == given
