"""Who is one person, in plain Python over all facts at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.customers.events import (
    CustomerRegistered,
    IdentifierHolderAdded,
    IdentifierHolderRemoved,
    ProfileLinked,
    ProfileUnlinked,
)
from domain.facts import CustomerFact
from tests.projections.log import Recorded

ABOUT_IDENTITY = (
    ProfileLinked,
    ProfileUnlinked,
    IdentifierHolderAdded,
    IdentifierHolderRemoved,
)


def identity(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    links: dict[tuple[UUID, UUID], dict[str, Any]] = {}
    first: dict[UUID, int] = {}
    registered: dict[UUID, int] = {}
    for told in log:
        fact = told.fact
        if isinstance(fact, ProfileLinked):
            links[fact.customer_id, fact.other_profile_id] = {
                "profile_id": fact.customer_id,
                "other_profile_id": fact.other_profile_id,
                "position": told.position,
                "basis": fact.basis,
            }
        elif isinstance(fact, ProfileUnlinked):
            links.pop((fact.customer_id, fact.other_profile_id), None)
        elif isinstance(fact, CustomerFact) and not isinstance(fact, ABOUT_IDENTITY):
            first.setdefault(fact.customer_id, told.position)
            if isinstance(fact, CustomerRegistered):
                registered.setdefault(fact.customer_id, told.position)
    canonical = {
        profile: min(
            (one for one in cluster if one in first),
            key=lambda one: (one not in registered, registered.get(one, first[one])),
        )
        for profile, cluster in clusters(links).items()
        if any(one in first for one in cluster)
    }
    heads = [canonical[profile] for profile in canonical if profile in first]
    return {
        "profile": [
            {"profile_id": one, "registered_position": registered.get(one), "first_position": position}
            for one, position in first.items()
        ],
        "link": list(links.values()),
        "alias": [
            {"profile_id": profile, "person_id": head}
            for profile, head in canonical.items()
            if profile not in first
        ],
        "person_profile": [
            {"profile_id": profile, "person_id": head}
            for profile, head in canonical.items()
            if profile in first and heads.count(head) > 1
        ],
    }


def clusters(links: dict[tuple[UUID, UUID], Any]) -> dict[UUID, frozenset[UUID]]:
    """Each linked profile's cluster, merged link by link."""
    found: dict[UUID, frozenset[UUID]] = {}
    for one, other in links:
        merged = found.get(one, frozenset({one})) | found.get(other, frozenset({other}))
        found.update(dict.fromkeys(merged, merged))
    return found
