"""Which complaints and suppressions stop messages, and since when a closed one counts as closed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import START, Story, named
from tests.projections.complaining import complain_and_go_on
from tests.projections.happenings import allow, suppress, touch
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.suppression import suppression

ANA, BEN = named("ana"), named("ben")


@st.composite
def stories(draw: st.DrawFn) -> Story:
    story = Story()
    for happening in draw(
        st.lists(
            st.sampled_from((complain_and_go_on, complain_and_go_on, allow, suppress, suppress, touch)),
            min_size=1,
            max_size=6,
        )
    ):
        happening(draw, story, draw(st.sampled_from((ANA, BEN))))
    return story


@lawful()
@given(story=stories())
def test_what_stops_is_the_same_live_rebuilt_split_and_shuffled(database: Database, story: Story) -> None:
    assert_laws(database, "suppression", story.facts, suppression, seed=len(story.facts))


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("suppression")
    return log


def stop(log: ToldLog, story: Story) -> dict[str, Any]:
    """The only complaint of the story as it stands."""
    log.append(story.facts[log.head() :])
    log.catch_up()
    (row,) = log.rows("suppression")["complaint_stop"]
    return dict(row)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def test_a_closing_dated_before_the_opening_counts_from_the_opening(log: ToldLog) -> None:
    story = Story()
    opened = story.complain(ANA, at=day(5))
    story.close(opened, at=day(2))
    found = stop(log, story)
    assert (found["status"], found["closed_at"], found["opened_at"]) == ("closed", day(5), day(5))


def test_a_reopened_complaint_stops_again_and_counts_from_its_new_closing(log: ToldLog) -> None:
    story = Story()
    opened = story.complain(ANA, at=day(0))
    story.close(opened, at=day(9), outcome="duplicate")
    assert (stop(log, story)["closed_at"], stop(log, story)["outcome"]) == (day(9), "duplicate")
    story.reopen(opened, at=day(10))
    reopened = stop(log, story)
    assert (reopened["status"], reopened["closed_at"], reopened["outcome"]) == ("open", None, None)
    assert (reopened["opened_position"], reopened["position"]) == (1, 3)
    story.close(opened, at=day(14), outcome="upheld")
    assert (stop(log, story)["closed_at"], stop(log, story)["outcome"]) == (day(14), "upheld")


def test_02_a_closing_dated_before_the_newest_reopening_counts_from_that(log: ToldLog) -> None:
    story = Story()
    opened = story.complain(ANA, at=day(0))
    story.close(opened, at=day(9))
    for reopened, closed, counts in ((60, 2, 60), (-3, 1, 1), (50, 51, 51), (40, 39, 40)):
        story.reopen(opened, at=day(reopened))
        story.close(opened, at=day(closed))
        assert stop(log, story)["closed_at"] == day(counts)


def test_what_is_told_late_does_not_undo_what_was_told_after_it(log: ToldLog) -> None:
    story = Story()
    opened = story.complain(ANA, at=day(0))
    story.close(opened, at=day(20))
    story.reopen(opened, at=day(1))
    story.escalate(opened, at=day(9), severity="high")
    story.escalate(opened, at=day(8), severity="low")
    found = stop(log, story)
    assert (found["status"], found["severity"]) == ("open", "low")


def test_an_escalation_changes_the_severity_and_not_what_the_complaint_rests_on(log: ToldLog) -> None:
    story = Story()
    opened = story.complain(ANA, severity="low", brand="north")
    before = stop(log, story)
    story.escalate(opened, severity="critical", brand="south")
    assert stop(log, story) == {**before, "severity": "critical"}
    story.escalate(opened)
    assert stop(log, story) == {**before, "severity": "critical"}


def test_an_answered_or_resolved_complaint_stops_as_before(log: ToldLog) -> None:
    story = Story()
    opened = story.complain(ANA)
    before = stop(log, story)
    story.respond(opened)
    story.resolve(opened)
    assert stop(log, story) == before
    assert before["status"] == "open"


def test_05_a_lifting_lifts_one_suppression_of_the_customer_and_no_other(log: ToldLog) -> None:
    story = Story()
    lifted, *kept = (story.impose(who, reason_code="LEGAL_HOLD") for who in (ANA, ANA, BEN))
    log.append(story.facts)
    log.catch_up()
    log.append([story.lift(lifted)])
    log.catch_up()
    rows = log.rows("suppression")["imposed_suppression"]
    holding = {row["suppression_id"] for row in rows if row["lifted_position"] is None}
    assert holding == {one.originator_id for one in kept}
