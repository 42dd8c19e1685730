"""Members stop matching, a policy changes, while a run is under way (docs/semantics.md, rules 14, 16 and 42)."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from application.complaints.commands import CloseComplaint, OpenComplaint
from application.customers.commands import CorrectCustomerDetails
from application.dispatch.ports import PendingHandover
from application.policies.commands import AdoptSuppressionPolicy
from tests.smtp_sink import SmtpSink
from tests.world import World

GERMANS = {"field": "country", "op": "eq", "value": "DE"}


class BeforeTheHandover:
    """Lets something happen once between the second decision and the lock."""

    def __init__(self, world: World, happens: Callable[[], object]) -> None:
        self._real = world.sending.handovers()
        self._left = [happens]

    def hand_over(self, pending: Sequence[PendingHandover], **of: Any) -> list[int | None]:
        while self._left:
            self._left.pop()()
        handed: list[int | None] = self._real.hand_over(pending, **of)
        return handed


@pytest.fixture
def people(world: World) -> list[UUID]:
    people = [world.customer(f"p{n}@example.org", country="DE") for n in range(3)]
    world.fold()
    return people


def move_away(world: World, person: UUID) -> None:
    command = CorrectCustomerDetails(customer_id=person, details={"country": "FR"})
    world.services.customers.correct_customer_details(command, world.request())


def decide_all(world: World, dispatcher: Any, run_id: UUID) -> None:
    world.fold()
    while world.run(run_id)["state"] != "sending":
        dispatcher.advance()
        world.fold()


@pytest.mark.parametrize("recheck", [False, True])
def test_16_who_stops_matching_stays_unless_the_campaign_rechecks(
    world: World, people: list[UUID], sink: SmtpSink, recheck: bool
) -> None:
    run_id = world.start(world.campaign(audience=GERMANS, recheck_segment=recheck))
    dispatcher = world.dispatcher()
    decide_all(world, dispatcher, run_id)
    move_away(world, people[1])
    world.run_to_end(dispatcher)
    run = world.run(run_id)
    assert (run["state"], run["balanced"], run["audience"]) == ("finished", True, 3)
    assert run["outcomes"]["sent"] == (2 if recheck else 3)
    assert run["reasons"] == ({"NO_LONGER_IN_SEGMENT": 1} if recheck else {})
    assert len(sink.received) == run["outcomes"]["sent"]


def test_42_who_begins_to_match_while_it_decides_is_not_in_the_run(
    world: World, people: list[UUID], sink: SmtpSink
) -> None:
    run_id = world.start(world.campaign(audience=GERMANS))
    dispatcher = world.dispatcher()
    decide_all(world, dispatcher, run_id)
    late = world.customer("late@example.org", country="DE")
    world.run_to_end(dispatcher)
    assert late not in world.decisions(run_id)
    assert world.run(run_id)["outcomes"]["sent"] == 3


def adopt(world: World, days: int) -> None:
    command = AdoptSuppressionPolicy(cooling_off_days={"normal": days})
    world.services.policies.adopt_suppression_policy(command, world.request())


def cooling(world: World, person: UUID, days_ago: int) -> None:
    """A complaint of this person that was closed so many days ago."""
    now = world.clock.now()
    answer = world.services.complaints.open_complaint(
        open_at(person, now - timedelta(days=days_ago + 1)), world.request()
    )
    command = CloseComplaint(
        complaint_id=UUID(answer.body["complaint_id"]),
        root_cause="carrier",
        outcome="upheld",
        occurred_at=now - timedelta(days=days_ago),
    )
    world.services.complaints.close_complaint(command, world.request())


def open_at(person: UUID, at: Any) -> Any:
    return OpenComplaint(
        customer_id=person, category="delivery", severity="normal", channel="phone", occurred_at=at
    )


def test_37_a_stricter_policy_between_decision_and_lock_stops_the_message(
    world: World, people: list[UUID], sink: SmtpSink
) -> None:
    cooling(world, people[0], days_ago=20)
    world.fold()
    run_id = world.start(world.campaign())
    handovers = BeforeTheHandover(world, partial(adopt, world, 30))
    world.run_to_end(world.dispatcher(handovers=handovers))
    assert world.run(run_id)["reasons"] == {"COMPLAINT_COOLING_OFF": 1}
    assert sorted(mail.recipients[0] for mail in sink.received) == ["p1@example.org", "p2@example.org"]


def test_14_a_new_policy_never_rewrites_what_was_decided_before(world: World, people: list[UUID]) -> None:
    cooling(world, people[0], days_ago=10)
    world.fold()
    before, dispatcher = world.start(world.campaign()), world.dispatcher()
    world.run_to_end(dispatcher)
    decided = world.decisions(before)
    adopt(world, 5)
    world.fold()
    after = world.start(world.campaign())
    world.run_to_end(dispatcher)
    assert world.decisions(before) == decided
    assert (decided[people[0]]["outcome"], decided[people[0]]["policy_version"]) == ("suppressed", 1)
    now = world.decisions(after)[people[0]]
    assert (now["outcome"], now["policy_version"]) == ("sent", 2)
