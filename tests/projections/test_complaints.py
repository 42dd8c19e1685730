"""Complaints as they stand, and every step of each."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given

from projections.complaints.filters import ComplaintFilter
from projections.complaints.queue import ComplaintOrder, complaints, place_of
from projections.complaints.reading import NEWEST, StandingComplaint, complaint, totals
from projections.together import OF_PROFILES, Together
from tests.builders import START, Story, named
from tests.projections.happenings import complain, stories_of
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.complaints import complaints as reference

ANA, BEN, MAIL = named("ana"), named("ben"), named("ana@example.org")


@lawful()
@given(story=stories_of(complain))
def test_complaints_are_the_same_live_rebuilt_split_and_shuffled(database: Database, story: Story) -> None:
    counts = ("complaint_count",)
    assert_laws(database, "complaints", story.facts, reference, seed=len(story.facts), of_everybody=counts)


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("complaints")
    return log


def fold(log: ToldLog, story: Story) -> None:
    log.append(story.facts[log.head() :])
    log.catch_up()


def read(log: ToldLog, story: Story, complaint_id: object) -> StandingComplaint:
    fold(log, story)
    with log.reading() as reading:
        found = complaint(reading, log.cipher, complaint_id)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_a_complaint_goes_from_open_by_its_steps_to_closed_and_back(log: ToldLog) -> None:
    story = Story()
    opened = story.complain(ANA, subject="Late")
    statuses = [read(log, story, opened.originator_id).status]
    for step in (story.respond, story.escalate, story.resolve, story.close, story.reopen):
        step(opened)  # type: ignore[operator]
        statuses.append(read(log, story, opened.originator_id).status)
    assert statuses == ["open", "responded", "escalated", "resolved", "closed", "open"]


def test_only_a_closing_in_force_is_shown_and_the_newest_severity(log: ToldLog) -> None:
    story = Story()
    opened = story.complain(ANA, severity="low")
    story.escalate(opened, severity="critical")
    story.escalate(opened)
    story.resolve(opened, compensation=Decimal("5.00"), currency="EUR")
    story.close(opened, root_cause="carrier", outcome="upheld", at=START + timedelta(days=1))
    closed = read(log, story, opened.originator_id)
    assert (closed.severity, closed.root_cause, closed.outcome) == ("critical", "carrier", "upheld")
    assert (closed.closed_at, closed.compensation) == (START + timedelta(days=1), Decimal("5.00"))
    story.reopen(opened)
    reopened = read(log, story, opened.originator_id)
    assert (reopened.closed_at, reopened.root_cause, reopened.outcome) == (None, None, None)
    assert (reopened.reopenings, reopened.version) == (1, 6)


def test_an_answer_dated_before_the_opening_is_kept_as_told_and_flagged_late(log: ToldLog) -> None:
    story = Story()
    opened = story.complain(ANA, at=START)
    story.respond(opened, at=START - timedelta(days=1), text="We know")
    found = read(log, story, opened.originator_id)
    assert found.first_responded_at == START - timedelta(days=1)
    assert [(step.step, step.late) for step in found.steps] == [("opened", False), ("responded", True)]
    assert found.steps[1].details == {"text": "We know"}


def test_texts_of_a_forgotten_person_are_gone_and_the_complaint_still_counts(log: ToldLog) -> None:
    story = Story()
    opened = story.complain(ANA, subject="Late", description="Again")
    other = story.complain(BEN, subject="Broken")
    assert read(log, story, opened.originator_id).subject == "Late"
    before = read(log, story, other.originator_id)
    log.cipher.forget([ANA])
    found = read(log, story, opened.originator_id)
    assert (found.subject, found.description, found.category) == (None, None, "delivery")
    assert found.steps[0].details["subject"] is None
    assert read(log, story, other.originator_id) == before


def test_complaints_are_listed_by_status_and_severity_the_last_told_first(log: ToldLog) -> None:
    story = Story()
    told = [story.complain(ANA, severity=severity) for severity in ("low", "high", "high")]
    story.close(told[1])
    fold(log, story)
    ids = [one.originator_id for one in told]
    with log.reading() as reading:
        everything = complaints(reading, log.cipher, ComplaintFilter())
        high = complaints(reading, log.cipher, ComplaintFilter(severity=["high"]))
        closed = complaints(reading, log.cipher, ComplaintFilter(status=["closed"]))
        assert [one.complaint_id for one in everything] == ids[::-1]
        assert [one.complaint_id for one in high] == ids[:0:-1]
        assert [one.complaint_id for one in closed] == [ids[1]]
        first = complaints(reading, log.cipher, ComplaintFilter(), limit=2)
        last = place_of(first[-1], ComplaintOrder.NEWEST)
        second = complaints(reading, log.cipher, ComplaintFilter(), after=last)
        assert [*first, *second] == everything
        assert complaint(reading, log.cipher, named("no complaint")) is None


def test_a_person_has_the_complaints_of_all_profiles_and_no_others(log: ToldLog) -> None:
    story = Story()
    closed = story.complain(ANA, at=START + timedelta(days=2))
    story.close(closed)
    story.complain(MAIL, at=START + timedelta(days=1))
    story.complain(BEN, at=START + timedelta(days=3))
    fold(log, story)
    with log.reading() as reading:
        together = Together(OF_PROFILES, {"newest": NEWEST})
        found = totals(log.cipher, together.read(reading, {"ids": [ANA, MAIL]})["newest"])
        nothing = totals(log.cipher, together.read(reading, {"ids": [named("nobody")]})["newest"])
    assert (found.open, found.total) == (1, 2)
    assert found.last is not None
    assert found.last.complaint_id == closed.originator_id
    assert (nothing.open, nothing.total, nothing.last) == (0, 0, None)
