"""Campaigns, their runs, what was decided and what became of each message."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from domain.messages.events import MessageOutcome
from projections.campaigns import dispatching, reading
from projections.decision_facts.in_run import TAKEN
from projections.tallies import tallied
from projections.together import Together
from tests.builders import START, Story, named
from tests.projections.campaigning import (
    ADDRESSES,
    ANA,
    BEN,
    CAMPAIGN,
    CYD,
    HOME,
    MEMBERS,
    OTHER_CAMPAIGN,
    OTHER_RUN,
    RUN,
    WORK,
    approve,
    draft,
    stories,
)
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference import campaign_questions as asked
from tests.projections.reference.campaigns import Tables, campaigns, folded
from tests.projections.sending import COMPLAINED, COOLING, HELD_OUT, TellMessage, TellRun

TWO_HOURS_ON = START + timedelta(hours=2)


@lawful(40)
@given(story=stories())
def test_runs_are_the_same_live_rebuilt_split_and_shuffled_and_are_read_as_told(
    database: Database, story: Story
) -> None:
    assert_laws(database, "campaigns", story.facts, campaigns, seed=len(story.facts))
    log = told_log(database)
    tables = folded(log.recorded())
    for run in tables["run"]:
        assert_read_as_told(log, tables, run)


@lawful(15)
@given(story=stories())
def test_35_at_every_moment_each_member_has_one_outcome_and_a_run_balances(
    database: Database, story: Story
) -> None:
    log = told_log(database)
    log.empty("campaigns")
    log.append(story.facts)
    recorded = log.recorded()
    for position in log.fold_fact_by_fact("campaigns"):
        tables = folded(recorded[:position])
        for run in tables["run"]:
            assert_balanced(log, tables, run)


def assert_balanced(log: ToldLog, tables: Tables, run: UUID) -> None:
    counted = asked.outcomes(tables, run)
    found = found_run(log, run)
    assert found["balanced"]
    assert found["state"] == asked.run_state(tables, run)
    assert found["outcomes"] == {name: counted[name] for name in MessageOutcome}
    assert counted.total() == sum(1 for of_run, _ in tables["run_member"] if of_run == run)
    assert found["audience"] in (None, counted.total())


def assert_read_as_told(log: ToldLog, tables: Tables, run: UUID) -> None:
    """What the dispatcher and a marketer are told of a run is what its facts say."""
    members = {member for of_run, member in tables["run_member"] if of_run == run}
    counted = asked.outcomes(tables, run)
    size = tables["run_audience"].get(run, {"size": 0})["size"]
    is_open = size - sum(n for outcome, n in counted.items() if outcome not in ("pending", "deferred"))
    with log.reading() as connection:
        assert reading.outcomes(connection, run) == {name: counted[name] for name in MessageOutcome}
        assert dispatching.open_count(connection, run) == is_open
        assert dispatching.anyone_open(connection, run) == (is_open > 0)
        for now in (START, TWO_HOURS_ON, START + timedelta(days=9)):
            found = dispatching.waiting(connection, run, now, 100)
            assert [(row["member_id"], row["deferred"]) for row in found] == asked.waiting(tables, run, now)
        taken = taken_addresses(connection, run)
        decided = reading.decisions(connection, run)
    assert taken == asked.taken(tables, run, ADDRESSES)
    assert [row["member_id"] for row in decided] == sorted(members)
    for row in decided:
        key = (run, row["member_id"])
        assert row["outcome"] == asked.outcome(tables, key)
        assert row["reasons"] == asked.reasons_of(tables, key)


def taken_addresses(connection: Any, run: UUID) -> set[tuple[UUID, UUID, int]]:
    scope = "with address as (select unnest(%(addresses)s::uuid[]) as address_id)"
    lists = Together(scope, {"taken": TAKEN}).read(connection, {"addresses": list(ADDRESSES), "run": run})
    return {(row.address_id, row.member_id, row.position) for row in lists["taken"]}


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
        return [row["member_id"] for row in dispatching.waiting(connection, RUN, now, limit)]


def found_run(log: ToldLog, run: UUID = RUN) -> dict[str, Any]:
    with log.reading() as connection:
        found = reading.run(connection, run)
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
    assert found["outcomes"] == {**dict.fromkeys(MessageOutcome, 0), "pending": 2, "suppressed": 1}
    assert found["reasons"] == {COMPLAINED.code: 1, COOLING.code: 1}
    message.fail()
    run.message(BEN).fail("RENDER_ERROR")
    fold(log, story)
    assert found_run(log)["outcomes"]["failed"] == 2
    assert found_run(log)["reasons"] == {COMPLAINED.code: 1, COOLING.code: 1, "RENDER_ERROR": 1}


def test_35_who_is_held_out_first_or_at_the_handover_has_an_outcome_of_its_own(
    log: ToldLog, story: Story
) -> None:
    run = TellRun(story=story, run=RUN, campaign=CAMPAIGN)
    run.plan()
    run.record(MEMBERS)
    run.decide({BEN: HOME, CYD: WORK}, held_out=[ANA], units={ANA: WORK, BEN: BEN})
    fold(log, story)
    assert found_run(log)["outcomes"] == {**dict.fromkeys(MessageOutcome, 0), "pending": 2, "held_out": 1}
    run.message(BEN).withhold(HELD_OUT)
    run.message(CYD).withhold(HELD_OUT, COMPLAINED)
    fold(log, story)
    found = found_run(log)
    assert (found["outcomes"]["held_out"], found["outcomes"]["suppressed"], found["balanced"]) == (2, 1, True)
    assert found["reasons"] == {"HOLDOUT_CAMPAIGN": 3, "OPEN_COMPLAINT": 1}
    assert [row["member_id"] for row in decided(log, outcome="held_out")] == sorted((ANA, BEN))
    assert not anyone_open(log)


def test_18_an_unknown_outcome_that_an_operator_settles_stands_as_settled(
    log: ToldLog, story: Story, run: TellRun
) -> None:
    for member, address, outcome in ((ANA, HOME, "sent"), (BEN, WORK, "failed")):
        message = run.message(member)
        message.hand_over(address)
        message.lose_track()
        fold(log, story)
        assert [row["member_id"] for row in decided(log, outcome="unknown")] == [member]
        message.resolve(outcome)
        fold(log, story)
        assert [row["member_id"] for row in decided(log, outcome=outcome)] == [member]
    assert found_run(log)["balanced"]
    assert not anyone_open(log)


def test_a_message_keeps_when_it_was_last_handed_over(log: ToldLog, story: Story, run: TellRun) -> None:
    message = run.message(ANA)
    steps: tuple[Callable[[], None], ...] = (
        lambda: message.hand_over(HOME),
        lambda: message.defer(START),
        lambda: message.hand_over(HOME),
    )
    handed_over = []
    for hours, step in enumerate(steps):
        message.at = START + timedelta(hours=hours)
        step()
        fold(log, story)
        (row,) = log.rows("campaigns")["message"]
        handed_over.append(row["handed_over_at"])
    assert handed_over == [START, START, TWO_HOURS_ON]


def test_a_message_that_is_withheld_in_the_end_keeps_how_often_it_was_tried(
    log: ToldLog, story: Story, run: TellRun
) -> None:
    for member, address, together in ((ANA, HOME, True), (BEN, WORK, False)):
        message = run.message(member)
        for _ in range(2):
            message.hand_over(address)
            message.defer(START)
        if not together:
            fold(log, story)
        message.withhold()
        fold(log, story)
    assert [row["attempt"] for row in log.rows("campaigns")["message"]] == [2, 2]


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
    log.connection.execute("update run_audience set size = size + 1")  # as where a listing was skipped
    assert anyone_open(log)


def anyone_open(log: ToldLog) -> bool:
    with log.reading() as connection:
        return dispatching.anyone_open(connection, RUN)


def test_decisions_are_paged_by_customer_and_found_by_outcome_reason_and_customer(
    log: ToldLog, story: Story, run: TellRun
) -> None:
    run.message(ANA).withhold()
    fold(log, story)
    everyone = decided(log)
    assert [row["member_id"] for row in everyone] == sorted(MEMBERS)
    first = decided(log, limit=2)
    assert [*first, *decided(log, after=first[-1]["member_id"])] == everyone
    assert {row["member_id"] for row in decided(log, outcome="suppressed")} == {ANA, CYD}
    assert [row["member_id"] for row in decided(log, reason=COOLING.code)] == [CYD]
    assert [row["outcome"] for row in decided(log, member_ids=[BEN])] == ["pending"]


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


def test_18_the_last_contact_was_when_a_message_was_handed_over_not_when_it_was_found_to_be_sent(
    log: ToldLog, story: Story, run: TellRun
) -> None:
    message = run.message(ANA)
    message.at = START + timedelta(days=1)
    message.hand_over(HOME)
    message.lose_track()
    message.at = START + timedelta(days=30)
    message.resolve("sent")
    fold(log, story)
    with log.reading() as connection:
        assert reading.contacts_of(tallied(connection, [ANA], reading.CONTACTS)).last_at == START + timedelta(
            days=1
        )


def contacts(log: ToldLog, profiles: Sequence[UUID]) -> int:
    with log.reading() as connection:
        found: int = reading.contacts_of(tallied(connection, profiles, reading.CONTACTS)).count
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
        (lost,) = dispatching.handed_over(connection, before_epoch=2)
        assert dispatching.handed_over(connection, before_epoch=1) == []
    assert lost == next(
        row["message_id"] for row in log.rows("campaigns")["message"] if row["member_id"] == ANA
    )


def test_campaigns_and_runs_are_listed_the_last_told_first(log: ToldLog, story: Story, run: TellRun) -> None:
    draft(story, OTHER_CAMPAIGN, name="Summer")
    TellRun(story=story, run=OTHER_RUN, campaign=CAMPAIGN).plan()
    fold(log, story)
    with log.reading() as connection:
        found = reading.campaigns(connection, START, before=None, limit=50)
        assert [(row["name"], row["state"]) for row in found] == [("Summer", "draft"), ("Spring", "active")]
        older = reading.campaigns(connection, START, before=found[0]["drafted_position"], limit=50)
        assert older == found[1:]
        runs = reading.runs(connection, CAMPAIGN, before=None, limit=50)
        assert [row["run_id"] for row in runs] == [OTHER_RUN, RUN]
        assert reading.runs(connection, CAMPAIGN, before=runs[0]["planned_position"], limit=50) == runs[1:]
        assert [row["run_id"] for row in dispatching.open_runs(connection, START)] == [RUN, OTHER_RUN]
        assert reading.run(connection, named("no run")) is None
        assert reading.campaign(connection, named("no campaign"), START) is None
