"""What was told by an address or number binds everyone who has it, whoever else registers it or gives it up."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from application.customers.commands import (
    AddContactPoint,
    AddExternalId,
    GivenContactPoint,
    GivenExternalId,
    RemoveContactPoint,
    WithdrawConsent,
)
from application.customers.whose import GivenIdentifier
from tests.acceptance.suppressing import impose, lift, reach, stopped
from tests.world import World

PHONE = "+4930123456"
BY_PHONE = GivenIdentifier(kind="phone", value=PHONE)
SECOND = timedelta(seconds=1)


def call(world: World, customer_id: UUID) -> UUID:
    """Adds the phone number; its contact point's id."""
    point = GivenContactPoint(channel="phone", value=PHONE)
    command = AddContactPoint(customer_id=customer_id, contact_point=point)
    answer = world.services.customers.add_contact_point(command, world.request())
    return UUID(answer.body["contact_point_id"])


def number(world: World, customer_id: UUID) -> None:
    command = AddExternalId(
        customer_id=customer_id, external_id=GivenExternalId(source="shop", number="4711")
    )
    world.services.customers.add_external_id(command, world.request())


def remove(world: World, customer_id: UUID, contact_point_id: UUID) -> None:
    command = RemoveContactPoint(customer_id=customer_id, contact_point_id=contact_point_id)
    world.services.customers.remove_contact_point(command, world.request())


def complained(world: World) -> None:
    world.complain(identifier=BY_PHONE)


def withdrew(world: World) -> None:
    world.services.customers.withdraw_consent(WithdrawConsent(identifier=BY_PHONE), world.request())


def suppressed(world: World) -> None:
    impose(world, "SPAM_COMPLAINT", address=PHONE)


TOLD_BY_PHONE = pytest.mark.parametrize(
    ("tell", "code"),
    [(complained, "OPEN_COMPLAINT"), (withdrew, "CONSENT_WITHDRAWN"), (suppressed, "SPAM_COMPLAINT")],
)
Tell = Callable[[World], None]


def stopped_now_and_in_hindsight(world: World, customer_id: UUID) -> list[str]:
    """The codes that stop a message now; a moment later the log alone says the same of this instant."""
    now, at = stopped(world, customer_id), world.clock.now()
    world.clock.move(SECOND)
    assert stopped(world, customer_id, at=at) == now
    return now


@TOLD_BY_PHONE
def test_10_nobody_lifts_a_stop_by_registering_the_number_that_it_was_told_by(
    world: World, tell: Tell, code: str
) -> None:
    ann, other = world.customer("ann@example.org"), world.customer("other@example.org")
    call(world, ann)
    tell(world)
    assert stopped_now_and_in_hindsight(world, ann) == [code]
    ben = world.customer("ben@example.org")
    call(world, ben)
    assert stopped_now_and_in_hindsight(world, ann) == [code]
    assert stopped_now_and_in_hindsight(world, ben) == [code]
    assert stopped(world, other) == []


@TOLD_BY_PHONE
def test_04_what_is_said_of_a_number_that_several_have_stops_all_of_them(
    world: World, tell: Tell, code: str
) -> None:
    ann, ben = world.customer("ann@example.org"), world.customer("ben@example.org")
    for one in (ann, ben):
        call(world, one)
    tell(world)
    assert [stopped_now_and_in_hindsight(world, one) for one in (ann, ben)] == [[code], [code]]


@TOLD_BY_PHONE
def test_10_giving_the_number_up_lifts_nothing_and_who_gets_it_later_is_bound_by_what_was_said(
    world: World, tell: Tell, code: str
) -> None:
    ann = world.customer("ann@example.org")
    phone = call(world, ann)
    tell(world)
    remove(world, ann, phone)
    assert stopped_now_and_in_hindsight(world, ann) == [code]
    ben = world.customer("ben@example.org")
    call(world, ben)
    assert stopped_now_and_in_hindsight(world, ben) == [code]


