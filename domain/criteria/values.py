"""Reads the values in criteria. Each function raises InvalidCriteria, with the path, for an invalid value."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from domain.bounds import out_of_bounds, too_many
from domain.catalogue.attribute_types import AttributeType, fits, meaning
from domain.criteria.errors import InvalidCriteria
from domain.criteria.fields import BOOLEAN, DATE, INSTANT, NUMBER
from domain.criteria.tree import Value
from domain.criteria.vocabularies import CURRENCY, whole
from domain.errors import InvalidInput
from domain.instants import iso_instant
from domain.plain_text import stored_form

Item = TypeVar("Item")

LONGEST_TEXT = 500
LONGEST_LIST = 1_000
LONGEST_NAME_SHOWN = 100

_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,20})?")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def below(path: str, *parts: object) -> str:
    """Returns the path of a part: `below("all.0", "field")` is `all.0.field`."""
    shown = (_UNSTORABLE.sub("?", str(part))[:LONGEST_NAME_SHOWN] for part in parts)
    return ".".join((*filter(None, [path]), *shown))


def only(content: Mapping[str, Any], known: tuple[str, ...], required: tuple[str, ...], path: str) -> None:
    """Refuses unknown names and missing required names."""
    for name in content:
        if name not in known:
            raise InvalidCriteria(
                f"Known here: {', '.join(known)}.", path=below(path, name), code="unknown_name"
            )
    for name in required:
        if name not in content:
            raise InvalidCriteria("This field is required.", path=below(path, name), code="missing")


def word(value: object, path: str) -> str:
    """Returns the value if it is a text of at most 500 characters that PostgreSQL can store."""
    if not isinstance(value, str):
        raise InvalidCriteria("This must be a text.", path=path, code="wrong_type")
    if len(value) > LONGEST_TEXT:
        raise InvalidCriteria(too_many(LONGEST_TEXT, "characters", len(value)), path=path, code="too_long")
    if _UNSTORABLE.search(value):
        raise InvalidCriteria("NUL and lone surrogates are not accepted.", path=path, code="unstorable")
    return value


def stored_text(value: object, path: str) -> str:
    """Returns the text in the form in which facts store it."""
    text = word(value, path)
    try:
        return stored_form(text)
    except InvalidInput as refusal:
        raise InvalidCriteria(refusal.message, path=path, code=refusal.code) from refusal


def whole_number(value: object, largest: int, path: str) -> int:
    """Returns the value as a whole number from 1 to `largest`. JSON also allows 14.0."""
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidCriteria("This must be a whole number.", path=path, code="wrong_type")
    if not 1 <= value <= largest:
        message = out_of_bounds(1, largest, value, "A whole number")
        raise InvalidCriteria(message, path=path, code="out_of_range")
    return value


def typed(value: object, type_: AttributeType, path: str) -> Value:
    """Returns the value in the Python type that comparisons need: numbers as Decimal, instants in UTC."""
    if value is None or not fits(value, type_):
        raise InvalidCriteria(f"This must be {meaning(type_)}.", path=path, code="wrong_type")
    return _TYPED[type_](value)


def decimal(value: object, path: str) -> Decimal:
    """Returns the value as `typed` returns a number."""
    number = typed(value, NUMBER, path)
    assert isinstance(number, Decimal)
    return number


def listed(value: object, read: Callable[[object, str], Value], path: str) -> tuple[Value, ...]:
    """Returns the values of a list of 1 to 1,000 items, each read by `read`."""
    if not isinstance(value, list | tuple):
        raise InvalidCriteria("This must be a list.", path=path, code="wrong_type")
    if len(value) > LONGEST_LIST:
        raise InvalidCriteria(too_many(LONGEST_LIST, "values", len(value)), path=path, code="too_long")
    return not_empty(tuple(read(item, below(path, index)) for index, item in enumerate(value)), path)


def not_empty(items: tuple[Item, ...], path: str) -> tuple[Item, ...]:
    """Returns the items of a list of which a customer must match one."""
    if not items:
        raise InvalidCriteria("Nobody matches an empty list.", path=path, code="matches_nobody")
    return items


def amount(value: object, path: str) -> Decimal:
    """Returns the amount, from zero, that a decimal string states: refunds never exceed an order."""
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise InvalidCriteria(
            'An amount from zero, written as text: "12.50".', path=path, code="invalid_money"
        )
    return Decimal(value)


def currency(value: object, path: str) -> str:
    """Returns the code of a currency."""
    return whole(CURRENCY, word(value, path).strip(), path)


def _instant(text: str) -> datetime:
    instant = iso_instant(text)
    assert instant is not None
    return instant


_TYPED: dict[AttributeType, Callable[[Any], Value]] = {
    NUMBER: lambda value: Decimal(str(value)),
    BOOLEAN: bool,
    DATE: date.fromisoformat,
    INSTANT: _instant,
}
