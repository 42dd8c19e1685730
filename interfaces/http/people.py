"""The person that a path names by the person id or by the id of any linked profile."""

from typing import Any
from uuid import UUID

from domain.customers.errors import CustomerNotFound
from projections.people.reading import KnownPerson, find_person


def person_named(connection: Any, customer_id: UUID) -> KnownPerson:
    """Returns the person. Raises CustomerNotFound if none of their profiles is registered."""
    person = find_person(connection, customer_id)
    if person is None:
        raise CustomerNotFound()
    return person


def named_so(person: KnownPerson, customer_id: UUID) -> dict[str, UUID]:
    """Returns the id fields of an answer: `customer_id`, and `asked_for` if the request named another id."""
    return asked_for(person.person_id, customer_id)


def asked_for(person_id: UUID, customer_id: UUID) -> dict[str, UUID]:
    """Returns the same fields as `named_so`, for a person id."""
    named = {"customer_id": person_id}
    return named if person_id == customer_id else {**named, "asked_for": customer_id}
