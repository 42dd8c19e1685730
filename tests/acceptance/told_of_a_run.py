"""What holds of a run whatever happened, read off the log alone in plain Python.

Nothing of the dispatcher, of `decide` or of the read models is used: `Told` knows who is linked, who has which
address, who complained, and what became of each message, up to one position.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.campaigns.events import CampaignCancelled, CampaignPaused, CampaignResumed
from domain.complaints.events import ComplaintOpened
from domain.customers.events import (
    ConsentGranted,
    ConsentWithdrawn,
    ContactPointAdded,
    ProfileLinked,
    ProfileUnlinked,
)
from domain.messages.events import (
    HandoverLapsed,
    MessageFact,
    MessageHandedOver,
    MessageRefusedForNow,
    MessageWithheld,
)
from domain.messages.message import ENDED, outcome_after
from domain.runs.events import (
    DecidedGroup,
    RunAudienceListed,
    RunCancelled,
    RunChunkDecided,
    RunFinished,
)
from domain.suppressions.events import SuppressionImposed
from tests.projections.log import Recorded

CONTACTED = frozenset({"sent", "unknown"})
Reached = tuple[UUID, UUID, UUID]
"""A member, the profile whose contact point was used, and the address."""


DecidedMember = tuple[DecidedGroup, UUID, UUID | None]
"""What was decided, about which member, and the address that was chosen."""


@dataclass(kw_only=True)
class Named:
    """What the decisions of a run name by places and positions: its members and their addresses."""

    run: UUID
    parts: dict[int, tuple[UUID, ...]] = field(default_factory=dict)
    address_at: dict[int, UUID] = field(default_factory=dict)

    def apply(self, told: Recorded) -> None:
        fact = told.fact
        if isinstance(fact, ContactPointAdded):
            self.address_at[told.position] = fact.address_id
        if isinstance(fact, RunAudienceListed) and fact.originator_id == self.run:
            self.parts = {**(self.parts if fact.ordinal else {}), fact.ordinal: fact.members}

    @property
    def members(self) -> list[UUID]:
        return [member for part in self.parts.values() for member in part]

    def people_of(self, chunk: RunChunkDecided) -> list[DecidedMember]:
        members = self.parts[chunk.ordinal]
        return [
            (group, members[person.place], self.address_at.get(person.contact_point_position or 0))
            for group in chunk.groups
            for person in group.people
        ]


@dataclass(kw_only=True)
class Told:
    """What the log says of one run, its campaign and all people, fact by fact."""

    campaign: UUID
    run: UUID
    linked: set[frozenset[UUID]] = field(default_factory=set)
    addresses: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    domains: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    complained: set[UUID] = field(default_factory=set)
    suppressed: set[UUID] = field(default_factory=set)
    granted: dict[UUID, int] = field(default_factory=dict)
    withdrew: dict[UUID, int] = field(default_factory=dict)
    paused: bool = False
    cancelled: bool = False
    ended: bool = False
    chosen: dict[UUID, UUID] = field(default_factory=dict)
    """The address that the first decision chose for each eligible member."""
    outcomes: dict[UUID, str] = field(default_factory=dict)
    at_next_hop: set[UUID] = field(default_factory=set)
    """The members whose handover is open."""
    reached: dict[UUID, Reached] = field(default_factory=dict)
    """The newest handover of each member."""
    retry_at: dict[UUID, datetime] = field(default_factory=dict)
    """Before this instant a deferred message is not tried again."""

    def __post_init__(self) -> None:
        self.named = Named(run=self.run)

    def apply(self, told: Recorded) -> None:
        fact, position = told.fact, told.position
        self.named.apply(told)
        match fact:
            case ProfileLinked():
                self.linked.add(frozenset((fact.customer_id, fact.other_profile_id)))
            case ProfileUnlinked():
                self.linked.discard(frozenset((fact.customer_id, fact.other_profile_id)))
            case ContactPointAdded():
                self.addresses[fact.customer_id].add(fact.address_id)
                self.domains[fact.address_id] = set(fact.domain_ids)
            case ComplaintOpened():
                self.complained.add(fact.customer_id)
            case SuppressionImposed():
                self.suppressed.add(fact.customer_id)
            case ConsentGranted():
                self.granted[fact.customer_id] = position
            case ConsentWithdrawn():
                self.withdrew[fact.customer_id] = position
            case _:
                self._apply_to_run(fact)

    def _apply_to_run(self, fact: Any) -> None:
        match fact:
            case CampaignPaused() | CampaignResumed() if fact.originator_id == self.campaign:
                self.paused = isinstance(fact, CampaignPaused)
            case CampaignCancelled() if fact.originator_id == self.campaign:
                self.cancelled = True
            case RunChunkDecided() if fact.originator_id == self.run:
                self._decide(fact)
            case RunFinished() | RunCancelled() if fact.originator_id == self.run:
                self.ended = True
            case MessageFact() if fact.run_id == self.run:
                self._move(fact)

    def _decide(self, fact: RunChunkDecided) -> None:
        for group, member, address in self.named.people_of(fact):
            if group.verdict == "eligible":
                assert address is not None
                self.chosen[member] = address
                self.outcomes[member] = "pending"
            else:
                self.outcomes[member] = group.verdict

    def _move(self, fact: MessageFact) -> None:
        self.outcomes[fact.member_id] = outcome_after(fact)
        self.at_next_hop.discard(fact.member_id)
        if isinstance(fact, MessageHandedOver):
            self.at_next_hop.add(fact.member_id)
            self.reached[fact.member_id] = fact.member_id, fact.customer_id, fact.address_id
        if isinstance(fact, HandoverLapsed | MessageRefusedForNow):
            self.retry_at[fact.member_id] = fact.retry_at

    # Questions about people

    def person(self, profile: UUID) -> set[UUID]:
        """All profiles that are linked to this one now, however far."""
        person, left = {profile}, [profile]
        while left:
            at = left.pop()
            near = {end for pair in self.linked if at in pair for end in pair} - person
            person |= near
            left.extend(near)
        return person

    def addresses_of(self, profiles: Iterable[UUID]) -> set[UUID]:
        return {address for profile in profiles for address in self.addresses.get(profile, ())}

    def concerned(self, member: UUID, addresses: Iterable[UUID]) -> set[UUID]:
        """Everyone whose stop would stop a message to this member at one of these addresses: the member's person,
        all who share one of them, and what stands for any address that any of these has."""
        everyone = self.person(member)
        for address in addresses:
            holders = {profile for profile, had in self.addresses.items() if address in had}
            for holder in (address, *holders):
                everyone |= self.person(holder)
        return everyone | self.addresses_of(everyone)

    def others_reached(self, member: UUID, addresses: set[UUID]) -> list[Reached]:
        """Messages of the run to this member's person, or at these addresses, that are another member's."""
        person = self.person(member)
        return [
            one
            for other, one in self.reached.items()
            if other != member and (other in self.at_next_hop or self.outcomes[other] in CONTACTED)
            if person & set(one[:2]) or one[2] in addresses
        ]

    # Why a message may not go

    def stops(self, member: UUID, address: UUID) -> list[str]:
        """What certainly stops a message to this member at this address now."""
        concerned = self.concerned(member, [address])
        said = {
            "complaint": self.complained & concerned,
            "suppression": self.suppressed & (concerned | self.domains[address]),
            "withdrawal": {one for one in concerned if self._withdrew_last(one, concerned)},
            "no consent": not self.granted.keys() & self.person(member),
            "paused": self.paused,
            "cancelled": self.cancelled,
            "ended": self.ended,
        }
        return [why for why, holds in said.items() if holds]

    def _withdrew_last(self, profile: UUID, concerned: set[UUID]) -> bool:
        """Whether nobody who could answer this profile's withdrawal has consented since."""
        withdrew = self.withdrew.get(profile, 0)
        return withdrew > max((self.granted.get(one, 0) for one in concerned), default=0)

    def has_reason(self, member: UUID, code: str, taken: set[UUID]) -> bool:
        """Whether this reason can be true of this member now; `taken`: addresses chosen for other members."""
        own = self.addresses_of(self.person(member))
        concerned = self.concerned(member, own)
        match code:
            case "OPEN_COMPLAINT":
                return bool(self.complained & concerned)
            case "OPERATOR_EXCLUDED":
                return bool(self.suppressed & concerned)
            case "DOMAIN_BLOCKED":
                return bool(self.suppressed & {domain for one in own for domain in self.domains[one]})
            case "CONSENT_WITHDRAWN":
                return bool(self.withdrew.keys() & concerned)
            case "NO_CONSENT":
                return not self.granted.keys() & self.person(member)
            case "ALREADY_CONTACTED":
                return bool(self.others_reached(member, own))
            case "DUPLICATE_ADDRESS_IN_RUN":
                return bool(own & taken)
            case "CAMPAIGN_CANCELLED":
                return self.cancelled
        return False


