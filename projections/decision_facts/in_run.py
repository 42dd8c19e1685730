"""The decision facts about members of a run, including the addresses that other members' messages take."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.deciding.facts import DecisionFacts
from projections.decision_facts.reading import decision_facts
from projections.identity.reading import person_of

# A message that left, or may have left, takes its address for good. Before that, it takes the address only while the
# member may get it there: not after the message was suppressed or failed, and not after the member's contact point was
# removed.
_TAKEN = """
select d.address_id, d.member_id, d.position
from run_decision d left join message m on m.run_id = d.run_id and m.member_id = d.member_id
where d.run_id = %(run)s and d.verdict in ('eligible', 'held_out') and d.address_id = any(%(addresses)s)
  and m.address_id is null and (m.outcome is null or m.outcome not in ('suppressed', 'failed'))
  and not exists (
      select from contact_point c
      where c.customer_id = d.customer_id and c.contact_point_id = d.contact_point_id
        and c.removed_position is not null)
union all
select address_id, member_id, position from message
where campaign_id = (select campaign_id from run where run_id = %(run)s)
  and run_id = %(run)s and address_id = any(%(addresses)s)
  and (handed_over or outcome in ('sent', 'unknown', 'held_out')
       or outcome = 'deferred' and not exists (
           select from contact_point c
           where c.customer_id = message.customer_id and c.address_id = message.address_id
           having bool_and(c.removed_position is not null)))
"""
_LISTED = """
select a.member_id, d.member_id is null as undecided
from run_member a left join run_decision d on d.run_id = a.run_id and d.member_id = a.member_id
where a.run_id = %s and a.member_id = any(%s) order by 1
"""


@dataclass(frozen=True, kw_only=True)
class Membership:
    """A person as member of a run. `member_id`: the person's person id at the run's start, which may differ now.

    `undecided`: the run has listed the member but has no decision about the member yet.
    """

    member_id: UUID
    undecided: bool


def facts_in_run(
    connection: Connection[Any], member_ids: Collection[UUID], *, campaign_id: UUID, run_id: UUID
) -> dict[UUID, DecisionFacts]:
    """Returns the decision facts of each member, by member id.

    `taken` has the member's addresses at which another member gets or got a message, or is held out from one.
    """
    facts = decision_facts(connection, member_ids, campaign_id=campaign_id, run_id=run_id)
    addresses = {point.address_id for known in facts.values() for point in known.person.contact_points}
    taken = defaultdict[UUID, list[Mapping[str, Any]]](list)
    for row in taken_addresses(connection, run_id, addresses):
        taken[row["address_id"]].append(row)
    return {member: replace(known, taken=_by_others(member, known, taken)) for member, known in facts.items()}


def taken_addresses(
    connection: Connection[Any], run_id: UUID, addresses: Collection[UUID]
) -> list[dict[str, Any]]:
    """Returns which of these addresses a member's message takes.

    Columns: address_id, member_id, position.
    """
    return connection.execute(_TAKEN, {"run": run_id, "addresses": list(addresses)}).fetchall()


def _by_others(
    member: UUID, known: DecisionFacts, taken: Mapping[UUID, list[Mapping[str, Any]]]
) -> dict[UUID, int | None]:
    return {
        point.address_id: row["position"]
        for point in known.person.contact_points
        for row in taken.get(point.address_id, ())
        if row["member_id"] != member
    }


def membership(connection: Connection[Any], person_id: UUID, run_id: UUID) -> Membership:
    """Returns a person's membership in a run. `person_id` may be the id of any of the person's profiles."""
    canonical, profiles = person_of(connection, person_id)
    rows = connection.execute(_LISTED, [run_id, list(profiles)]).fetchall()
    listed = {row["member_id"]: row["undecided"] for row in rows}
    member = next(
        (candidate for candidate in (person_id, canonical, *listed) if candidate in listed), canonical
    )
    return Membership(member_id=member, undecided=listed.get(member, False))
