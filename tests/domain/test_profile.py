"""The rules of who holds an identifier and whom it links."""

from typing import Any
from uuid import UUID

import pytest

from domain.customers.customer import Customer
from domain.customers.errors import LinkNotFound, SelfLink
from domain.customers.events import (
    IdentifierHolderAdded,
    IdentifierHolderRemoved,
    LinkBasis,
    ProfileLinked,
    ProfileUnlinked,
)
from domain.customers.profile import Profile
from domain.facts import Fact
from tests.domain.scenario import CUSTOMER, Told, begun, given, now, told

ADDRESS = CUSTOMER
"""The profile under test; scenario facts are said of it."""
ANNA, BEN, CARLA = (UUID(int=number) for number in (1, 2, 3))


def said(fact_class: type[Fact], other: UUID, **values: Any) -> Told:
    return told(fact_class, other_profile_id=other, **values)


def holder_added(holder: UUID, *, contradicts: bool = False) -> Told:
    return told(IdentifierHolderAdded, holder_id=holder, contradicts=contradicts)


def holder_removed(holder: UUID) -> Told:
    return told(IdentifierHolderRemoved, holder_id=holder)


def by_identifier(fact_class: type[Fact], other: UUID) -> Told:
    return said(fact_class, other, basis=LinkBasis.IDENTIFIER)


def stated(fact_class: type[Fact], other: UUID) -> Told:
    return said(fact_class, other, basis=LinkBasis.STATED)


def together(*people: UUID) -> frozenset[UUID]:
    return frozenset(people)


HELD = by_identifier(ProfileLinked, ANNA)
SHARED = (HELD, holder_added(BEN), by_identifier(ProfileUnlinked, ANNA))


def holding(customer_id: UUID, person: frozenset[UUID], *, contradicts: bool = False) -> Any:
    return lambda profile: profile.add_holder(customer_id, now(), person, contradicts=contradicts)


def settling(person: frozenset[UUID]) -> Any:
    return lambda profile: profile.settle(now(), person)


def first(command: Any) -> Profile:
    profile = Profile.before_first_fact(ADDRESS)
    command(profile)
    return profile


def test_a_profile_has_a_stream_of_its_own_beside_the_customers() -> None:
    assert Profile.stream_of(ADDRESS) not in (ADDRESS, Customer.stream_of(ADDRESS))


def test_the_first_holder_is_linked() -> None:
    begun(lambda: first(holding(ANNA, together(ANNA)))).then(HELD)


def test_holding_again_changes_nothing() -> None:
    given(HELD).when(holding(ANNA, together(ANNA))).then_nothing()
    given(*SHARED).when(holding(BEN, together(ANNA))).then_nothing()


def test_a_second_holder_ends_the_first_ones_link() -> None:
    given(HELD).when(holding(BEN, together(ANNA))).then(
        holder_added(BEN), by_identifier(ProfileUnlinked, ANNA)
    )


def test_a_second_holder_who_is_the_same_person_leaves_the_link() -> None:
    given(HELD).when(holding(BEN, together(ANNA, BEN))).then(holder_added(BEN))


def test_when_all_holders_become_one_person_it_links_to_the_first_again() -> None:
    given(*SHARED).when(settling(together(ANNA, BEN))).then(HELD)


def test_when_only_some_holders_are_one_person_it_links_nobody() -> None:
    given(*SHARED, holder_added(CARLA)).when(settling(together(ANNA, BEN))).then_nothing()


def test_when_the_holders_are_no_longer_one_person_it_links_nobody_again() -> None:
    given(*SHARED, HELD).when(settling(together(ANNA))).then(by_identifier(ProfileUnlinked, ANNA))


def test_settling_what_is_settled_changes_nothing() -> None:
    given(HELD).when(settling(together(ANNA))).then_nothing()
    given(*SHARED).when(settling(together(ANNA))).then_nothing()


