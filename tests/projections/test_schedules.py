"""When campaigns shall run, and what became of each planned instant."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaigns.events import CampaignCancelled, CampaignScheduled
from domain.runs.events import RunMissed, RunPlanned
from domain.runs.run import run_id
from projections.schedules import reading
from tests.builders import START, Story, named
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.schedules import schedules as reference

CAMPAIGNS = SPRING, SUMMER = named("spring"), named("summer")
INSTANTS = tuple(START + timedelta(hours=n) for n in range(4))
HOUR = timedelta(hours=1)


def schedule(story: Story, campaign: UUID, planned_for: datetime, **values: Any) -> None:
    said: dict[str, Any] = {"time_zone": "Europe/Madrid", "grace_seconds": 3600, "local_time": None}
    story.tell(CampaignScheduled, campaign, planned_for=planned_for, **said | values)


def trigger(story: Story, campaign: UUID, planned_for: datetime) -> None:
    story.tell(
        RunPlanned,
        run_id(campaign, planned_for),
        campaign_id=campaign,
        planned_for=planned_for,
        ends_at=planned_for + HOUR,
    )


def miss(story: Story, campaign: UUID, planned_for: datetime, cause: str = "late") -> None:
    run = run_id(campaign, planned_for)
    story.tell(RunMissed, run, campaign_id=campaign, planned_for=planned_for, cause=cause)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Each instant of a campaign is decided at most once, planned or not; a campaign is cancelled at most once."""
    story = Story()
    for campaign in CAMPAIGNS:
        for at in draw(st.lists(st.sampled_from(INSTANTS), max_size=5)):  # some twice: the first counts
            schedule(
                story, campaign, at, grace_seconds=len(story.facts), local_time=draw(st.none() | st.just("x"))
            )
        for at in draw(st.sets(st.sampled_from(INSTANTS))):
            draw(st.sampled_from((trigger, miss)))(story, campaign, at)
        if draw(st.booleans()):
            story.tell(CampaignCancelled, campaign, reason=None)
    return story


@lawful()
@given(story=stories())
def test_schedules_are_the_same_live_rebuilt_split_and_shuffled(database: Database, story: Story) -> None:
    assert_laws(database, "schedules", story.facts, reference, seed=len(story.facts))


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("schedules")
    return log


def fold(log: ToldLog, story: Story) -> None:
    log.append(story.facts[log.head() :])
    log.catch_up()


def due(log: ToldLog, now: datetime) -> list[tuple[UUID, datetime]]:
    with log.reading() as connection:
        return [(row["campaign_id"], row["planned_for"]) for row in reading.due(connection, now)]


def test_slots_are_due_from_their_instant_on_until_they_are_decided_or_withdrawn(log: ToldLog) -> None:
    story = Story()
    schedule(story, SPRING, INSTANTS[1])
    schedule(story, SPRING, INSTANTS[0])
    schedule(story, SUMMER, INSTANTS[2])
    fold(log, story)
    everything = [(SPRING, INSTANTS[0]), (SPRING, INSTANTS[1]), (SUMMER, INSTANTS[2])]
    assert due(log, INSTANTS[0] - timedelta(microseconds=1)) == []
    assert due(log, INSTANTS[0]) == everything[:1]
    assert due(log, INSTANTS[3]) == everything
    trigger(story, SPRING, INSTANTS[0])
    fold(log, story)
    assert due(log, INSTANTS[3]) == everything[1:]
    miss(story, SPRING, INSTANTS[1])
    story.tell(CampaignCancelled, SUMMER, reason=None)
    fold(log, story)
    assert due(log, INSTANTS[3]) == []


def test_planned_instants_are_listed_the_latest_first_with_what_became_of_them(log: ToldLog) -> None:
    story = Story()
    for at in INSTANTS:
        schedule(story, SPRING, at)
    schedule(story, SUMMER, INSTANTS[0])
    trigger(story, SPRING, INSTANTS[0])
    miss(story, SPRING, INSTANTS[1], "paused")
    story.tell(CampaignCancelled, SPRING, reason=None)
    trigger(story, SUMMER, INSTANTS[1])  # by a scheduler of somebody else
    fold(log, story)
    with log.reading() as connection:
        found = reading.schedules(connection, SPRING)
        assert [(row["planned_for"], row["state"], row["cause"]) for row in found] == [
            (INSTANTS[3], "withdrawn", None),
            (INSTANTS[2], "withdrawn", None),
            (INSTANTS[1], "missed", "paused"),
            (INSTANTS[0], "triggered", None),
        ]
        assert [row["run_id"] for row in found[2:]] == [run_id(SPRING, at) for at in INSTANTS[1::-1]]
        assert reading.schedules(connection, SPRING, before=INSTANTS[2], limit=1) == found[2:3]
        (other,) = reading.schedules(connection, SUMMER)
    assert (other["planned_for"], other["state"]) == (INSTANTS[0], "planned")
