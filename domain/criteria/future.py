"""Refuses values in the future, in fields that only ever hold the past."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from domain.criteria.errors import InvalidCriteria
from domain.criteria.fields import FIELDS, INSTANT, PLACES_IN_360
from domain.criteria.values import below
from domain.criteria.walking import every_criterion
from domain.instants import iso_instant

SLACK = timedelta(days=1)
"""Somewhere it is tomorrow already, and the clock of a source may run ahead."""
_NEED_THE_VALUE = frozenset({"eq", "in", "ge", "gt"})
"""Operators that nobody matches whose value is before the one named."""


def refuse_future(tree: Mapping[str, Any], at: datetime) -> None:
    """Raises InvalidCriteria, with the path, for a value later than `at` that nobody can match.

    `tree` has passed `parse`. An instant in the future may end a period: `lt` and `le` take it.
    """
    for path, criterion in every_criterion(tree):
        for place, value in _values(criterion, path):
            if _is_after(criterion, value, at + SLACK):
                raise InvalidCriteria(f"This is later than {at:%Y-%m-%d}.", path=place, code="in_future")


def _values(criterion: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """Yields the values of a comparison, each with its path."""
    if "field" not in criterion or criterion["op"] == "exists":
        return
    place, value = below(path, "value"), criterion["value"]
    if criterion["op"] != "in":
        yield place, value
        return
    yield from ((below(place, index), item) for index, item in enumerate(value))


def _is_after(comparison: Mapping[str, Any], value: Any, latest: datetime) -> bool:
    field, op = PLACES_IN_360.get(comparison["field"], comparison["field"]), comparison["op"]
    if field == "year_of_birth":
        return _is_beyond(op, value, latest.year)
    happened = field in FIELDS and FIELDS[field].type is INSTANT
    return happened and op in _NEED_THE_VALUE and _is_beyond(op, iso_instant(value), latest)


def _is_beyond(op: str, value: Any, latest: Any) -> bool:
    return bool(value > latest or (op == "gt" and value == latest))
