"""The earlier facts of a campaign about the requested people: handovers, hold-out draws, and the cancellation."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from domain.deciding.facts import EarlierDraw, EarlierHandover, Person
from projections.together import Lists, Rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Handover:
    """A message of the campaign that was handed over, was sent, or has an unknown outcome."""

    position: int
    run_id: UUID
    member_id: UUID
    customer_id: UUID | None
    address_id: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawOfMember:
    """A member's draw for the campaign's hold-out."""

    member_id: UUID
    unit: UUID
    held_out: bool
    position: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Cancellation:
    """The position of the campaign's cancellation."""

    position: int


# The subquery hides the campaign from the planner. It would take a new campaign for one without messages, and compare
# all its messages with each profile instead of looking the profiles up.
LISTS = {
    "handovers": Rows(
        select="""
        select position, run_id, member_id, customer_id, address_id from message
        where campaign_id = (select %(campaign)s::uuid) and (handed_over or outcome in ('sent', 'unknown'))
          and (member_id = any(array(select profile_id from circle_profile))
               or customer_id = any(array(select profile_id from circle_profile))
               or address_id = any(array(select address_id from address)))
        order by position
        """,
        row=Handover,
    ),
    "draws": Rows(
        select="""
        select d.member_id, d.unit, d.verdict = 'held_out' as held_out, d.position
        from run_decision d join run r using (run_id)
        where d.member_id = any(array(select profile_id from circle_profile))
          and r.campaign_id = %(campaign)s and d.unit is not null
        order by d.position
        """,
        row=DrawOfMember,
    ),
    "cancellations": Rows(
        select="select position from campaign_cancellation where campaign_id = %(campaign)s", row=Cancellation
    ),
}
"""What the campaign %(campaign)s did about everybody in a circle and the addresses of the requested people."""


@dataclass(kw_only=True)
class OfCampaign:
    """The earlier facts of one campaign about some profiles and addresses. A handover is known by its position.

    `to_profile`: the handovers to each profile. `at_address`: the handovers of other runs at each address; another
    rule covers addresses within a run. `address`: the address of each handover. `in_this_run`: the member of each
    handover in the current run; it stops the same person under another id, as when two members were linked
    meanwhile. `earlier_draws`: the hold-out draws of each profile. `cancelled`: the position of the cancellation.
    """

    to_profile: dict[UUID | None, set[int]] = field(default_factory=lambda: defaultdict(set))
    at_address: dict[UUID, set[int]] = field(default_factory=lambda: defaultdict(set))
    address: dict[int, UUID | None] = field(default_factory=dict)
    in_this_run: dict[int, UUID] = field(default_factory=dict)
    earlier_draws: Mapping[UUID, list[EarlierDraw]] = field(default_factory=dict)
    cancelled: int | None = None

    def note(self, handover: Handover, run_id: UUID | None) -> None:
        position, address = handover.position, handover.address_id
        self.address[position] = address
        if handover.run_id == run_id:
            self.in_this_run[position] = handover.member_id
            address = None
        for profile in (handover.member_id, handover.customer_id):
            self.to_profile[profile].add(position)
        if address is not None:
            self.at_address[address].add(position)

    def concerning(
        self, requested: UUID, person: Person, addresses: Collection[UUID]
    ) -> tuple[EarlierHandover, ...]:
        """Returns the handovers to the person or at one of these addresses, in the log's order.

        Leaves out handovers in the current run to the requested member.
        """
        if not self.address:
            return ()
        got = {at for profile in person.profiles for at in self.to_profile.get(profile, ())}
        to_person = {at for at in got if self.in_this_run.get(at) != requested}
        there = {at for address in addresses for at in self.at_address.get(address, ())}
        return tuple(
            EarlierHandover(address_id=self.address[at], to_person=at in to_person, position=at)
            for at in sorted(to_person | there)
        )


NO_CAMPAIGN = OfCampaign()


def of_campaign(lists: Lists, run_id: UUID | None) -> OfCampaign:
    """Returns the campaign's facts from these rows of LISTS; `run_id`: the current run."""
    draws: dict[UUID, list[EarlierDraw]] = defaultdict(list)
    for draw in lists["draws"]:
        earlier = EarlierDraw(unit=draw.unit, held_out=draw.held_out, position=draw.position)
        draws[draw.member_id].append(earlier)
    cancelled = next((row.position for row in lists["cancellations"]), None)
    known = OfCampaign(earlier_draws=draws, cancelled=cancelled)
    for handover in lists["handovers"]:
        known.note(handover, run_id)
    return known
