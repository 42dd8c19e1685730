"""Whom and what a text may mean: an address, a number, an id, an order, or words of a name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.errors import InvalidInput, NotFound
from interfaces.console.asking import ask, ask_by_body, may
from interfaces.http.refusals import InvalidFields

Answer = Mapping[str, Any]
FIND, SEARCH, ORDERS = (
    "customer-reading.find_customers",
    "customer-search.search_customers",
    "orders.list_orders",
)
_PHONE = re.compile(r"[+(]?[\d\s()./-]{5,40}")
MOST = 20


@dataclass(frozen=True, kw_only=True)
class Found:
    """People and orders that a text may mean. `more`: there are more people with these words."""

    people: Sequence[Answer] = ()
    orders: Sequence[Answer] = ()
    more: bool = False


def found_by(text: str) -> Found:
    """Returns whom an exact address, number or id names, and orders with this number; else people by name and town."""
    people = [*_by_id(text), *_by_identifier(text)]
    orders = _orders(text)
    if people or orders or not text:
        return Found(people=people, orders=orders)
    return _by_words(text)


def callers(number: str) -> list[Answer]:
    """Returns who holds this phone number, those first with whom there was a contact last."""
    known = [_known(one["customer_id"]) for one in _asked("phone", number)[:MOST]]
    return sorted(known, key=_last_contact, reverse=True)


def _known(customer_id: UUID) -> Answer:
    return ask("customer-reading.show_customer", customer_id=customer_id)


def _last_contact(known: Answer) -> datetime:
    last: datetime = known["touchpoints"]["last_at"] or known["registered_at"]
    return last


def _by_id(text: str) -> list[Answer]:
    try:
        return [_known(UUID(text))]
    except (ValueError, NotFound):
        return []


def _by_identifier(text: str) -> list[Answer]:
    if "@" in text:
        return _asked("email", text)
    if ":" in text:
        return _asked("external_id", text)
    return _asked("phone", text) if _PHONE.fullmatch(text) else []


def _asked(kind: str, value: str) -> list[Answer]:
    """Returns who holds an identifier; nobody if the text is none of that kind."""
    try:
        items: list[Answer] = ask(FIND, {kind: value})["items"]
    except (InvalidInput, InvalidFields):
        return []
    return items


def _orders(text: str) -> list[Answer]:
    if not may(ORDERS):
        return []
    try:
        items: list[Answer] = ask(ORDERS, {"number": text, "limit": str(MOST)})["items"]
    except (InvalidInput, InvalidFields):
        return []
    return items


def _by_words(text: str) -> Found:
    try:
        answer = ask_by_body(SEARCH, {"words": text, "limit": MOST})
    except (InvalidInput, InvalidFields):
        return Found()
    return Found(people=answer["items"], more=answer["more"])
