"""The input of a decision: facts about one person and about everyone who shares an address with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from domain.complaints.events import ComplaintStatus, Outcome, Severity
from domain.customers.details import Channel
from domain.customers.mailability import Mailability
from domain.deciding.codes import ReasonCode
from domain.deciding.links import Link, joined_at
from domain.suppressions.events import SuppressionScope


@dataclass(frozen=True, kw_only=True)
class ContactPoint:
    """A way to reach a profile. `address_id` is the id of the address's own profile; people who share it have the same.

    `domain_ids` are the ids of the profiles of the address's domain and its parent domains. `mailability` says
    which next hops can deliver mail to it.
    """

    contact_point_id: UUID
    customer_id: UUID
    channel: str
    address_id: UUID
    label: str | None
    position: int
    domain_ids: tuple[UUID, ...] = ()
    mailability: Mailability | None = None


@dataclass(frozen=True, kw_only=True)
class ConsentStatement:
    """A consent that a profile granted or withdrew for a scope. None in a field of the scope means all values.

    `address_id` is the id of the profile of the contact point's address, if the scope names one. Statements are ordered
    by `said_at`, the earlier of `occurred_at` and `recorded_at`. Rules compare the folded forms of names.
    """

    customer_id: UUID
    channel: str | None
    contact_point_id: UUID | None
    purpose: str | None
    topic: str | None
    brand: str | None
    granted: bool
    occurred_at: datetime
    said_at: datetime
    expires_at: datetime | None
    position: int
    purpose_folded: str | None
    topic_folded: str | None
    brand_folded: str | None
    address_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class StoppingComplaint:
    """Whether a complaint is open or closed now.

    A closing that is dated before the opening, or before the newest reopening, counts as closed at that instant.
    """

    complaint_id: UUID
    customer_id: UUID
    severity: Severity
    status: ComplaintStatus
    outcome: Outcome | None
    closed_at: datetime | None
    position: int


@dataclass(frozen=True, kw_only=True)
class StoppingSuppression:
    """A suppression that nobody lifted. It may have expired. Its scope is that of `SuppressionImposed`.

    If it is limited to a purpose or a brand, the name is in its folded form.
    """

    customer_id: UUID
    reason_code: ReasonCode
    scope: SuppressionScope
    channel: Channel | None
    purpose_folded: str | None
    brand_folded: str | None
    imposed_at: datetime
    until: datetime | None
    position: int


@dataclass(frozen=True, kw_only=True)
class EarlierDraw:
    """An earlier draw for the campaign's hold-out: its unit, its result, and the position of its decision."""

    unit: UUID
    held_out: bool
    position: int


@dataclass(frozen=True, kw_only=True)
class UnlinkedIdentifier:
    """An address or number that a person has without a link, because others have it too, or that they once had.

    The person has held it from `position` on, and `profile_id` is the id of its profile. The statements are
    those made about that profile until the person gave the identifier up.
    """

    profile_id: UUID
    position: int
    consents: tuple[ConsentStatement, ...] = ()
    complaints: tuple[StoppingComplaint, ...] = ()
    suppressions: tuple[StoppingSuppression, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Person:
    """All linked profiles of a person, the current links among them, and the facts about them.

    `time_zone` is an IANA name, or None if it is unknown. `oldest_profile` is the profile that was known first.
    `earlier_draws` are the person's earlier draws for the campaign's hold-out. `unlinked_identifiers` are the addresses
    and numbers that the person has or had without a link.
    """

    person_id: UUID
    profiles: tuple[UUID, ...]
    links: tuple[Link, ...] = ()
    time_zone: str | None = None
    contact_points: tuple[ContactPoint, ...] = ()
    consents: tuple[ConsentStatement, ...] = ()
    complaints: tuple[StoppingComplaint, ...] = ()
    suppressions: tuple[StoppingSuppression, ...] = ()
    oldest_profile: UUID | None = None
    earlier_draws: tuple[EarlierDraw, ...] = ()
    unlinked_identifiers: tuple[UnlinkedIdentifier, ...] = ()

    @cached_property
    def joined(self) -> Mapping[tuple[UUID, UUID], int]:
        """When the current links first made each pair of profiles one person, as `joined_at` returns it."""
        return joined_at(self.profiles, self.links)

    def points_on(self, channel: str) -> tuple[ContactPoint, ...]:
        """Returns the contact points of one channel."""
        return tuple(point for point in self.contact_points if point.channel == channel)


@dataclass(frozen=True, kw_only=True)
class EarlierHandover:
    """A message of the campaign that was handed over, was sent, or has an unknown outcome.

    It belongs to an earlier run, or to this run and another member who is the same person.
    """

    address_id: UUID | None
    to_person: bool
    position: int


@dataclass(frozen=True, kw_only=True)
class DecisionFacts:
    """Everything that `decide` may need about one person, on any channel.

    - `co_owners`: the other people who have an address of the person, by address.
    - `taken`: addresses at which another member of the same run gets the message, with the position of that
      decision, or None if it belongs to the same chunk.
    - `domains`: the suppressions of the domains of the person's addresses and of their parent domains.
    - `cancelled`: the position of the campaign's cancellation.
    - `still_member`: whether the person still matches the audience's criteria, or None if nothing asks for that.
    """

    person: Person
    co_owners: Mapping[UUID, tuple[Person, ...]] = field(default_factory=dict)
    earlier: tuple[EarlierHandover, ...] = ()
    taken: Mapping[UUID, int | None] = field(default_factory=dict)
    domains: Mapping[UUID, tuple[StoppingSuppression, ...]] = field(default_factory=dict)
    cancelled: int | None = None
    still_member: bool | None = None

    @cached_property
    def any_suppression(self) -> bool:
        """Whether there is a suppression of anybody or any place. Most people have none."""
        people = (self.person, *(other for owners in self.co_owners.values() for other in owners))
        return bool(self.domains) or any(
            person.suppressions or any(held.suppressions for held in person.unlinked_identifiers)
            for person in people
        )
