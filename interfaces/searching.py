"""People by the words of their names and towns, as HTTP shows them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from application.name_index import Candidates, Matched, NameIndex, WordOf
from application.services import Services
from domain.customers.details import Channel
from projections.audience.reading import last_active
from projections.customers import reading as customers
from projections.customers.reading import RegisteredProfile
from projections.engine.reached import Reached, reached
from projections.identity.reading import person_ids_of, profiles_of

READS = ("identity", "customers", "audience")
"""The projections that a search reads."""
NEVER = datetime.min.replace(tzinfo=UTC)

Profiles = dict[UUID, tuple[UUID, ...]]
"""All profiles of each person, by person id."""


def searched(services: Services, words: Collection[str], limit: int) -> tuple[dict[str, Any], Reached]:
    """Returns the people who have all of these words, most recently active first, and how far the read models were.

    A word may be of a name or of a town, and of any of the person's profiles. `more`: whether more people have the
    words, or may have them.
    """
    candidates = services.names.candidates(words)
    with services.reading.snapshot() as connection:
        profiles = _of_persons(connection, candidates.profiles)
        found = dict(_with_all(profiles, _matched(services.names, candidates, profiles, words), words))
        active = last_active(connection, found)
        newest = sorted(found, key=lambda person: (active.get(person, NEVER), person), reverse=True)[:limit]
        registered = customers.profiles(
            connection,
            services.reading.cipher,
            [profile for person in newest for profile in profiles[person]],
        )
        how_far = reached(connection)
    by_id = {profile.customer_id: profile for profile in registered}
    items = [
        {
            **_person(by_id[person], [by_id[profile] for profile in profiles[person] if profile in by_id]),
            "matched": found[person],
            "last_active_at": active.get(person),
        }
        for person in newest
        if person in by_id
    ]
    return {"items": items, "more": len(found) > limit or not candidates.are_all}, how_far


def _of_persons(connection: Any, profile_ids: Collection[UUID]) -> Profiles:
    return profiles_of(connection, set(person_ids_of(connection, profile_ids).values()))


def _matched(
    names: NameIndex, candidates: Candidates, profiles: Profiles, words: Collection[str]
) -> Mapping[UUID, Matched]:
    """Returns which of the words the candidates and the profiles that are linked with them have."""
    linked = {profile for ids in profiles.values() for profile in ids} - candidates.profiles.keys()
    return {**candidates.profiles, **names.matched(linked, words)} if linked else candidates.profiles


def _with_all(
    profiles: Profiles, matched: Mapping[UUID, Matched], words: Collection[str]
) -> Iterable[tuple[UUID, list[dict[str, Any]]]]:
    """Yields each person who has all words, with what each word belongs to."""
    for person, ids in profiles.items():
        told = [matched[profile] for profile in ids if profile in matched]
        held = {word: frozenset[WordOf]().union(*(one.get(word, ()) for one in told)) for word in words}
        if all(held.values()):
            yield person, [{"word": word, "of": sorted(held[word])} for word in words]


def _person(canonical: RegisteredProfile, registered: Iterable[RegisteredProfile]) -> dict[str, Any]:
    return {
        "customer_id": canonical.customer_id,
        "kind": canonical.kind,
        "name": canonical.name,
        "towns": _towns(registered),
    }


def _towns(registered: Iterable[RegisteredProfile]) -> list[dict[str, Any]]:
    """Returns each town of these profiles once."""
    towns: list[dict[str, Any]] = []
    for point in (point for profile in registered for point in profile.contact_points):
        if point.channel == Channel.POST and isinstance(point.value, dict):
            town = {name: point.value.get(name) for name in ("city", "postal_code", "country")}
            if town not in towns:
                towns.append(town)
    return towns
