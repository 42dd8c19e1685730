"""The domain's rules for single values of a body, so that a refusal names each of its wrong values.

Schemas refuse a body before the domain sees it, and a use case stops at the first wrong value. These checks run only
after a refusal, and they store nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from application.customers.service import DETAILS
from application.customers.whose import GivenIdentifier
from application.requests import Request
from application.services import Services
from domain.catalogue.attribute_types import AttributeScope
from domain.catalogue.names import NameKind
from domain.customers.details import latest_birth, spelled
from domain.errors import InvalidInput
from domain.instants import iso_instant
from domain.money import money_at, money_from_zero

Body = dict[str, Any]
Check = Callable[[], object]
Rule = Callable[[Services, Body, Request], Iterator[tuple[str, Check]]]
"""Yields checks, each with the path of the object that it checks. Values of the body may have wrong types."""


def broken(rules: Sequence[Rule], services: Services, body: Body, request: Request) -> Iterator[InvalidInput]:
    """Yields the refusal of each value that breaks one of these rules."""
    for rule in rules:
        for path, check in rule(services, body, request):
            try:
                check()
            except InvalidInput as refusal:
                yield refusal.at(path)


def instants(services: Services, body: Body, request: Request) -> Iterator[tuple[str, Check]]:
    parts = [("", body), *(item for field in body for item in _items(body, field))]
    for path, part in parts:
        if _has_texts(part, "occurred_at") and (instant := iso_instant(part["occurred_at"])):
            yield path, partial(request.circumstances, instant)


def identifier(services: Services, body: Body, request: Request) -> Iterator[tuple[str, Check]]:
    given = body.get("identifier")
    if isinstance(given, dict) and _has_texts(given, "kind", "value"):
        known = {name: given[name] for name in ("kind", "value", "source") if _has_texts(given, name)}
        yield "", partial(services.whose.identified, GivenIdentifier(**known))


def contact_points(services: Services, body: Body, request: Request) -> Iterator[tuple[str, Check]]:
    for path, point in _items(body, "contact_points"):
        if _has_texts(point, "channel", "value"):
            yield path, partial(services.whose.check_address, point["channel"], point["value"])


def contact_point(services: Services, body: Body, request: Request) -> Iterator[tuple[str, Check]]:
    """Yields the check of the address if the body itself is a contact point."""
    if _has_texts(body, "channel", "value"):
        yield "", partial(services.whose.check_address, body["channel"], body["value"])


def details(services: Services, body: Body, request: Request) -> Iterator[tuple[str, Check]]:
    latest = latest_birth(request.received_at)
    for name in DETAILS:
        if _has_texts(body, name):
            yield "", partial(spelled, {name: body[name]}, latest)


def attributes(services: Services, body: Body, request: Request) -> Iterator[tuple[str, Check]]:
    return _declared(services, AttributeScope.CUSTOMER, body, "attributes")


def properties(services: Services, body: Body, request: Request) -> Iterator[tuple[str, Check]]:
    return _declared(services, AttributeScope.TOUCHPOINT, body, "properties")


def names(services: Services, body: Body, request: Request) -> Iterator[tuple[str, Check]]:
    """Yields the checks that names are declared. Statements that stop messages need no declared names."""
    for kind in NameKind:
        if _has_texts(body, kind):
            yield "", partial(services.catalogue.declared().spelled, kind, body[kind], kind)


def lines(services: Services, body: Body, request: Request) -> Iterator[tuple[str, Check]]:
    currency = body.get("currency", services.orders.default_currency)
    for path, line in _items(body, "lines") if isinstance(currency, str) else ():
        for name, check in (("amount", money_at), ("cost", money_from_zero)):
            if _has_texts(line, name):
                yield path, partial(check, line[name], currency, name)


def _declared(
    services: Services, scope: AttributeScope, body: Body, field: str
) -> Iterator[tuple[str, Check]]:
    values = body.get(field)
    if isinstance(values, dict) and values:
        catalogue = services.catalogue.declared()
        for name, value in values.items():
            yield "", partial(catalogue.split, scope, {name: value}, field)


def _items(body: Body, field: str) -> Iterator[tuple[str, Body]]:
    """Yields the objects of a list, each with its path."""
    items = body.get(field)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield f"{field}.{index}", item


def _has_texts(part: Body, *names: str) -> bool:
    return all(isinstance(part.get(name), str) and part[name] for name in names)


CUSTOMER = (details, contact_points, attributes, names, instants)
CONTACT_POINT = (contact_point, names, instants)
TOUCHPOINT = (identifier, properties, names, instants)
ORDER = (identifier, lines, names, instants)
