"""Who is one person and what binds whom, from docs/semantics.md alone: nothing of Farley is used.

A profile is a customer's id or an e-mail address: an address is a profile of its own. `tick` counts what is
told, as positions count facts.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from tests.models.reference.complaints import Complaint

Profile = UUID | str
GRANTED, NOTHING_SAID, EXPIRED, WITHDRAWN = range(4)
"""What was said about a scope, from what allows most to what restricts most (rule 29)."""
CODES = {NOTHING_SAID: "NO_CONSENT", EXPIRED: "CONSENT_EXPIRED", WITHDRAWN: "CONSENT_WITHDRAWN"}


class Statement(NamedTuple):
    """A consent or a withdrawal. `address`: the one address that it is about, None for all of them."""

    profile: Profile
    granted: bool
    address: str | None
    said_at: datetime
    expires_at: datetime | None
    tick: int

    @property
    def newness(self) -> tuple[Any, ...]:
        """The latest counts, and of two at one instant the withdrawal (rule 33)."""
        return self.said_at, not self.granted, self.tick

    def allows(self, at: datetime) -> int:
        if not self.granted:
            return WITHDRAWN
        return EXPIRED if self.expires_at is not None and self.expires_at <= at else GRANTED


class Ban(NamedTuple):
    """A suppression with the reason GLOBAL_DO_NOT_CONTACT."""

    profile: Profile
    tick: int


class Holding(NamedTuple):
    """From when a customer has an address, and when the customer gave it up."""

    since: int
    until: float = float("inf")


class People:
    def __init__(self, preferred: str) -> None:
        self.tick = 0
        self.preferred = preferred
        """Of a person's addresses, the one that everybody labels preferred."""
        self.names: dict[UUID, str | None] = {}
        """Of all registered customers."""
        self.holdings: dict[tuple[UUID, str], Holding] = {}
        self.stated: dict[frozenset[UUID], int] = {}
        """Links that somebody stated, and since when."""
        self.linked_address: dict[str, tuple[UUID, int]] = {}
        """The customer that an address is linked to, and since when."""
        self.statements: list[Statement] = []
        self.complaints: dict[UUID, Complaint] = {}
        self.bans: dict[UUID, Ban] = {}

    # What is told

    def hold(self, customer: UUID, address: str) -> None:
        if not self.holds(customer, address):
            self.tick += 1  # of addresses that are told together, the last is the newest
            self.holdings.pop((customer, address), None)  # who takes it again is the last to have taken it
            self.holdings[customer, address] = Holding(self.tick)
            self._link_addresses()

    def give_up(self, customer: UUID, address: str) -> None:
        if self.holds(customer, address):
            self.holdings[customer, address] = self.holdings[customer, address]._replace(until=self.tick)
            self._link_addresses()

    def link(self, one: UUID, other: UUID) -> None:
        self.stated.setdefault(frozenset((one, other)), self.tick)
        self._link_addresses()

    def unlink(self, one: UUID, other: UUID) -> None:
        del self.stated[frozenset((one, other))]
        self._link_addresses()

    def say(
        self, profile: Profile, granted: bool, address: str | None, said_at: datetime, expires_at: Any = None
    ) -> None:
        """The same statement with the same date changes nothing, unless consent was given in between."""
        said = Statement(profile, granted, address, said_at, expires_at, self.tick)
        of_profile = [one for one in self.statements if one.profile == profile]
        known = [one.tick for one in of_profile if one._replace(tick=self.tick) == said]
        newer = [
            one
            for one in of_profile
            if one.granted and one.said_at < said_at and one.tick > max(known, default=0)
        ]
        if not known or (newer and not granted):
            self.statements.append(said)

    def _link_addresses(self) -> None:
        """An address belongs to the first who has it, if all who have it were stated to be one person."""
        for address in {address for _, address in self.holdings}:
            holders = self.holders(address)
            alone = bool(holders) and self._joined({holders[0]}, self._stated_links()).issuperset(holders)
            if not alone:
                self.linked_address.pop(address, None)
            elif self.linked_address.get(address, (None, 0))[0] != holders[0]:
                self.linked_address[address] = holders[0], self.tick

    # Who is who

    def holds(self, customer: UUID, address: str) -> bool:
        return self.holdings.get((customer, address), Holding(0, 0)).until == float("inf")

    def holders(self, address: str) -> list[UUID]:
        return [who for who, what in self.holdings if what == address and self.holds(who, what)]

    def person(self, profile: Profile, upto: float = float("inf")) -> set[Profile]:
        """All profiles that links of today join with this one; `upto`: only links that old."""
        links = [(*pair, since) for pair, since in self._stated_links().items()]
        links += [(address, holder, since) for address, (holder, since) in self.linked_address.items()]
        return self._joined({profile}, {(one, other): s for one, other, s in links if s <= upto})

    def addresses(self, person: set[Profile]) -> dict[str, int]:
        """The addresses that a person has, with when the newest holding of each began."""
        held = [
            (what, since)
            for (who, what), (since, until) in self.holdings.items()
            if who in person and until == float("inf")
        ]
        return {what: max(since for other, since in held if other == what) for what, _ in held}

    def _stated_links(self) -> dict[tuple[Profile, Profile], int]:
        return {(min(pair), max(pair)): since for pair, since in self.stated.items()}

    @staticmethod
    def _joined(person: set[Profile], links: Any) -> set[Profile]:
        while near := {end for pair in links if person & set(pair) for end in pair} - person:
            person |= near
        return person

    # What stops a promotional e-mail

    def stops(self, profile: Profile, at: datetime) -> set[str]:
        """The codes of all reasons; none means that the person may get it."""
        person = self.person(profile)
        return self.stops_at(person, self.chosen(person, at), at)

    def stops_at(self, person: set[Profile], address: str | None, at: datetime) -> set[str]:
        consent = self.consent(person, address, at)
        others = self._co_owners(person, address)
        stops = {CODES[consent]} if consent in CODES else set()
        stops |= {"NO_CONTACT_POINT"} if address is None else set()
        if any(self.consent(other, address, at) == WITHDRAWN for other in others):
            stops.add("CONSENT_WITHDRAWN")
        for one in (person, *others):
            complaints = [known for known in self.complaints.values() if self._binds(known, one)]
            stops |= {code for complaint in complaints for code in complaint.stops(at)}
            stops |= {"GLOBAL_DO_NOT_CONTACT" for ban in self.bans.values() if self._binds(ban, one)}
        return stops

    def chosen(self, person: set[Profile], at: datetime) -> str | None:
        """The consented address, of several the preferred one, of several the newest (rule 34)."""
        held = self.addresses(person)
        return min(
            held,
            key=lambda one: (self.consent(person, one, at), one != self.preferred, -held[one]),
            default=None,
        )

    def consent(self, person: set[Profile], address: str | None, at: datetime) -> int:
        said = [one for one in self.statements if one.address in (None, address)]
        own = [one for one in said if one.profile in person]
        newest = [self._newest(one for one in own if self._counts_for(profile, one)) for profile in person]
        standings = [one.allows(at) for one in newest if one is not None] or [NOTHING_SAID]
        for held, (since, until) in self._held_apart(person).items():
            about_it = [one for one in said if one.profile == held and one.tick < until]
            last = self._newest([*about_it, *(one for one in own if one.tick > since)])
            if last is not None and last.profile == held and not last.granted:
                standings.append(WITHDRAWN)
        return max(standings)

    def _counts_for(self, profile: Profile, said: Statement) -> bool:
        """Its own counts, and what other profiles of the person said after they were linked to it (rule 29)."""
        return said.profile == profile or said.profile in self.person(profile, upto=said.tick - 1)

    def _held_apart(self, person: set[Profile]) -> dict[str, Holding]:
        """Addresses that the person has or had without a link: what stops them stops the person."""
        apart: dict[str, Holding] = {}
        for (who, what), held in self.holdings.items():
            if who in person and what not in person:
                known = apart.get(what, held)
                apart[what] = Holding(min(held.since, known.since), max(held.until, known.until))
        return apart

    def _binds(self, stop: Ban | Complaint, person: set[Profile]) -> bool:
        if stop.profile in person:
            return True
        held = self._held_apart(person)
        return stop.profile in held and stop.tick < held[stop.profile].until

    def _co_owners(self, person: set[Profile], address: str | None) -> list[set[Profile]]:
        """Everybody else who has the address, and the address itself (rules 6 and 41)."""
        if address is None:
            return []
        return [other for one in (*self.holders(address), address) if (other := self.person(one)) != person]

    @staticmethod
    def _newest(said: Any) -> Statement | None:
        return max(said, key=lambda one: one.newness, default=None)
