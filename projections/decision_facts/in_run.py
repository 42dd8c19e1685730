"""The facts about members of a run, with what only the run knows of them, read live, of a shadow or as of then."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.deciding.facts import DecisionFacts
from projections.campaigns import dispatching
from projections.decision_facts.reading import decision_facts
from projections.identity.reading import canonical_ids, members_of

Matching = Callable[[Collection[UUID]], Collection[UUID]]
"""Which of these people, by canonical id, meet a campaign's criteria."""

_LISTED = """
select a.customer_id, d.customer_id is null as undecided
from run_member a left join run_decision d on d.run_id = a.run_id and d.customer_id = a.customer_id
where a.run_id = %s and a.customer_id = any(%s) order by 1
"""


def facts_in_run(
    connection: Connection[Any],
    member_ids: Collection[UUID],
    *,
    channel: str,
    campaign_id: UUID,
    run_id: UUID,
) -> dict[UUID, DecisionFacts]:
    """By member, with the addresses that other members of the run get their message at."""
    found = decision_facts(connection, member_ids, channel=channel, campaign_id=campaign_id, run_id=run_id)
    return _with_taken(connection, run_id, found)


def facts_about(
    connection: Connection[Any],
    person_id: UUID,
    *,
    channel: str,
    campaign_id: UUID | None,
    run_id: UUID | None,
    matching: Matching | None = None,
) -> DecisionFacts:
    """One person's, by any of their ids; with an open run as it reads them.

    `matching`: of a campaign that rechecks. A run's first decision does not: its audience has just been read.
    """
    canonical = canonical_ids(connection, [person_id])[person_id]
    if run_id is None or campaign_id is None:
        undecided, asked = False, canonical
        found = decision_facts(connection, [asked], channel=channel, campaign_id=campaign_id)
    else:
        asked, undecided = _member(connection, person_id, canonical, run_id)
        found = facts_in_run(connection, [asked], channel=channel, campaign_id=campaign_id, run_id=run_id)
    if matching is not None and not undecided:
        found = rechecked(found, matching(persons_of(found)))
    return found[asked]


def _member(connection: Connection[Any], person_id: UUID, canonical: UUID, run_id: UUID) -> tuple[UUID, bool]:
    """As whom the run knows the person: canonical at its start, perhaps another profile now. And whether it has
    yet to decide about them."""
    profiles = members_of(connection, [canonical])[canonical]
    rows = connection.execute(_LISTED, [run_id, list(profiles)]).fetchall()
    listed = {row["customer_id"]: row["undecided"] for row in rows}
    member = next((one for one in (person_id, canonical, *listed) if one in listed), canonical)
    return member, listed.get(member, False)


def persons_of(facts: Mapping[UUID, DecisionFacts]) -> set[UUID]:
    """Who the members are now, by canonical id."""
    return {known.person.person_id for known in facts.values()}


def rechecked(facts: Mapping[UUID, DecisionFacts], matching: Collection[UUID]) -> dict[UUID, DecisionFacts]:
    """The same facts with whether each member is still one; `matching`: who matches now, by canonical id."""
    return {
        member: replace(known, still_member=known.person.person_id in matching)
        for member, known in facts.items()
    }


def _with_taken(
    connection: Connection[Any], run_id: UUID, facts: Mapping[UUID, DecisionFacts]
) -> dict[UUID, DecisionFacts]:
    """The same facts with the addresses that other members of the run get their message at."""
    addresses = {p.address_id for known in facts.values() for p in known.person.contact_points}
    rows: dict[UUID, list[dict[str, Any]]] = {address: [] for address in addresses}
    for row in dispatching.taken_addresses(connection, run_id, addresses):
        rows[row["address_id"]].append(row)
    return {
        member: replace(
            known,
            taken={
                point.address_id: row["position"]
                for point in known.person.contact_points
                for row in rows[point.address_id]
                if row["customer_id"] != member
            },
        )
        for member, known in facts.items()
    }
