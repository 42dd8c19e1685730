"""The earlier facts of a campaign about the requested people: handovers, hold-out draws, and the cancellation."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.deciding.facts import EarlierDraw, EarlierHandover, Person

_OF_CAMPAIGN = """
select 'handover' as what, position, run_id, member_id, customer_id, address_id,
       null::uuid as unit, null::boolean as held_out
from message
where campaign_id = %(campaign)s and (handed_over or outcome in ('sent', 'unknown'))
  and (member_id = any(%(profiles)s) or customer_id = any(%(profiles)s) or address_id = any(%(addresses)s))
union all
select 'draw', d.position, d.run_id, d.member_id, null, null, d.unit, d.verdict = 'held_out'
from run_decision d join run r using (run_id)
where d.member_id = any(%(profiles)s) and r.campaign_id = %(campaign)s and d.unit is not null
union all
select 'cancellation', position, null, null, null, null, null, null
from campaign_cancellation where campaign_id = %(campaign)s
order by position
"""


@dataclass(kw_only=True)
class OfCampaign:
    """The earlier facts of one campaign about some profiles and addresses. A handover is known by its position.

    `to_profile`: the handovers to each profile. `at_address`: the handovers of other runs at each address; another
    rule covers addresses within a run. `address`: the address of each handover. `in_this_run`: the member of each
    handover in the current run; it stops the same person under another id, as when two members were linked
    meanwhile. `earlier_draws`: the hold-out draws of each profile. `cancelled`: the position of the cancellation.
    """

    to_profile: dict[UUID, set[int]] = field(default_factory=lambda: defaultdict(set))
    at_address: dict[UUID, set[int]] = field(default_factory=lambda: defaultdict(set))
    address: dict[int, UUID | None] = field(default_factory=dict)
    in_this_run: dict[int, UUID] = field(default_factory=dict)
    earlier_draws: dict[UUID, list[EarlierDraw]] = field(default_factory=lambda: defaultdict(list))
    cancelled: int | None = None

    def note(self, row: Mapping[str, Any], run_id: UUID | None) -> None:
        match row["what"]:
            case "handover":
                self._note_handover(row, run_id)
            case "draw":
                drawn = {name: row[name] for name in ("unit", "held_out", "position")}
                self.earlier_draws[row["member_id"]].append(EarlierDraw(**drawn))
            case "cancellation":
                self.cancelled = row["position"]

    def _note_handover(self, row: Mapping[str, Any], run_id: UUID | None) -> None:
        position, address = row["position"], row["address_id"]
        self.address[position] = address
        if row["run_id"] == run_id:
            self.in_this_run[position] = row["member_id"]
            address = None
        for profile in (row["member_id"], row["customer_id"]):
            self.to_profile[profile].add(position)
        if address is not None:
            self.at_address[address].add(position)

    def concerning(
        self, requested: UUID, person: Person, addresses: Collection[UUID]
    ) -> tuple[EarlierHandover, ...]:
        """Returns the handovers to the person or at one of these addresses, in the log's order.

        Leaves out handovers in the current run to the requested member.
        """
        got = {at for profile in person.profiles for at in self.to_profile.get(profile, ())}
        to_person = {at for at in got if self.in_this_run.get(at) != requested}
        there = {at for address in addresses for at in self.at_address.get(address, ())}
        return tuple(
            EarlierHandover(address_id=self.address[at], to_person=at in to_person, position=at)
            for at in sorted(to_person | there)
        )


NO_CAMPAIGN = OfCampaign()


def of_campaign(
    connection: Connection[Any],
    campaign_id: UUID,
    run_id: UUID | None,
    profiles: list[UUID],
    addresses: list[UUID],
) -> OfCampaign:
    """Returns the campaign's facts about these profiles and addresses; `run_id`: the current run."""
    earlier = OfCampaign()
    parameters = {"campaign": campaign_id, "profiles": profiles, "addresses": addresses}
    for row in connection.execute(_OF_CAMPAIGN, parameters):
        earlier.note(row, run_id)
    return earlier
