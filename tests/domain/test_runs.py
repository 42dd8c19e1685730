"""The rules of a run: its audience first, then its decisions, then its end."""

from datetime import timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from domain.runs.errors import AudienceNotRecorded, AudienceRecorded, RunAlreadyFinished, RunNotDue
from domain.runs.events import (
    DecidedGroup,
    DecidedPerson,
    RunAudienceListed,
    RunAudienceRecorded,
    RunCancelled,
    RunChunkDecided,
    RunFinished,
    RunMissed,
    RunPlanned,
)
from domain.runs.run import Run, run_id
from tests.domain.scenario import STREAM, begun, given, minute, now, told

CAMPAIGN, ANNA, BEN = UUID(int=1), UUID(int=2), UUID(int=3)
PLANNED = told(RunPlanned, campaign_id=CAMPAIGN, planned_for=minute(0), ends_at=minute(500))
GROUPS = (
    DecidedGroup(
        verdict="suppressed",
        reasons=(),
        time_zone="UTC",
        zone_source="installation",
        drawn=False,
        people=(DecidedPerson(place=0),),
    ),
)
MISSED = told(RunMissed, campaign_id=CAMPAIGN, planned_for=minute(0), cause="late")
FINISHED, CANCELLED = told(RunFinished, campaign_id=CAMPAIGN), told(RunCancelled, campaign_id=CAMPAIGN)
COMMANDS: dict[str, Any] = {
    "list": lambda run: run.list_audience([BEN], 9, now()),
    "record": lambda run: run.record_audience(9, now()),
    "decide": lambda run: run.decide_chunk(GROUPS, now(), **BASIS),
    "finish": lambda run: run.finish(now()),
    "cancel": lambda run: run.cancel(now()),
}
BASIS: dict[str, Any] = {"read_position": 9, "policy_version": 1, "rules_version": 1, "smtputf8": False}


def listed(ordinal: int, *members: UUID) -> Any:
    return told(RunAudienceListed, campaign_id=CAMPAIGN, ordinal=ordinal, read_position=9, members=members)


def recorded(size: int) -> Any:
    return told(RunAudienceRecorded, campaign_id=CAMPAIGN, read_position=9, size=size)


def decided(ordinal: int) -> Any:
    return told(RunChunkDecided, campaign_id=CAMPAIGN, ordinal=ordinal, groups=GROUPS, **BASIS)


def test_35_a_campaign_without_end_gives_its_run_72_hours() -> None:
    common = {"campaign_id": CAMPAIGN, "planned_for": minute(0)}
    begun(lambda: Run.plan(STREAM, now(), ends_at=None, **common)).then(
        told(RunPlanned, ends_at=minute(0) + timedelta(hours=72), **common)
    )
    begun(lambda: Run.plan(STREAM, now(), ends_at=minute(9), **common)).then(
        told(RunPlanned, ends_at=minute(9), **common)
    )


def test_an_audience_is_listed_in_parts_and_its_size_is_their_sum() -> None:
    given(PLANNED).when(lambda run: run.list_audience([ANNA], 9, now())).then(listed(0, ANNA))
    given(PLANNED, listed(0, ANNA)).when(lambda run: run.list_audience([BEN], 9, now())).then(listed(1, BEN))
    given(PLANNED, listed(0, ANNA), listed(1, BEN)).when(lambda run: run.record_audience(9, now())).then(
        recorded(2)
    )
    given(PLANNED).when(lambda run: run.record_audience(9, now())).then(recorded(0))


def test_15_a_run_lists_its_audience_no_earlier_than_its_instant_and_can_be_cancelled_before() -> None:
    planned = told(RunPlanned, campaign_id=CAMPAIGN, planned_for=minute(10), ends_at=minute(500))
    ahead, early = given(planned), now(minute(10) - timedelta(seconds=1))
    ahead.when(lambda run: run.list_audience([ANNA], 9, early)).then_refused(RunNotDue)
    ahead.when(lambda run: run.record_audience(9, early)).then_refused(RunNotDue)
    given(planned).when(lambda run: run.list_audience([ANNA], 9, now(minute(10)))).then(listed(0, ANNA))
    given(planned).when(lambda run: run.record_audience(9, now(minute(10)))).then(recorded(0))
    given(planned).when(lambda run: run.cancel(early)).then(CANCELLED)


