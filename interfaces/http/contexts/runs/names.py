"""The names of a run's members, for keys that may see them."""

from collections.abc import Sequence
from typing import Any

from interfaces.http.auth import allowed
from interfaces.http.current import services, subject
from projections.customers.reading import names
from projections.identity.reading import person_ids_of

NAMES = "customers:read"
"""The action that lets a key see the names of customers."""


def with_customer(row: dict[str, Any]) -> dict[str, Any]:
    """To clients, the member of a run is the customer."""
    return {**row, "customer_id": row["member_id"]}


def with_names(connection: Any, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the rows about members with the customer of each, and their name for keys that may see it."""
    shown = [with_customer(row) for row in rows]
    if not allowed(subject(), NAMES):
        return shown
    persons = person_ids_of(connection, {row["member_id"] for row in rows})
    named = names(connection, services().reading.cipher, set(persons.values()))
    return [{**row, "customer_name": named.get(persons[row["member_id"]])} for row in shown]
