"""What is told about customers and their identifiers, in any sequence, and the rule's links in plain Python."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from application.customers.commands import (
    AddContactPoint,
    AddExternalId,
    GivenContactPoint,
    GivenExternalId,
    LinkProfile,
    RegisterCustomer,
    RemoveContactPoint,
    UnlinkProfile,
)
from application.customers.identifier_holders import IdentifierHolders
from application.customers.identities import Identities
from application.customers.profile_links import ProfileLinks
from application.customers.service import CustomersService
from application.customers.whose import Whose
from application.store import Store
from domain.customers.customer import Customer
from domain.customers.errors import LinkNotFound
from domain.customers.events import LinkBasis
from domain.facts import derived_id
from infrastructure.phone_and_email.normal_forms import LibraryNormalForms
from tests.application.setting import ID_KEY, CountingIds, request

IDENTITIES = Identities(ID_KEY, LibraryNormalForms(), "ES")
EMAILS = ("ann@example.com", "bob@example.com", "noreply@example.com")
NUMBERS = ("7", "8")
ADDRESS_OF = {email: IDENTITIES.address_of("email", email)[0] for email in EMAILS}
PROFILE_OF = ADDRESS_OF | {number: IDENTITIES.number_of("shop", number)[0] for number in NUMBERS}
BLOCKED = ADDRESS_OF["noreply@example.com"]
STRONG = {PROFILE_OF[number] for number in NUMBERS}
CUSTOMERS = tuple(UUID(int=number) for number in (1, 2, 3, 4))
PROFILES = (*CUSTOMERS, *(PROFILE_OF[one] for one in ("ann@example.com", "bob@example.com", "7", "8")))
Triple = tuple[UUID, UUID, LinkBasis]
Telling = tuple[str, UUID, Any]


class Rule:
    """Who holds what and what was stated, and what follows."""

    def __init__(self) -> None:
        self.registered: set[UUID] = set()
        self.holders: dict[UUID, dict[UUID, bool]] = {}
        self.numbers: dict[UUID, set[UUID]] = {}
        self.stated: list[tuple[UUID, UUID]] = []

    def hold(self, customer: UUID, profile: UUID) -> None:
        contradicts = self._contradicts(customer, profile)
        if profile in STRONG:
            self.numbers.setdefault(customer, set()).add(profile)
        if profile != BLOCKED:
            self.holders.setdefault(profile, {}).setdefault(customer, contradicts)

    def release(self, customer: UUID, profile: UUID) -> None:
        self.holders.get(profile, {}).pop(customer, None)

    def pair(self, one: UUID, other: UUID) -> list[tuple[UUID, UUID]]:
        return [pair for pair in self.stated if set(pair) == {one, other}]

    def links(self) -> set[Triple]:
        stated = {(*pair, LinkBasis.STATED) for pair in self.stated}
        return stated | {
            (profile, target, LinkBasis.IDENTIFIER)
            for profile in self.holders
            if (target := self._target(profile)) is not None
        }

    def _target(self, profile: UUID) -> UUID | None:
        holders = self.holders[profile]
        if not holders or any(holders.values()):
            return None
        first = next(iter(holders))
        person = joined(first, self.stated)
        return first if person.issuperset(holders) and profile not in person else None

    def _contradicts(self, customer: UUID, profile: UUID) -> bool:
        """DecisionQuestion of numbers, and of what somebody stated a link of: else holding joins no two people."""
        if profile not in STRONG and not any(pair[0] == profile for pair in self.stated):
            return False
        pairs = [link[:2] for link in self.links()]
        ours, theirs = joined(customer, pairs), joined(profile, pairs)
        if profile in ours:
            return False
        brought = self._numbers_of(theirs) | ({profile} & STRONG)
        known = self._numbers_of(ours)
        return bool(known and brought and known != brought)

    def _numbers_of(self, person: Iterable[UUID]) -> set[UUID]:
        return {number for member in person for number in self.numbers.get(member, ())}


def joined(start: UUID, pairs: Iterable[tuple[UUID, UUID]]) -> set[UUID]:
    person, pairs = {start}, list(pairs)
    while reached := {end for pair in pairs if person & set(pair) for end in pair} - person:
        person |= reached
    return person


class Told:
    """The use cases and the rule side by side."""

    def __init__(self, store: Store, links: ProfileLinks) -> None:
        self.store = store
        self.links = links
        self.rule = Rule()
        self.customers = CustomersService(
            store=self.store,
            ids=CountingIds(100),
            links=self.links,
            identities=IDENTITIES,
            whose=Whose(self.store, IDENTITIES),
        )

    def live(self) -> set[Triple]:
        live = [(link.profile_id, link.other_id, link.basis) for link in self.links.around(PROFILES)]
        assert len({frozenset(pair[:2]) for pair in live}) == len(live), "a pair has two links"
        return set(live)

    def register(self, customer: UUID, identifiers: tuple[str, ...]) -> None:
        if customer in self.rule.registered:
            return
        numbers = [one for one in identifiers if one in NUMBERS]
        emails = [one for one in identifiers if one not in NUMBERS]
        self.customers.register_customer(
            RegisterCustomer(
                customer_id=customer,
                kind="person",
                external_ids=tuple(GivenExternalId(source="shop", number=one) for one in numbers),
                contact_points=tuple(GivenContactPoint(channel="email", value=one) for one in emails),
            ),
            request(),
        )
        self.rule.registered.add(customer)
        for one in (*numbers, *emails):
            self.rule.hold(customer, PROFILE_OF[one])

    def add(self, customer: UUID, identifiers: tuple[str, ...]) -> None:
        for one in identifiers if customer in self.rule.registered else ():
            is_held = self._holds(customer, one)
            if one in NUMBERS:
                number = GivenExternalId(source="shop", number=one)
                self.customers.add_external_id(
                    AddExternalId(customer_id=customer, external_id=number), request()
                )
            else:
                point = GivenContactPoint(channel="email", value=one)
                self.customers.add_contact_point(
                    AddContactPoint(customer_id=customer, contact_point=point), request()
                )
            if not is_held:
                self.rule.hold(customer, PROFILE_OF[one])

    def remove(self, customer: UUID, identifiers: tuple[str, ...]) -> None:
        for one in identifiers:
            if one in EMAILS and self._holds(customer, one):
                point = derived_id("contact-point", customer, "email", ADDRESS_OF[one])
                self.customers.remove_contact_point(
                    RemoveContactPoint(customer_id=customer, contact_point_id=point), request()
                )
                self.rule.release(customer, ADDRESS_OF[one])

    def link(self, customer: UUID, profile: UUID) -> None:
        if self._linkable(customer, profile):
            self.customers.link_profile(LinkProfile(customer_id=customer, profile_id=profile), request())
            if not self.rule.pair(customer, profile):
                self.rule.stated.append((profile, customer))

    def unlink(self, customer: UUID, profile: UUID) -> None:
        if not self._linkable(customer, profile):
            return
        is_linked = any({customer, profile} == set(link[:2]) for link in self.live())
        try:
            self.customers.unlink_profile(UnlinkProfile(customer_id=customer, profile_id=profile), request())
        except LinkNotFound:
            assert not is_linked
            return
        assert is_linked
        if stated := self.rule.pair(customer, profile):
            self.rule.stated.remove(stated[0])
        else:
            self.rule.release(customer, profile)

    def link_and_unlink(self, customer: UUID, profile: UUID) -> None:
        if not self.rule.pair(customer, profile):
            before = self.live()
            self.link(customer, profile)
            self.unlink(customer, profile)
            assert self.live() == before, "linking and unlinking left a trace"

    def settle_everything(self) -> int:
        """How many profiles are not as the rule says when all is looked at again."""
        holdings = IdentifierHolders(self.store, self.links, request().circumstances())
        holdings.settle_around(self.rule.registered)
        return len(holdings.changed)

    def _linkable(self, customer: UUID, profile: UUID) -> bool:
        known = customer in self.rule.registered and self.links.has_facts(profile)
        return known and customer != profile

    def _holds(self, customer: UUID, identifier: str) -> bool:
        found = self.store.find(Customer, customer)
        return found is not None and found.holds(PROFILE_OF[identifier])


customers, profiles = st.sampled_from(CUSTOMERS), st.sampled_from(PROFILES)
identifiers = st.lists(st.sampled_from(EMAILS + NUMBERS), max_size=3, unique=True).map(tuple)
one_identifier = st.sampled_from(EMAILS + NUMBERS).map(lambda one: (one,))
registrations = st.tuples(
    *(st.tuples(st.just("register"), st.just(one), identifiers) for one in CUSTOMERS[:3])
)
tellings = st.one_of(
    st.tuples(st.just("add"), customers, one_identifier),
    st.tuples(st.just("remove"), customers, one_identifier),
    st.tuples(st.sampled_from(["link", "unlink", "link_and_unlink"]), customers, profiles),
    st.tuples(st.just("register"), st.just(CUSTOMERS[3]), identifiers),
)
several_tellings = st.lists(tellings, min_size=5, max_size=40)