def test_the_part_0_begins_the_listing_anew_and_only_what_is_listed_from_it_on_counts() -> None:
    before = (PLANNED, listed(0, BEN, CAMPAIGN), listed(1, ANNA))
    given(*before).when(lambda run: run.list_audience([ANNA], 9, now(), anew=True)).then(listed(0, ANNA))
    given(*before, listed(0, ANNA)).when(lambda run: run.list_audience([BEN], 9, now())).then(listed(1, BEN))
    anew = (*before, listed(0, ANNA), listed(1, BEN))
    given(*anew).when(lambda run: run.record_audience(9, now())).then(recorded(2))
    seen: list[Any] = []
    given(*anew, recorded(2)).when(lambda run: seen.append(run.listing_version)).then_nothing()
    given(*anew, recorded(2), decided(0)).when(lambda run: seen.append(run.listing_version)).then_nothing()
    given(*anew, recorded(2), decided(0), decided(1)).when(
        lambda run: seen.append(run.all_decided)
    ).then_nothing()
    assert seen == [4, 5, True]


def test_16_a_recorded_audience_does_not_change() -> None:
    frozen = given(PLANNED, listed(0, ANNA), recorded(1))
    frozen.when(lambda run: run.list_audience([BEN], 9, now())).then_refused(AudienceRecorded)
    frozen.when(lambda run: run.list_audience([BEN], 9, now(), anew=True)).then_refused(AudienceRecorded)
    frozen.when(lambda run: run.record_audience(9, now())).then_refused(AudienceRecorded)


def test_35_no_decision_comes_before_the_size_of_the_audience() -> None:
    given(PLANNED, listed(0, ANNA)).when(lambda run: run.decide_chunk(GROUPS, now(), **BASIS)).then_refused(
        AudienceNotRecorded
    )


def test_parts_are_decided_in_order_and_the_run_knows_when_all_are() -> None:
    seen = []
    facts = (PLANNED, listed(0, ANNA), listed(1, BEN), recorded(2))
    given(*facts).when(lambda run: seen.append((run.all_decided, run.listing_version))).then_nothing()
    given(*facts).when(lambda run: run.decide_chunk(GROUPS, now(), **BASIS)).then(decided(0))
    given(*facts, decided(0)).when(
        lambda run: seen.append((run.all_decided, run.listing_version))
    ).then_nothing()
    given(*facts, decided(0), decided(1)).when(lambda run: seen.append(run.all_decided)).then_nothing()
    assert seen == [(False, 2), (False, 3), True]


def test_a_run_is_finished() -> None:
    given(PLANNED, recorded(0)).when(lambda run: run.finish(now())).then(FINISHED)


def test_19_a_run_is_cancelled_before_its_audience_is_known_and_after() -> None:
    for before in ((), (listed(0, ANNA),), (listed(0, ANNA), recorded(1), decided(0))):
        given(PLANNED, *before).when(lambda run: run.cancel(now())).then(CANCELLED)


def test_15_a_planned_instant_that_passed_with_its_grace_is_a_missed_run() -> None:
    begun(lambda: Run.miss(STREAM, now(), campaign_id=CAMPAIGN, planned_for=minute(0), cause="late")).then(
        MISSED
    )
    seen: list[Any] = []
    given(MISSED).when(lambda run: seen.append((run.missed, run.finished, run.all_decided))).then_nothing()
    given(PLANNED).when(lambda run: seen.append((run.missed, run.finished, run.all_decided))).then_nothing()
    assert seen == [(True, True, False), (False, False, False)]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "facts",
    [
        (PLANNED, listed(0, ANNA), recorded(1), decided(0), FINISHED),
        (PLANNED, listed(0, ANNA), recorded(1), CANCELLED),
        (PLANNED, listed(0, ANNA), CANCELLED),
        (MISSED,),
    ],
    ids=["finished", "cancelled", "cancelled while listing", "missed"],
)
def test_15_19_a_run_that_is_over_or_missed_does_nothing_more(facts: Any, command: str) -> None:
    given(*facts).when(COMMANDS[command]).then_refused(RunAlreadyFinished)


def test_15_an_instant_written_with_another_offset_is_the_same_run() -> None:
    in_madrid = minute(0).astimezone(timezone(timedelta(hours=2)))
    assert run_id(CAMPAIGN, in_madrid) == run_id(CAMPAIGN, minute(0)) != run_id(CAMPAIGN, minute(120))
