"""Decision facts in a form that does not depend on the order in which they were read."""

from collections import Counter
from typing import Any

from domain.deciding.facts import DecisionFacts, Person


def unordered(facts: DecisionFacts) -> Any:
    """Equal for equal facts in whatever order they were read."""
    return {
        "person": _unordered(facts.person),
        "co_owners": {
            address: {_unordered(other) for other in others} for address, others in facts.co_owners.items()
        },
        "earlier": sorted((e.position, e.to_person, e.address_id) for e in facts.earlier),
        "taken": facts.taken,
        "domains": {domain: frozenset(there) for domain, there in facts.domains.items()},
        "cancelled": facts.cancelled,
        "still_member": facts.still_member,
    }


def _unordered(person: Person) -> Any:
    """Nothing is there twice, but for what two members of one person drew in the same chunk."""
    several = (
        *(person.profiles, person.links, person.contact_points, person.consents, person.complaints),
        person.suppressions,
    )
    assert all(len(set(many)) == len(many) for many in several)
    drawn = frozenset(Counter(person.earlier_draws).items())
    held = frozenset(
        (one.profile_id, one.position, *map(frozenset, (one.consents, one.complaints, one.suppressions)))
        for one in person.unlinked_identifiers
    )
    assert len(held) == len(person.unlinked_identifiers)
    return (person.person_id, person.time_zone, person.oldest_profile, drawn, held, *map(frozenset, several))
