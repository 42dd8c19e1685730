"""What a decision reads: facts about one person and about everyone who shares an address with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.customers.mailability import Mailability


@dataclass(frozen=True, kw_only=True)
class ContactPoint:
    """A way to reach a profile. `address_id` stands for the address, `domain_ids` for its domain and the parents of
    it, whoever is there; `mailability` is by which next hops mail reaches it."""

    contact_point_id: UUID
    customer_id: UUID
    channel: str
    address_id: UUID
    label: str | None
    position: int
    domain_ids: tuple[UUID, ...] = ()
    mailability: Mailability | None = None


@dataclass(frozen=True, kw_only=True)
class SaidConsent:
    """What a profile said about a scope; None in the scope means all. Rules compare names by their folded form.

    `address_id` stands for the address of the contact point, where one is named. `said_at`, the earlier of
    `occurred_at` and `recorded_at`, is their order.
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
    purpose_folded: str | None = None
    topic_folded: str | None = None
    brand_folded: str | None = None
    address_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class StoppingComplaint:
    """A complaint as it stands. `closed_at` counts from the opening, or the newest reopening, where the closing is
    dated before it."""

    complaint_id: UUID
    customer_id: UUID
    severity: str
    state: str
    outcome: str | None
    closed_at: datetime | None
    position: int


@dataclass(frozen=True, kw_only=True)
class Suppression:
    """A suppression that nobody lifted, with its scope as in `SuppressionImposed`; it may have expired.

    The purpose and the brand that narrow it are in their folded form.
    """

    customer_id: UUID
    reason: str
    scope: str
    channel: str | None
    purpose_folded: str | None
    brand_folded: str | None
    imposed_at: datetime
    until: datetime | None
    position: int


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """An earlier draw for the campaign's hold-out: its unit, what came out, and the decision that says so."""

    unit: UUID
    held_out: bool
    position: int


@dataclass(frozen=True, kw_only=True)
class Link:
    """Two profiles of one person, and the position that links them."""

    profile_id: UUID
    other_id: UUID
    position: int


@dataclass(frozen=True, kw_only=True)
class Holding:
    """An address or a number that a person has without being linked to it, as others have it too, or that they had
    once, from `position` on. `profile_id` stands for it; what was said of it there until they gave it up."""

    profile_id: UUID
    position: int
    consents: tuple[SaidConsent, ...] = ()
    complaints: tuple[StoppingComplaint, ...] = ()
    suppressions: tuple[Suppression, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Person:
    """All linked profiles of a person, the links that hold among them, and what they said.

    `time_zone`: an IANA name, None where nobody told it. `oldest_profile`: the one that was known first.
    `assigned`: the person's earlier draws for the hold-out of the campaign that asks. `holdings`: what they have or
    had without being linked to it.
    """

    person_id: UUID
    profiles: tuple[UUID, ...]
    links: tuple[Link, ...] = ()
    time_zone: str | None = None
    contact_points: tuple[ContactPoint, ...] = ()
    consents: tuple[SaidConsent, ...] = ()
    complaints: tuple[StoppingComplaint, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    oldest_profile: UUID | None = None
    assigned: tuple[Assignment, ...] = ()
    holdings: tuple[Holding, ...] = ()

    def points_on(self, channel: str) -> tuple[ContactPoint, ...]:
        """The contact points of one channel."""
        return tuple(point for point in self.contact_points if point.channel == channel)


@dataclass(frozen=True, kw_only=True)
class EarlierHandover:
    """A message of the campaign that was handed over, sent or with unknown outcome: of an earlier run, or of
    this one to another member who is the same person."""

    address_id: UUID | None
    to_person: bool
    position: int


@dataclass(frozen=True, kw_only=True)
class DecisionFacts:
    """Everything that `decide` may ask about one person, for whatever channel.

    `co_owners`: the other people who own an address of the person, by address. `taken`: addresses that
    another member of the same run gets its message at, with the position that says so (None: in this chunk).
    `domains`: what suppresses the domains of the person's addresses and their parents. `cancelled`: the position of
    the campaign's cancellation. `still_member`: whether the person matches the audience's criteria; None: nobody asks.
    """

    person: Person
    co_owners: Mapping[UUID, tuple[Person, ...]] = field(default_factory=dict)
    earlier: tuple[EarlierHandover, ...] = ()
    taken: Mapping[UUID, int | None] = field(default_factory=dict)
    domains: Mapping[UUID, tuple[Suppression, ...]] = field(default_factory=dict)
    cancelled: int | None = None
    still_member: bool | None = None
