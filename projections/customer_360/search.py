"""Who holds an address or a number."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from projections.customer_360.reading import find_person
from projections.customers import reading as customers


def customers_at(
    connection: Connection[Any], cipher: PersonalCipher, profile_id: UUID
) -> list[dict[str, Any]]:
    """The persons who hold what this profile stands for, by canonical id, each with all they hold."""
    holders = customers.find_by_address(connection, profile_id)
    people = {person.person_id: person for one in holders if (person := find_person(connection, one))}
    return [
        _found(customers.profiles(connection, cipher, people[person_id].profiles), person_id)
        for person_id in sorted(people)
    ]


def _found(registered: tuple[customers.Profile, ...], person_id: UUID) -> dict[str, Any]:
    canonical = next(one for one in registered if one.customer_id == person_id)
    return {
        "customer_id": person_id,
        "kind": canonical.kind,
        "name": canonical.name,
        "language": canonical.language,
        "country": canonical.country,
        "contact_points": [held_by(one, point) for one in registered for point in one.contact_points],
        "external_ids": [held_by(one, number) for one in registered for number in one.external_ids],
    }


def held_by(profile: customers.Profile, held: Any) -> dict[str, Any]:
    """What a profile holds, with whose it is."""
    return {**vars(held), "customer_id": profile.customer_id}
