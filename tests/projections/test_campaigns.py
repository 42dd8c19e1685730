"""Campaigns, their runs, what was decided and what became of each message."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.campaigns import reading
from tests.builders import START, Story, named
from tests.projections.laws import LAWFUL, assert_laws, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference import campaigns as reference
from tests.projections.sending import COMPLAINED, COOLING, TellMessage, TellRun, approve, draft, go_on

CAMPAIGN, OTHER_CAMPAIGN, RUN, OTHER_RUN = map(named, ("campaign", "other campaign", "run", "other run"))
MEMBERS = ANA, BEN, CYD = tuple(map(named, ("ana", "ben", "cyd")))
ADDRESSES = HOME, WORK = tuple(map(named, ("home@example.org", "work@example.org")))
TWO_HOURS_ON = START + timedelta(hours=2)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A campaign or two; runs that get as far as they get; messages in the order that `Message` allows."""
    story = Story()
    for campaign in (CAMPAIGN, OTHER_CAMPAIGN):
        draft(
            story,
            campaign,
            ends_at=draw(st.sampled_from((None, START))),
            brand=draw(st.sampled_from((None, "n"))),
        )
        if draw(st.booleans()):
            approve(story, campaign)
    for run in draw(st.sampled_from(((RUN,), (RUN, OTHER_RUN)))):
        campaign = draw(st.sampled_from((CAMPAIGN, OTHER_CAMPAIGN)))
        ends_at = START + timedelta(hours=draw(st.integers(1, 5)))
        tell_run(draw, TellRun(story=story, run=run, campaign=campaign), ends_at)
    return story


def tell_run(draw: st.DrawFn, run: TellRun, ends_at: datetime) -> None:
    parts = draw(st.sampled_from(((MEMBERS,), (MEMBERS[:2], MEMBERS[2:]), (MEMBERS[::-1],), ())))
    run.plan(ends_at=ends_at)
    run.record(*parts)
    for ordinal, part in enumerate(parts[: draw(st.integers(1, 2))]):
        chosen = {member: draw(st.sampled_from(ADDRESSES)) for member in part if draw(st.integers(0, 3))}
        run.decide(chosen, [member for member in part if member not in chosen], ordinal=ordinal)
        if draw(st.booleans()):  # the first decision counts
            run.decide(dict.fromkeys(part, HOME), ordinal=ordinal)
        for member in chosen:
            go_on(draw, run.message(member, profile=draw(st.sampled_from((None, HOME)))), ADDRESSES)
    if draw(st.booleans()):
        run.finish()


@LAWFUL
@given(story=stories())
def test_runs_are_the_same_live_rebuilt_split_and_shuffled_and_are_read_as_told(
    database: Database, story: Story
) -> None:
    assert_laws(database, "campaigns", story.facts, reference.campaigns, seed=len(story.facts))
    log = told_log(database)
    tables = reference.folded(log.recorded())
    for run in tables["run"]:
        assert_read_as_told(log, tables, run)


def assert_read_as_told(log: ToldLog, tables: reference.Tables, run: UUID) -> None:
    """What the dispatcher and a marketer are told of a run is what its facts say."""
    members = {member for of_run, member in tables["run_member"] if of_run == run}
    counted = reference.outcomes(tables, run)
    size = tables["run_audience"].get(run, {"size": 0})["size"]
    is_open = size - sum(n for outcome, n in counted.items() if outcome not in ("pending", "deferred"))
    with log.reading() as connection:
        assert reading.outcomes(connection, run) == {name: counted[name] for name in reading.OUTCOMES}
        assert reading.open_count(connection, run) == is_open
        assert reading.anyone_open(connection, run) == (is_open > 0)
        for now in (START, TWO_HOURS_ON, START + timedelta(days=9)):
            found = reading.waiting(connection, run, now, 100)
            assert [(row["member_id"], row["deferred"]) for row in found] == reference.waiting(
                tables, run, now
            )
        taken = reading.taken_addresses(connection, run, ADDRESSES)
        decided = reading.decisions(connection, run)
    assert {(row["address_id"], row["customer_id"], row["position"]) for row in taken} == reference.taken(
        tables, run, ADDRESSES
    )
    assert [row["customer_id"] for row in decided] == sorted(members)
    for row in decided:
        key = (run, row["customer_id"])
        assert row["outcome"] == reference.outcome(tables, key)
        assert row["reasons"] == reference.reasons_of(tables, key)


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("campaigns")
    return log