def test_what_is_said_of_a_number_after_it_was_given_up_is_not_about_who_had_it(world: World) -> None:
    ann, ben = world.customer("ann@example.org"), world.customer("ben@example.org")
    remove(world, ann, call(world, ann))
    call(world, ben)
    complained(world)
    suppressed(world)
    assert stopped_now_and_in_hindsight(world, ann) == []
    assert stopped_now_and_in_hindsight(world, ben) == ["SPAM_COMPLAINT", "OPEN_COMPLAINT"]


def test_04_a_spam_complaint_of_an_address_that_was_given_up_still_stops_until_it_is_lifted(
    world: World,
) -> None:
    ann = world.customer("ann@example.org")
    old = reach(world, ann, "old@example.org")
    spam = impose(world, "SPAM_COMPLAINT", address="old@example.org")
    impose(world, "HARD_BOUNCE", address="old@example.org")
    remove(world, ann, old)
    assert stopped_now_and_in_hindsight(world, ann) == ["SPAM_COMPLAINT"]
    lift(world, spam)
    assert stopped_now_and_in_hindsight(world, ann) == []


def test_29_a_complaint_told_by_a_number_of_another_system_binds_both_who_have_it(world: World) -> None:
    ann, ben = world.customer("ann@example.org"), world.customer("ben@example.org")
    number(world, ann)
    world.complain(identifier=GivenIdentifier(kind="external_id", value="4711", source="shop"))
    number(world, ben)
    assert [stopped_now_and_in_hindsight(world, one) for one in (ann, ben)] == [["OPEN_COMPLAINT"]] * 2


def test_06_a_co_owner_who_is_stopped_by_another_shared_address_suppresses_this_one(world: World) -> None:
    ann, ben = world.customer("one@example.org"), world.customer("one@example.org")
    reach(world, ben, "two@example.org")
    impose(world, "SPAM_COMPLAINT", address="two@example.org")
    assert stopped_now_and_in_hindsight(world, ann) == ["SPAM_COMPLAINT"]
    cem = world.customer("two@example.org")
    for one in (ann, ben, cem):
        assert stopped_now_and_in_hindsight(world, one) == ["SPAM_COMPLAINT"]


@pytest.mark.parametrize("which", [0, 1])
def test_29_a_withdrawal_at_one_of_two_linked_contact_points_with_an_address_holds_at_both(
    world: World, which: int
) -> None:
    profiles = [world.customer("ann@example.org"), world.customer("ann@example.org")]
    world.link(*profiles)
    ben = world.customer("ann@example.org")
    world.fold()
    with world.reading() as connection:
        rows = connection.execute("select customer_id, contact_point_id from contact_point").fetchall()
    points = {row["customer_id"]: row["contact_point_id"] for row in rows}
    world.clock.move(SECOND)
    withdrawal = WithdrawConsent(customer_id=profiles[which], contact_point_id=points[profiles[which]])
    world.services.customers.withdraw_consent(withdrawal, world.request())
    for one in (*profiles, ben):
        assert stopped_now_and_in_hindsight(world, one) == ["CONSENT_WITHDRAWN"]


@TOLD_BY_PHONE
def test_03_what_is_told_by_a_shared_number_between_decision_and_handover_stops_the_message(
    world: World, tell: Tell, code: str
) -> None:
    ann, ben = world.customer("ann@example.org"), world.customer("ben@example.org")
    for one in (ann, ben):
        call(world, one)
    run = world.start(world.campaign())
    dispatcher = world.dispatcher()
    decided = "runs.RunChunkDecided"
    while decided not in world.log_names():
        world.fold()
        dispatcher.advance()
    world.fold()
    tell(world)  # the read models have not seen it
    dispatcher.advance()
    world.run_to_end(dispatcher)
    found = world.decisions(run)
    assert {one: [r["code"] for r in found[one]["reasons"]] for one in (ann, ben)} == {
        ann: [code],
        ben: [code],
    }
    assert world.handovers_of(run) == {}
    assert world.services.replaying.replay(run).different == 0