def test_a_contradicting_holder_links_nobody() -> None:
    contradicted = holder_added(ANNA, contradicts=True)
    begun(lambda: first(holding(ANNA, together(ANNA), contradicts=True))).then(contradicted)
    given(contradicted).when(holding(BEN, together(ANNA, BEN))).then(holder_added(BEN))
    given(HELD).when(holding(BEN, together(ANNA, BEN), contradicts=True)).then(
        holder_added(BEN, contradicts=True), by_identifier(ProfileUnlinked, ANNA)
    )


def test_releasing_it_ends_the_link() -> None:
    given(HELD).when(lambda p: p.remove_holder(ANNA, now())).then(
        holder_removed(ANNA), by_identifier(ProfileUnlinked, ANNA)
    )


def test_releasing_what_one_does_not_hold_changes_nothing() -> None:
    given(HELD).when(lambda p: p.remove_holder(BEN, now())).then_nothing()
    given(HELD, holder_removed(ANNA), by_identifier(ProfileUnlinked, ANNA)).when(
        lambda p: p.remove_holder(ANNA, now())
    ).then_nothing()


def test_the_last_holder_left_is_linked() -> None:
    given(*SHARED, holder_removed(ANNA)).when(settling(together(BEN))).then(by_identifier(ProfileLinked, BEN))


def test_of_one_person_the_next_holder_is_linked_when_the_first_lets_go() -> None:
    released = (holder_removed(ANNA), by_identifier(ProfileUnlinked, ANNA))
    given(HELD, holder_added(BEN), *released).when(settling(together(BEN))).then(
        by_identifier(ProfileLinked, BEN)
    )


def test_who_comes_back_is_the_last_holder() -> None:
    facts = (*SHARED, holder_removed(ANNA), by_identifier(ProfileLinked, BEN))
    given(*facts).when(holding(ANNA, together(BEN, ANNA))).then(holder_added(ANNA))


def test_a_profile_that_statements_join_to_its_holders_needs_no_other_link() -> None:
    facts = (HELD, stated(ProfileLinked, BEN))
    given(*facts).when(settling(together(ANNA, BEN, ADDRESS))).then(by_identifier(ProfileUnlinked, ANNA))
    given(*facts).when(settling(together(ANNA))).then_nothing()


def test_a_link_is_stated_once() -> None:
    begun(lambda: first(lambda p: p.link(ANNA, now()))).then(stated(ProfileLinked, ANNA))
    given(stated(ProfileLinked, ANNA)).when(lambda p: p.link(ANNA, now())).then_nothing()


def test_a_profile_is_not_linked_to_itself() -> None:
    given(HELD).when(lambda p: p.link(ADDRESS, now())).then_refused(SelfLink)


def test_a_stated_link_stands_in_place_of_the_one_by_the_identifier() -> None:
    given(HELD).when(lambda p: p.link(ANNA, now())).then(stated(ProfileLinked, ANNA))
    given(HELD, stated(ProfileLinked, ANNA)).when(settling(together(ANNA, ADDRESS))).then_nothing()
    given(HELD, stated(ProfileLinked, ANNA), stated(ProfileUnlinked, ANNA)).when(
        settling(together(ANNA))
    ).then(HELD)
    given(HELD).when(lambda p: p.link(BEN, now())).then(stated(ProfileLinked, BEN))


def test_a_stated_link_ends_when_somebody_says_so() -> None:
    given(stated(ProfileLinked, ANNA)).when(lambda p: p.unlink(ANNA, now())).then(
        stated(ProfileUnlinked, ANNA)
    )


def test_a_customer_unlinked_from_an_identifier_by_hand_holds_it_no_longer() -> None:
    given(HELD).when(lambda p: p.unlink(ANNA, now())).then(
        holder_removed(ANNA), by_identifier(ProfileUnlinked, ANNA)
    )


@pytest.mark.parametrize("facts", [(HELD,), SHARED, (*SHARED, stated(ProfileLinked, CARLA))])
def test_unlinking_what_is_not_linked_is_refused(facts: tuple[Told, ...]) -> None:
    given(*facts).when(lambda p: p.unlink(BEN, now())).then_refused(LinkNotFound)
