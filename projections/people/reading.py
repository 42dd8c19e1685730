"""Finds persons with a registered profile, by a profile's id or by an identifier that they hold."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from projections.customers import reading as customers
from projections.identity.reading import person_ids_of, person_of, profiles_of


@dataclass(frozen=True, kw_only=True)
class KnownPerson:
    """A person with a registered profile. `person_id`: the person id. `profiles`: all profile ids, ascending."""

    person_id: UUID
    profiles: tuple[UUID, ...]


def find_person(connection: Connection[Any], customer_id: UUID) -> KnownPerson | None:
    """Returns the person with this profile id, or None if none of the person's profiles is registered."""
    person_id, profiles = person_of(connection, customer_id)
    registered = connection.execute(
        "select 1 from customer where customer_id = any(%s) limit 1", [list(profiles)]
    ).fetchone()
    return KnownPerson(person_id=person_id, profiles=profiles) if registered else None


def people_at(connection: Connection[Any], cipher: PersonalCipher, profile_id: UUID) -> list[dict[str, Any]]:
    """Returns the persons who hold this profile's identifier, ordered by person id.

    Each person has all contact points and external ids of the registered profiles.
    """
    holders = customers.find_by_address(connection, profile_id)
    by_person = profiles_of(connection, set(person_ids_of(connection, holders).values()))
    everyone = [profile for profiles in by_person.values() for profile in profiles]
    registered = {
        registration.customer_id: registration
        for registration in customers.profiles(connection, cipher, everyone)
    }
    return [
        _person(
            tuple(registration for profile, registration in registered.items() if profile in profiles),
            person_id,
        )
        for person_id, profiles in sorted(by_person.items())
        if person_id in registered
    ]


def with_holder(profile: customers.RegisteredProfile, held: Any) -> dict[str, Any]:
    """Returns the fields of a contact point or external id, and the `customer_id` of its holder."""
    return {**vars(held), "customer_id": profile.customer_id}


def _person(registered: tuple[customers.RegisteredProfile, ...], person_id: UUID) -> dict[str, Any]:
    canonical = next(profile for profile in registered if profile.customer_id == person_id)
    return {
        "customer_id": person_id,
        "kind": canonical.kind,
        "name": canonical.name,
        "language": canonical.language,
        "country": canonical.country,
        "contact_points": [
            with_holder(profile, point) for profile in registered for point in profile.contact_points
        ],
        "external_ids": [
            with_holder(profile, number) for profile in registered for number in profile.external_ids
        ],
    }
