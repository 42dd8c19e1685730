"""Finds persons with a registered profile, by a profile's id or by an identifier that they hold."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from projections.customers import reading as customers
from projections.engine.reached import STANDINGS, Reached, reached_of
from projections.identity.reading import PERSONS, person_of
from projections.together import GIVEN, Rows, Together


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


def people_at(
    connection: Connection[Any], cipher: PersonalCipher, profile_id: UUID
) -> tuple[list[dict[str, Any]], Reached]:
    """Returns the persons who hold this profile's identifier, ordered by person id, and how far the read models were.

    Each person has all contact points and external ids of the registered profiles.
    """
    lists = _AT_ADDRESS.read(connection, {"ids": [profile_id]})
    reached = reached_of(lists["standings"])
    person_of = {row.profile_id: row.person_id for row in lists["profiles"]}
    by_person: dict[UUID, list[customers.RegisteredProfile]] = {}
    for profile in customers.unsealed(cipher, lists["registered"]):
        by_person.setdefault(person_of[profile.customer_id], []).append(profile)
    found = [
        _person(profiles, person)
        for person, profiles in sorted(by_person.items())
        if any(profile.customer_id == person for profile in profiles)
    ]
    return found, reached


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileOfPerson:
    """A profile of a person."""

    profile_id: UUID
    person_id: UUID


_AT_ADDRESS = Together(
    f"{GIVEN}, asked as materialized ({customers.HOLDERS}), {PERSONS}",
    {
        "profiles": Rows(select="select profile_id, person_id from profile_requested", row=ProfileOfPerson),
        "registered": customers.REGISTERED,
        "standings": STANDINGS,
    },
)


def with_holder(profile: customers.RegisteredProfile, held: Any) -> dict[str, Any]:
    """Returns the fields of a contact point or external id, and the `customer_id` of its holder."""
    return {**vars(held), "customer_id": profile.customer_id}


def _person(registered: list[customers.RegisteredProfile], person_id: UUID) -> dict[str, Any]:
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
