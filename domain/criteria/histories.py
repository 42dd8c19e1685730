"""Reads criteria about what customers did or spent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.criteria.errors import InvalidCriteria
from domain.criteria.fields import COMPARISONS, COMPLAINT, DOINGS, ORDER
from domain.criteria.tree import Did, Spent
from domain.criteria.values import amount, below, currency, only, stored_text, whole_number
from domain.criteria.vocabularies import CHANNELS, one_word

LONGEST_DAYS = 36_500
MOST_TIMES = 1_000_000


def did(content: object, path: str) -> Did:
    known = _object(content, ("kind", "channel", "at_least", "within_days"), ("kind",), path)
    place = below(path, "kind")
    kind, channel = one_word(stored_text(known["kind"], place), DOINGS, place), known.get("channel")
    return Did(
        kind=kind,
        channel=None if channel is None else _channel(kind, channel, below(path, "channel")),
        at_least=whole_number(known.get("at_least", 1), MOST_TIMES, below(path, "at_least")),
        within_days=_days(known, path),
    )


def _channel(kind: str, channel: object, path: str) -> str:
    text = stored_text(channel, path)
    return text if kind in (ORDER, COMPLAINT) else one_word(text, CHANNELS, path)


def spent(content: object, path: str) -> Spent:
    known = _object(content, ("op", "value", "currency", "within_days"), ("op", "value"), path)
    if known["op"] not in COMPARISONS:
        raise InvalidCriteria(
            f"spent knows {', '.join(COMPARISONS)}.", path=below(path, "op"), code="unknown_operator"
        )
    code = known.get("currency")
    return Spent(
        op=known["op"],
        value=_amount_for(known["op"], known["value"], below(path, "value")),
        currency=None if code is None else currency(code, below(path, "currency")),
        within_days=_days(known, path),
    )


def _amount_for(op: str, value: object, path: str) -> Decimal:
    spent = amount(value, path)
    if op == "lt" and spent == 0:
        raise InvalidCriteria("No customer has spent less than 0.", path=path, code="matches_nobody")
    return spent


def _object(
    content: object, known: tuple[str, ...], required: tuple[str, ...], path: str
) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise InvalidCriteria("This must be an object.", path=path, code="not_an_object")
    only(content, known, required, path)
    return content


def _days(content: Mapping[str, Any], path: str) -> int | None:
    days = content.get("within_days")
    return None if days is None else whole_number(days, LONGEST_DAYS, below(path, "within_days"))