@pytest.fixture
def story() -> Story:
    story = Story()
    draft(story, CAMPAIGN)
    approve(story, CAMPAIGN)
    return story


@pytest.fixture
def run(story: Story) -> TellRun:
    """A run over three people, of whom Cyd complained."""
    run = TellRun(story=story, run=RUN, campaign=CAMPAIGN)
    run.plan()
    run.record([ANA, BEN, CYD])
    run.decide({ANA: HOME, BEN: WORK}, [CYD])
    return run


def fold(log: ToldLog, story: Story) -> None:
    log.append(story.facts[log.head() :])
    log.catch_up()


def waiting(log: ToldLog, now: datetime = START, *, limit: int = 100) -> list[UUID]:
    with log.reading() as connection:
        return [row["member_id"] for row in reading.waiting(connection, RUN, now, limit)]


def found_run(log: ToldLog) -> dict[str, Any]:
    with log.reading() as connection:
        found = reading.run(connection, RUN)
    assert found is not None
    return found


def decided(log: ToldLog, **asked: Any) -> Sequence[dict[str, Any]]:
    with log.reading() as connection:
        return reading.decisions(connection, RUN, **asked)


def test_a_run_goes_from_planned_by_deciding_and_sending_to_finished(log: ToldLog, story: Story) -> None:
    run = TellRun(story=story, run=RUN, campaign=CAMPAIGN)
    steps: tuple[Callable[[], None], ...] = (
        run.plan,
        lambda: run.record([ANA], [BEN]),
        lambda: run.decide({ANA: HOME}),
        lambda: run.decide({}, [BEN], ordinal=1),
        run.finish,
    )
    states = []
    for step in steps:
        step()
        fold(log, story)
        states.append(found_run(log)["state"])
    assert states == ["planned", "deciding", "deciding", "sending", "finished"]


def test_a_run_balances_from_its_audience_on(log: ToldLog, story: Story, run: TellRun) -> None:
    message = run.message(ANA)
    message.hand_over(HOME)
    fold(log, story)
    found = found_run(log)
    assert (found["audience"], found["balanced"], found["decided"]) == (3, True, 3)
    assert found["outcomes"] == {**dict.fromkeys(reading.OUTCOMES, 0), "pending": 2, "suppressed": 1}
    assert found["reasons"] == {COMPLAINED.code: 1, COOLING.code: 1}
    message.fail()
    run.message(BEN).fail("RENDER_ERROR")
    fold(log, story)
    assert found_run(log)["outcomes"]["failed"] == 2
    assert found_run(log)["reasons"] == {COMPLAINED.code: 1, COOLING.code: 1, "RENDER_ERROR": 1}


def test_members_wait_in_the_order_in_which_they_were_decided_until_they_are_handed_over(
    log: ToldLog, story: Story, run: TellRun
) -> None:
    fold(log, story)
    assert waiting(log) == sorted((ANA, BEN))
    assert waiting(log, limit=1) == [min(ANA, BEN)]
    run.message(ANA).hand_over(HOME)
    fold(log, story)
    assert waiting(log) == [BEN]


@pytest.mark.parametrize("put_off", [TellMessage.lapse, TellMessage.defer])
def test_whoever_was_put_off_waits_from_the_recorded_instant_or_the_runs_end_on(
    log: ToldLog, story: Story, run: TellRun, put_off: Callable[[TellMessage, datetime], None]
) -> None:
    message = run.message(ANA)
    message.hand_over(HOME)
    put_off(message, START + timedelta(days=9))
    fold(log, story)
    assert waiting(log, START + timedelta(days=3, seconds=-1)) == [BEN]
    assert waiting(log, START + timedelta(days=3)) == sorted((ANA, BEN))
    message.hand_over(HOME)
    put_off(message, TWO_HOURS_ON)
    fold(log, story)
    assert waiting(log, TWO_HOURS_ON) == sorted((ANA, BEN))
    assert waiting(log, TWO_HOURS_ON - timedelta(seconds=1)) == [BEN]


