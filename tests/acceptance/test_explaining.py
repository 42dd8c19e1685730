"""What is explained is what a run decided or would decide, at its instant, now, and when it is all over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.customers.commands import CorrectCustomerDetails
from application.dispatch.dispatcher import Dispatcher
from application.eligibility.service import AskEligibility, Explained
from application.segments.commands import DefineSegment
from tests.smtp_sink import SmtpSink
from tests.world import World

GERMANS = {"field": "country", "op": "eq", "value": "DE"}
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def explained(world: World, customer: UUID, campaign: UUID, **asked: Any) -> Explained:
    world.fold()
    ask = AskEligibility(
        customer_id=customer,
        channel="email",
        purpose="marketing",
        message_class="promotional",
        campaign_id=campaign,
        **asked,
    )
    return world.services.eligibility.explain(ask)


def stopped(world: World, customer: UUID, campaign: UUID, **asked: Any) -> list[str]:
    return [reason.code for reason in explained(world, customer, campaign, **asked).decision.reasons]


def advance_until(world: World, dispatcher: Dispatcher, stored_name: str) -> None:
    for _ in range(10):
        world.fold()
        if stored_name in world.log_names():
            return
        dispatcher.advance()
    raise AssertionError(f"no {stored_name}")


def move_to(world: World, customer: UUID, country: str) -> None:
    command = CorrectCustomerDetails(customer_id=customer, details={"country": country})
    world.services.customers.correct_customer_details(command, world.request())


def by_country(world: World) -> dict[str, Any]:
    return GERMANS


def by_segment(world: World) -> dict[str, Any]:
    answer = world.services.segments.define_segment(
        DefineSegment(name="Germans", criteria=GERMANS), world.request()
    )
    world.fold()
    return {"all": [{"segment": answer.body["segment_id"]}]}


@pytest.mark.parametrize("audience", [by_country, by_segment])
def test_16_who_left_the_segment_of_a_campaign_that_rechecks_is_told_so(
    world: World, sink: SmtpSink, audience: Callable[[World], dict[str, Any]]
) -> None:
    leaving, staying = (world.customer(f"{name}@example.org", country="DE") for name in ("ana", "ben"))
    world.fold()
    campaign = world.campaign(audience=audience(world), recheck_segment=True)
    run, dispatcher = world.start(campaign), world.dispatcher()
    advance_until(world, dispatcher, "runs.RunChunkDecided")
    before = world.clock.now()
    world.clock.move(SECOND)
    move_to(world, leaving, "FR")
    world.clock.move(SECOND)
    left = ["NO_LONGER_IN_SEGMENT"]
    assert (stopped(world, leaving, campaign), stopped(world, staying, campaign)) == (left, [])
    world.run_to_end(dispatcher)
    decided = world.decisions(run)
    assert [reason["code"] for reason in decided[leaving]["reasons"]] == left
    world.clock.move(HOUR)
    for member, codes in ((leaving, left), (staying, [])):
        row = decided[member]
        asked = {"at": row["decided_at"], "known_to": row["read_position"]}
        assert stopped(world, member, campaign, **asked) == codes
    assert stopped(world, leaving, campaign, at=decided[leaving]["decided_at"]) == left
    assert stopped(world, leaving, campaign) == left
    assert stopped(world, leaving, campaign, at=before) == []


def test_16_a_first_decision_asks_nobody_again_who_was_just_listed(world: World, sink: SmtpSink) -> None:
    leaving = world.customer("ana@example.org", country="DE")
    world.fold()
    campaign = world.campaign(audience=GERMANS, recheck_segment=True)
    run, dispatcher = world.start(campaign), world.dispatcher()
    advance_until(world, dispatcher, "runs.RunAudienceRecorded")
    move_to(world, leaving, "FR")
    advance_until(world, dispatcher, "runs.RunChunkDecided")
    row = world.decisions(run)[leaving]
    assert row["reasons"] == []
    asked = {"at": row["decided_at"], "known_to": row["read_position"]}
    assert stopped(world, leaving, campaign, **asked) == []
    assert stopped(world, leaving, campaign) == ["NO_LONGER_IN_SEGMENT"]


def test_32_now_and_the_same_instant_a_second_later_are_one_answer(world: World, sink: SmtpSink) -> None:
    """Of two at one address the first has it, while the run is open."""
    first, second = (world.customer("shared@example.org", customer_id=UUID(int=n)) for n in (1, 2))
    world.fold()
    campaign = world.campaign()
    run, dispatcher = world.start(campaign), world.dispatcher()
    advance_until(world, dispatcher, "runs.RunChunkDecided")
    now, told = world.clock.now(), {}
    for person in (first, second):
        told[person] = stopped(world, person, campaign)
    assert told == {first: [], second: ["DUPLICATE_ADDRESS_IN_RUN"]}
    assert {
        member: [reason["code"] for reason in row["reasons"]] for member, row in world.decisions(run).items()
    } == told
    world.clock.move(SECOND)
    assert {person: stopped(world, person, campaign, at=now) for person in told} == told


def test_35_an_open_run_ends_at_its_own_end_now_and_then(world: World, sink: SmtpSink) -> None:
    """72 hours after it was planned, where its campaign has no end."""
    person = world.customer("ana@example.org")
    campaign = world.campaign()
    world.start(campaign)
    end = world.clock.now() + 72 * HOUR
    assert stopped(world, person, campaign, at=end - SECOND) == []
    assert stopped(world, person, campaign, at=end) == ["EXPIRED"]
    world.clock.move(72 * HOUR)
    assert stopped(world, person, campaign) == ["EXPIRED"]
    world.clock.move(SECOND)
    assert stopped(world, person, campaign, at=end) == ["EXPIRED"]


def test_35_nobody_is_eligible_for_a_campaign_that_has_ended(world: World) -> None:
    person = world.customer("ana@example.org")
    end = world.clock.now() + HOUR
    campaign = world.campaign(ends_at=end)
    assert stopped(world, person, campaign) == []
    assert stopped(world, person, campaign, at=end - SECOND) == []
    to_come = explained(world, person, campaign, at=end)
    assert [reason.code for reason in to_come.decision.reasons] == ["EXPIRED"]
    assert to_come.eligible_from is None
    world.clock.move(HOUR)
    assert stopped(world, person, campaign) == ["EXPIRED"]
    world.clock.move(HOUR)
    assert stopped(world, person, campaign, at=end) == ["EXPIRED"]
    assert stopped(world, person, campaign, at=end - SECOND) == []
