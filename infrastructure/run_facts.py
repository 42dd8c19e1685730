"""The facts about members of a run, with what only the run knows of them, read live, of a shadow or as of then."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.deciding.facts import DecisionFacts
from projections.campaigns import reading as campaigns
from projections.suppression.reading import decision_facts


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
    for row in campaigns.taken_addresses(connection, run_id, addresses):
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