def test_a_run_is_open_while_a_message_has_no_end_and_when_somebody_was_lost(
    log: ToldLog, story: Story, run: TellRun
) -> None:
    run.message(ANA).withhold()
    message = run.message(BEN)
    message.hand_over(WORK)
    fold(log, story)
    assert anyone_open(log)
    message.lose_track()
    fold(log, story)
    assert not anyone_open(log)
    log.connection.execute("delete from run_member where customer_id = %s", [CYD])
    assert anyone_open(log)


def anyone_open(log: ToldLog) -> bool:
    with log.reading() as connection:
        return reading.anyone_open(connection, RUN)


def test_decisions_are_paged_by_customer_and_found_by_outcome_reason_and_customer(
    log: ToldLog, story: Story, run: TellRun
) -> None:
    run.message(ANA).withhold()
    fold(log, story)
    everyone = decided(log)
    assert [row["customer_id"] for row in everyone] == sorted(MEMBERS)
    first = decided(log, limit=2)
    assert [*first, *decided(log, after=first[-1]["customer_id"])] == everyone
    assert {row["customer_id"] for row in decided(log, outcome="suppressed")} == {ANA, CYD}
    assert [row["customer_id"] for row in decided(log, reason=COOLING.code)] == [CYD]
    assert [row["outcome"] for row in decided(log, customer_ids=[BEN])] == ["pending"]
    with log.reading() as connection:
        (about,) = reading.decisions_about(connection, [CYD])
    assert (about["run_id"], about["outcome"], about["reasons"][1]["code"]) == (
        RUN,
        "suppressed",
        COOLING.code,
    )


def test_a_contact_is_what_was_sent_whichever_profile_of_the_person_it_went_to(
    log: ToldLog, story: Story, run: TellRun
) -> None:
    message = run.message(ANA, profile=WORK)
    message.hand_over(WORK)
    fold(log, story)
    assert contacts(log, [ANA]) == 0
    message.send()
    fold(log, story)
    assert (contacts(log, [ANA]), contacts(log, [WORK]), contacts(log, [ANA, WORK])) == (1, 1, 1)
    assert contacts(log, [BEN, CYD]) == 0


def contacts(log: ToldLog, profiles: Sequence[UUID]) -> int:
    with log.reading() as connection:
        found: int = reading.contacts(connection, profiles)["contacts"]
        return found


def test_handovers_of_an_earlier_epoch_without_an_outcome_are_found(
    log: ToldLog, story: Story, run: TellRun
) -> None:
    run.message(ANA).hand_over(HOME, epoch=1)
    told = run.message(BEN)
    told.hand_over(WORK, epoch=1)
    told.send()
    fold(log, story)
    with log.reading() as connection:
        (lost,) = reading.handed_over(connection, before_epoch=2)
        assert reading.handed_over(connection, before_epoch=1) == []
    assert lost == next(
        row["message_id"] for row in log.rows("campaigns")["message"] if row["customer_id"] == ANA
    )


def test_campaigns_and_runs_are_listed_the_last_told_first(log: ToldLog, story: Story, run: TellRun) -> None:
    draft(story, OTHER_CAMPAIGN, name="Summer")
    TellRun(story=story, run=OTHER_RUN, campaign=CAMPAIGN).plan()
    fold(log, story)
    with log.reading() as connection:
        found = reading.campaigns(connection, before=None, limit=50)
        assert [(row["name"], row["state"]) for row in found] == [("Summer", "draft"), ("Spring", "approved")]
        assert reading.campaigns(connection, before=found[0]["drafted_position"], limit=50) == found[1:]
        runs = reading.runs(connection, CAMPAIGN, before=None, limit=50)
        assert [row["run_id"] for row in runs] == [OTHER_RUN, RUN]
        assert reading.runs(connection, CAMPAIGN, before=runs[0]["planned_position"], limit=50) == runs[1:]
        assert [row["run_id"] for row in reading.open_runs(connection)] == [RUN, OTHER_RUN]
        assert reading.run(connection, named("no run")) is None
        assert reading.campaign(connection, named("no campaign")) is None
