"""Who each customer is and how to reach them, in plain Python, fact by fact."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.customers.events import (
    ContactPointAdded,
    ContactPointRemoved,
    CustomerDetailsCorrected,
    CustomerRegistered,
    ExternalIdAdded,
)
from tests.projections.log import Recorded

DETAILS = ("name", "language", "country", "time_zone", "birth_date", "year_of_birth")

Rows = dict[Any, dict[str, Any]]


def customers(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    told = [one for one in log if isinstance(one.fact, CustomerRegistered | CustomerDetailsCorrected)]
    points: Rows = {}
    numbers: Rows = {}
    for one in log:
        if isinstance(one.fact, ContactPointAdded | ContactPointRemoved):
            _contact_point(points, one)
        elif isinstance(one.fact, ExternalIdAdded):
            _external_id(numbers, one)
    return {
        "customer": [_customer(told, one.fact.customer_id) for one in told if _registers(one)],
        "customer_statement": [_as_told(one) for one in told],
        "contact_point": list(points.values()),
        "external_id": list(numbers.values()),
    }


def _registers(told: Recorded) -> bool:
    return isinstance(told.fact, CustomerRegistered)


def _customer(log: Sequence[Recorded], customer_id: UUID) -> dict[str, Any]:
    told = [one for one in log if one.fact.customer_id == customer_id]
    row: dict[str, Any] = {"customer_id": customer_id, "position": told[-1].position, "attributes": {}}
    for one in sorted(told, key=lambda one: (one.said_at, one.position)):
        row |= {name: getattr(one.fact, name) for name in DETAILS if name in _corrected(one)}
        row["attributes"] |= one.fact.attributes
    row["attributes"] = {name: value for name, value in row["attributes"].items() if value is not None}
    (first,) = filter(_registers, told)
    return row | {
        "kind": first.fact.kind,
        "registered_at": first.fact.occurred_at,
        "registered_position": first.position,
    }


def _corrected(told: Recorded) -> tuple[str, ...]:
    return DETAILS if _registers(told) else told.fact.corrected


def _as_told(told: Recorded) -> dict[str, Any]:
    fact = told.fact
    return {
        "customer_id": fact.customer_id,
        "position": told.position,
        "said_at": told.said_at,
        "corrected": list(_corrected(told)),
        "kind": getattr(fact, "kind", None),
        **{name: getattr(fact, name) for name in (*DETAILS, "attributes", "personal_attributes")},
        "registered_at": fact.occurred_at if _registers(told) else None,
    }


def _contact_point(rows: Rows, told: Recorded) -> None:
    fact = told.fact
    key: tuple[UUID, UUID] = (fact.customer_id, fact.contact_point_id)
    label = {"label": None, "labelled_at": None, "labelled_position": None}
    if isinstance(fact, ContactPointRemoved):
        rows[key] |= {"removed_position": told.position, **label}
        return
    added = {"added_at": fact.occurred_at, "added_position": told.position}
    if (known := rows.get(key)) is not None and known["removed_position"] is None:
        label = {name: known[name] for name in label}
        added = {name: known[name] for name in added}
    if fact.label is not None and (label["labelled_at"] is None or told.said_at >= label["labelled_at"]):
        label = {"label": fact.label, "labelled_at": told.said_at, "labelled_position": told.position}
    rows[key] = {
        "customer_id": fact.customer_id,
        "contact_point_id": fact.contact_point_id,
        "channel": fact.channel,
        "address_id": fact.address_id,
        "value": fact.value,
        "region": fact.region,
        "removed_position": None,
        "domain_ids": fact.domain_ids,
        "mailability": fact.mailability,
        **added,
        **label,
    }


def _external_id(rows: Rows, told: Recorded) -> None:
    fact = told.fact
    row = rows.setdefault(
        (fact.customer_id, fact.profile_id),
        {
            "customer_id": fact.customer_id,
            "profile_id": fact.profile_id,
            "source": fact.source,
            "number": fact.number,
            "position": told.position,
        },
    )
    row["number"] = fact.number