@dataclass(kw_only=True)
class RunChecked:
    """Reads a log once and asserts what must hold at each of its positions.

    `unheld`: the positions of facts that a dispatcher without the lease appended. `accepted`: how often the next hop
    accepted a message of the run at each address, by the id that stands for it.
    """

    log: Sequence[Recorded]
    unheld: Sequence[int]
    accepted: Counter[UUID]
    told: Told

    def check(self) -> None:
        resting = self._resting_on()
        for one in self.log:
            self._check_fact(one)
            self.told.apply(one)
            for withheld in resting[one.position]:
                self._check_reasons(withheld)
        self._check_end()

    def _resting_on(self) -> dict[int, list[MessageWithheld | list[DecidedMember]]]:
        """The verdicts of this run by the position that they read."""
        resting = defaultdict[int, list[MessageWithheld | list[DecidedMember]]](list)
        named = Named(run=self.told.run)
        for one in self.log:
            fact = one.fact
            named.apply(one)
            if isinstance(fact, RunChunkDecided) and fact.originator_id == self.told.run:
                resting[fact.read_position].append(named.people_of(fact))
            if isinstance(fact, MessageWithheld) and fact.run_id == self.told.run:
                resting[fact.read_position].append(fact)
        return resting

    def _check_fact(self, one: Recorded) -> None:
        fact = one.fact
        if isinstance(fact, MessageHandedOver) and fact.run_id == self.told.run:
            self._check_handover(one.position, fact)
        if isinstance(fact, RunFinished | RunCancelled) and fact.originator_id == self.told.run:
            self._check_outcomes(one.position)
        if one.position in self.unheld:
            outcome = isinstance(fact, MessageFact) and not isinstance(
                fact, MessageHandedOver | MessageWithheld
            )
            assert outcome, f"{one.position} was appended without the lease: {type(fact).__name__}"

    def _check_handover(self, position: int, fact: MessageHandedOver) -> None:
        told, member, address = self.told, fact.member_id, fact.address_id
        at = f"the handover at {position}"
        stops = told.stops(member, address)
        assert not stops, f"{at} came after what stops it: {stops}"
        assert member in told.named.members, f"{at} is to nobody of the audience"
        assert member not in told.at_next_hop, f"{at} is of a message at the next hop"
        assert told.outcomes[member] in ("pending", "deferred"), (
            f"{at} is of a message {told.outcomes[member]}"
        )
        assert fact.occurred_at >= told.retry_at.get(member, fact.occurred_at), f"{at} is too early a retry"
        person = told.person(member)
        own = fact.customer_id in person and address in told.addresses[fact.customer_id]
        assert own, f"{at} is at an address that the member does not have"
        others = told.others_reached(member, {address})
        assert not others, f"{at} is a second message to a person or an address: {others}"

    def _check_outcomes(self, position: int) -> None:
        open_members = [one for one in self.told.named.members if self.told.outcomes.get(one) not in ENDED]
        assert self.told.cancelled or not open_members, (
            f"the run ended at {position} without an outcome of some"
        )

    def _check_reasons(self, decided: MessageWithheld | list[DecidedMember]) -> None:
        """Nobody is lost: each reason was true of the log as it was read."""
        if isinstance(decided, MessageWithheld):
            self._check_withheld(decided.member_id, [reason.code for reason in decided.reasons], {})
            return
        in_chunk = {member: address for _, member, address in decided if address}
        for group, member, _ in decided:
            if group.verdict != "eligible":
                self._check_withheld(member, [reason.code for reason in group.reasons], in_chunk)

    def _check_withheld(self, member: UUID, codes: list[str], in_chunk: dict[UUID, Any]) -> None:
        told = self.told
        ended = {one for one, outcome in told.outcomes.items() if outcome in ("suppressed", "failed")}
        reached = {one: address for one, (_, _, address) in told.reached.items()}
        holders = {**in_chunk, **told.chosen, **reached}
        taken = {address for other, address in holders.items() if other not in {member, *ended}}
        assert codes, f"member {member} was withheld without a reason"
        for code in codes:
            assert told.has_reason(member, code, taken), f"{code} was not true of member {member}"

    def _check_end(self) -> None:
        """The next hop got of each address what the outcomes say, and nothing twice."""
        told = self.told
        assert told.ended, "the run did not end"
        certain, possible = Counter[UUID](), Counter[UUID]()
        for member, (_, _, address) in told.reached.items():
            certain[address] += told.outcomes[member] == "sent"
            possible[address] += told.outcomes[member] in ("sent", "unknown")
        for address in self.accepted.keys() | possible.keys():
            times = self.accepted[address]
            assert times <= 1, f"{times} messages were accepted at address {address}"
            assert certain[address] <= times <= possible[address], (
                f"what became of {address} is not its outcome"
            )
