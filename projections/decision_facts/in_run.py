"""The decision facts about members of a run, including the addresses that other members' messages take."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.deciding.facts import DecisionFacts
from projections.decision_facts import of_campaigns
from projections.decision_facts.of_campaigns import of_campaign
from projections.decision_facts.reading import LISTS, SCOPE, facts_from
from projections.identity.reading import person_of
from projections.together import Rows, Together

# The subqueries hide the run from the planner. It would take a run that began after PostgreSQL last counted the rows
# for an empty one, and go through all its rows for each chunk of members instead of looking the addresses up.
#
# A message that left, or may have left, takes its address for good. Before that, it takes the address only while the
# member may get it there: not after the message was suppressed or failed, and not after the member's contact point was
# removed.
_TAKEN = """
select d.address_id, d.member_id, d.position
from run_decision d left join message m on m.run_id = d.run_id and m.member_id = d.member_id
where d.run_id = (select %(run)s::uuid) and d.verdict in ('eligible', 'held_out')
  and d.address_id = any(array(select address_id from address))
  and m.address_id is null and (m.outcome is null or m.outcome not in ('suppressed', 'failed'))
  and not exists (
      select from contact_point c
      where c.customer_id = d.customer_id and c.address_id = d.address_id and c.removed_position is not null
        and c.channel = (select channel from campaign join run using (campaign_id) where run_id = %(run)s))
union all
select address_id, member_id, position from message
where campaign_id = (select campaign_id from run where run_id = %(run)s)
  and run_id = (select %(run)s::uuid) and address_id = any(array(select address_id from address))
  and (handed_over or outcome in ('sent', 'unknown', 'held_out')
       or outcome = 'deferred' and not exists (
           select from contact_point c
           where c.customer_id = message.customer_id and c.address_id = message.address_id
           having bool_and(c.removed_position is not null)))
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenAddress:
    """An address at which a member of a run gets or got the message, or is held out from it."""

    address_id: UUID
    member_id: UUID
    position: int


TAKEN = Rows(select=_TAKEN, row=TakenAddress)
"""The addresses of a circle that messages of the run %(run)s take."""
_FACTS = Together(SCOPE, {**LISTS, **of_campaigns.LISTS, "taken": TAKEN})
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

    They include the campaign's earlier handovers, except those to the same member in this run. `taken` has the member's
    addresses at which another member gets or got a message, or is held out from one.
    """
    lists = _FACTS.read(connection, {"ids": list(member_ids), "campaign": campaign_id, "run": run_id})
    facts = facts_from(lists, of_campaign(lists, run_id))
    taken = defaultdict[UUID, list[TakenAddress]](list)
    for row in lists["taken"]:
        taken[row.address_id].append(row)
    if not taken:
        return facts
    return {member: replace(known, taken=_by_others(member, known, taken)) for member, known in facts.items()}


def _by_others(
    member: UUID, known: DecisionFacts, taken: Mapping[UUID, list[TakenAddress]]
) -> dict[UUID, int | None]:
    return {
        point.address_id: row.position
        for point in known.person.contact_points
        for row in taken.get(point.address_id, ())
        if row.member_id != member
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
