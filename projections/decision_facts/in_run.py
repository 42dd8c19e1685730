"""The facts about members of a run, with what only the run knows of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.deciding.facts import DecisionFacts
from projections.decision_facts.reading import decision_facts
from projections.identity.reading import canonical_ids, members_of

# A handover has taken its address for good. A decision takes it while that member may get the message there: not if
# it ended before any handover, nor once they have the address no more.
_TAKEN = """
select d.address_id, d.customer_id, d.position
from run_decision d left join message m on m.run_id = d.run_id and m.customer_id = d.customer_id
where d.run_id = %(run)s and d.verdict in ('eligible', 'held_out') and d.address_id = any(%(addresses)s)
  and m.address_id is null and (m.status is null or m.status not in ('suppressed', 'failed'))
  and not exists (
      select from contact_point c
      where c.customer_id = d.profile_id and c.contact_point_id = d.contact_point_id
        and c.removed_position is not null)
union all
select address_id, customer_id, position from message
where campaign_id = (select campaign_id from run where run_id = %(run)s)
  and run_id = %(run)s and address_id = any(%(addresses)s)
"""
_LISTED = """
select a.customer_id, d.customer_id is null as undecided
from run_member a left join run_decision d on d.run_id = a.run_id and d.customer_id = a.customer_id
where a.run_id = %s and a.customer_id = any(%s) order by 1
"""


@dataclass(frozen=True, kw_only=True)
class Membership:
    """As who a run knows a person: canonical at its start, perhaps another profile now. `undecided`: the run has
    listed them and has yet to decide about them."""

    member_id: UUID
    undecided: bool


def facts_in_run(
    connection: Connection[Any], member_ids: Collection[UUID], *, campaign_id: UUID, run_id: UUID
) -> dict[UUID, DecisionFacts]:
    """By member, with the addresses at which other members get (or got) their message, or would have got it if
    they were not held out."""
    facts = decision_facts(connection, member_ids, campaign_id=campaign_id, run_id=run_id)
    addresses = {point.address_id for known in facts.values() for point in known.person.contact_points}
    taken = defaultdict[UUID, list[Mapping[str, Any]]](list)
    for row in taken_addresses(connection, run_id, addresses):
        taken[row["address_id"]].append(row)
    return {member: replace(known, taken=_by_others(member, known, taken)) for member, known in facts.items()}


def taken_addresses(
    connection: Connection[Any], run_id: UUID, addresses: Collection[UUID]
) -> list[dict[str, Any]]:
    """Which of these addresses a member's message takes: address_id, customer_id (the member), position."""
    return connection.execute(_TAKEN, {"run": run_id, "addresses": list(addresses)}).fetchall()


def _by_others(
    member: UUID, known: DecisionFacts, taken: Mapping[UUID, list[Mapping[str, Any]]]
) -> dict[UUID, int | None]:
    return {
        point.address_id: row["position"]
        for point in known.person.contact_points
        for row in taken.get(point.address_id, ())
        if row["customer_id"] != member
    }


def membership(connection: Connection[Any], person_id: UUID, run_id: UUID) -> Membership:
    """Of a person, by the id of any of their profiles."""
    canonical = canonical_ids(connection, [person_id])[person_id]
    profiles = members_of(connection, [canonical])[canonical]
    rows = connection.execute(_LISTED, [run_id, list(profiles)]).fetchall()
    listed = {row["customer_id"]: row["undecided"] for row in rows}
    member = next((one for one in (person_id, canonical, *listed) if one in listed), canonical)
    return Membership(member_id=member, undecided=listed.get(member, False))
