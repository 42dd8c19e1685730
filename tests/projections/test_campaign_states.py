"""Where campaigns and runs stand: what they say, whether it was approved, what stopped them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from projections.campaigns import dispatching, reading
from tests.builders import START, Story
from tests.projections.campaigning import (
    ANA,
    BEN,
    CAMPAIGN,
    CYD,
    HOLDING_OUT,
    HOME,
    OTHER_CAMPAIGN,
    OTHER_RUN,
    RUN,
    WORK,
    approve,
    cancel,
    draft,
    pause,
    resume,
    revise,
    stories,
)
from tests.projections.laws import lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference import campaign_questions as asked
from tests.projections.reference.campaigns import folded
from tests.projections.sending import TellRun

INSTANTS = (START, START + timedelta(hours=3), START + timedelta(days=9))


@lawful(15)
@given(story=stories())
def test_campaigns_stand_at_every_moment_as_their_facts_say(database: Database, story: Story) -> None:
    log = told_log(database)
    log.empty("campaigns")
    log.append(story.facts)
    recorded = log.recorded()
    for position in log.fold_fact_by_fact("campaigns"):
        tables = folded(recorded[:position])
        for now in INSTANTS:
            found = {row["campaign_id"]: row for row in listed(log, now)}
            assert {one: row["state"] for one, row in found.items()} == {
                one: asked.campaign_state(tables, one, now) for one in tables["campaign"]
            }
        for now in (START - timedelta(seconds=1), START):
            assert to_advance(log, now) == asked.runs_to_advance(tables, now)


def to_advance(log: ToldLog, now: datetime = START) -> list[UUID]:
    with log.reading() as connection:
        return [row["run_id"] for row in dispatching.open_runs(connection, now)]


def listed(log: ToldLog, now: datetime = START) -> list[dict[str, Any]]:
    with log.reading() as connection:
        return reading.campaigns(connection, now, before=None, limit=50)


def campaign(log: ToldLog, now: datetime = START) -> dict[str, Any]:
    with log.reading() as connection:
        found = reading.campaign(connection, CAMPAIGN, now)
    assert found is not None
    return found


def run_of(log: ToldLog, run_id: UUID = RUN) -> dict[str, Any]:
    with log.reading() as connection:
        found = reading.run(connection, run_id)
    assert found is not None
    return found


def fold(log: ToldLog, story: Story) -> None:
    log.append(story.facts[log.head() :])
    log.catch_up()


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("campaigns")
    return log


@pytest.fixture
def story() -> Story:
    """A second campaign stands beside the one that things happen to."""
    story = Story()
    draft(story, OTHER_CAMPAIGN)
    draft(story, CAMPAIGN)
    return story


@pytest.fixture
def run(story: Story) -> TellRun:
    """A run over two people, one of whom was put off for long; a third complained."""
    approve(story, CAMPAIGN)
    run = TellRun(story=story, run=RUN, campaign=CAMPAIGN)
    run.plan()
    run.record([ANA, BEN, CYD])
    run.decide({ANA: HOME, BEN: WORK}, [CYD])
    message = run.message(ANA)
    message.hand_over(HOME)
    message.defer(START + timedelta(days=2))
    return run


def states_after(log: ToldLog, story: Story, *steps: Callable[[Story, UUID], None]) -> list[str]:
    states = []
    for step in steps:
        step(story, CAMPAIGN)
        fold(log, story)
        states.append(campaign(log)["state"])
    return states


def test_an_approval_counts_for_what_the_campaign_said_then(log: ToldLog, story: Story) -> None:
    assert states_after(log, story, approve, revise, approve) == ["approved", "draft", "approved"]
    approval = campaign(log)
    assert (approval["approved_by"], approval["approved_at"]) == ("tests", story.facts[-1].occurred_at)


def test_a_revised_campaign_says_all_of_its_newest_version_and_nothing_of_those_before(
    log: ToldLog, story: Story
) -> None:
    revise(story, CAMPAIGN, brand="north", **HOLDING_OUT)
    fold(log, story)
    assert {"brand": "north", **HOLDING_OUT}.items() <= campaign(log).items()
    revise(story, CAMPAIGN, name="Autumn", cost_per_contact=Decimal("0.0125"), cost_currency="EUR")
    fold(log, story)
    found = campaign(log)
    assert (found["name"], found["brand"], found["hold_out"], found["seed"]) == ("Autumn", None, None, "s-0")
    assert (found["cost_per_contact"], found["cost_currency"]) == (Decimal("0.0125"), "EUR")
    assert (found["content_version"], found["drafted_position"]) == (3, 2)


def test_19_a_campaign_is_paused_until_it_is_resumed_and_cancelled_for_good(
    log: ToldLog, story: Story
) -> None:
    approve(story, CAMPAIGN)
    states = states_after(log, story, pause, resume, pause, cancel)
    assert states == ["paused", "approved", "paused", "cancelled"]
    assert campaign(log)["cancelled_at"] == story.facts[-1].occurred_at


def test_a_draft_can_be_cancelled_too(log: ToldLog, story: Story) -> None:
    assert states_after(log, story, cancel) == ["cancelled"]


def test_a_campaign_that_was_paused_and_revised_is_a_draft_and_paused_again_when_approved(
    log: ToldLog, story: Story
) -> None:
    approve(story, CAMPAIGN)
    assert states_after(log, story, pause, revise, approve) == ["paused", "draft", "paused"]


def test_a_campaign_is_active_while_a_run_of_it_is_open(log: ToldLog, story: Story, run: TellRun) -> None:
    TellRun(story=story, run=OTHER_RUN, campaign=OTHER_CAMPAIGN).miss()
    fold(log, story)
    assert campaign(log)["state"] == "active"
    run.finish()
    fold(log, story)
    assert campaign(log)["state"] == "approved"


def test_a_campaign_has_ended_from_its_end_on_whatever_else_was_said_of_it_but_its_cancellation(
    log: ToldLog, story: Story
) -> None:
    ends_at = START + timedelta(hours=3)
    revise(story, CAMPAIGN, ends_at=ends_at)
    approve(story, CAMPAIGN)
    fold(log, story)
    assert campaign(log, ends_at - timedelta(seconds=1))["state"] == "approved"
    assert campaign(log, ends_at)["state"] == "ended"
    cancel(story, CAMPAIGN)
    fold(log, story)
    assert campaign(log, ends_at)["state"] == "cancelled"


def test_the_position_of_a_campaign_is_that_of_its_newest_fact(log: ToldLog, story: Story) -> None:
    for step in (approve, pause, resume, revise, approve, cancel):
        step(story, CAMPAIGN)
        fold(log, story)
        assert campaign(log)["position"] == log.head(), step


def test_19_an_open_run_of_a_paused_campaign_is_paused_and_goes_on_where_it_was(
    log: ToldLog, story: Story, run: TellRun
) -> None:
    states = []
    for step in (pause, resume, pause, cancel):
        step(story, CAMPAIGN)
        fold(log, story)
        states.append(run_of(log)["state"])
    assert states == ["paused", "sending", "paused", "sending"]
    run.cancel()
    fold(log, story)
    found = run_of(log)
    assert (found["state"], found["finished_at"]) == ("cancelled", story.facts[-1].occurred_at)


def test_a_finished_run_of_a_campaign_that_is_paused_later_stays_finished(
    log: ToldLog, story: Story, run: TellRun
) -> None:
    run.finish()
    pause(story, CAMPAIGN)
    fold(log, story)
    assert run_of(log)["state"] == "finished"


def test_15_a_missed_run_is_never_open_and_says_why(log: ToldLog, story: Story) -> None:
    TellRun(story=story, run=RUN, campaign=CAMPAIGN).miss("another_run")
    fold(log, story)
    found = run_of(log)
    assert (found["state"], found["cause"], found["audience"]) == ("missed", "another_run", None)
    assert (found["planned_for"], found["ends_at"], found["balanced"]) == (START, START, True)
    assert to_advance(log) == []
    with log.reading() as connection:
        assert not dispatching.anyone_open(connection, RUN)


def test_19_a_run_that_waits_for_its_instant_or_while_paused_costs_nothing_until_it_may_end(
    log: ToldLog, story: Story, run: TellRun
) -> None:
    fold(log, story)
    assert (to_advance(log, START - timedelta(seconds=1)), to_advance(log)) == ([], [RUN])
    pause(story, CAMPAIGN)
    fold(log, story)
    assert to_advance(log) == []
    run.message(BEN).withhold()
    run.message(ANA).withhold()
    fold(log, story)
    assert to_advance(log) == [RUN]
    cancel(story, CAMPAIGN)
    fold(log, story)
    assert to_advance(log, START - timedelta(seconds=1)) == [RUN]


def test_19_a_paused_run_whose_audience_is_not_decided_to_the_last_member_waits(
    log: ToldLog, story: Story
) -> None:
    approve(story, CAMPAIGN)
    run = TellRun(story=story, run=RUN, campaign=CAMPAIGN)
    run.plan()
    run.record([ANA], [BEN])
    run.decide({}, [ANA])
    pause(story, CAMPAIGN)
    fold(log, story)
    assert to_advance(log) == []
    run.decide({}, [BEN], ordinal=1)
    fold(log, story)
    assert to_advance(log) == [RUN]


def test_19_whoever_was_put_off_waits_no_longer_once_the_campaign_is_cancelled(
    log: ToldLog, story: Story, run: TellRun
) -> None:
    fold(log, story)
    assert waiting(log) == [(BEN, False)]
    cancel(story, OTHER_CAMPAIGN)
    fold(log, story)
    assert waiting(log) == [(BEN, False)]
    cancel(story, CAMPAIGN)
    fold(log, story)
    assert sorted(waiting(log)) == sorted([(ANA, True), (BEN, False)])


def waiting(log: ToldLog) -> list[tuple[UUID, bool]]:
    with log.reading() as connection:
        found = dispatching.waiting(connection, RUN, START, 100)
    return [(row["member_id"], row["deferred"]) for row in found]
