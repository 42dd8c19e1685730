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
    tables: dict[str, Rows] = {"customer": {}, "attributes_told": {}, "contact_point": {}, "external_id": {}}
    for told in log:
        if isinstance(told.fact, CustomerRegistered | CustomerDetailsCorrected):
            _customer(tables, told)
        elif isinstance(told.fact, ContactPointAdded | ContactPointRemoved):
            _contact_point(tables["contact_point"], told)
        elif isinstance(told.fact, ExternalIdAdded):
            _external_id(tables["external_id"], told)
    return {name: list(rows.values()) for name, rows in tables.items()}


def _customer(tables: dict[str, Rows], told: Recorded) -> None:
    fact = told.fact
    if isinstance(fact, CustomerRegistered):
        corrected: tuple[str, ...] = DETAILS
        tables["customer"][fact.customer_id] = {
            "customer_id": fact.customer_id,
            "kind": fact.kind,
            "attributes": {},
            "registered_at": fact.occurred_at,
            "registered_position": told.position,
        }
    else:
        corrected = fact.corrected
    row = tables["customer"][fact.customer_id]
    row["position"] = told.position
    row |= {name: getattr(fact, name) for name in DETAILS if name in corrected}
    merged = row["attributes"] | fact.attributes
    row["attributes"] = {name: value for name, value in merged.items() if value is not None}
    if fact.attributes or fact.personal_attributes is not None:
        tables["attributes_told"][told.position] = {
            "customer_id": fact.customer_id,
            "position": told.position,
            "attributes": fact.attributes,
            "personal_attributes": fact.personal_attributes,
        }


def _contact_point(rows: Rows, told: Recorded) -> None:
    fact = told.fact
    key: tuple[UUID, UUID] = (fact.customer_id, fact.contact_point_id)
    if isinstance(fact, ContactPointRemoved):
        rows[key]["removed_position"] = told.position
        return
    rows[key] = {
        "customer_id": fact.customer_id,
        "contact_point_id": fact.contact_point_id,
        "channel": fact.channel,
        "address_id": fact.address_id,
        "value": fact.value,
        "label": fact.label,
        "region": fact.region,
        "added_at": fact.occurred_at,
        "added_position": told.position,
        "removed_position": None,
        "domain_ids": fact.domain_ids,
        "mailability": fact.mailability,
    }


def _external_id(rows: Rows, told: Recorded) -> None:
    fact = told.fact
    rows.setdefault(
        (fact.customer_id, fact.profile_id),
        {
            "customer_id": fact.customer_id,
            "profile_id": fact.profile_id,
            "source": fact.source,
            "number": fact.number,
            "position": told.position,
        },
    )
