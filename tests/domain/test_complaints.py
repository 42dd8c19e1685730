"""The rules of a complaint."""

from decimal import Decimal
from typing import Any

import pytest

from domain.aggregates import Aggregate
from domain.complaints.complaint import Complaint
from domain.complaints.errors import ComplaintAlreadyClosed, ComplaintNotClosed
from domain.complaints.events import (
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintOpened,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResponded,
    Outcome,
    Severity,
)
from domain.errors import InvalidInput, InvalidMoney
from tests.domain.scenario import CUSTOMER, START, STREAM, begun, given, minute, now, told

OPENED = told(ComplaintOpened, category="delivery", severity="normal", channel="phone")
CLOSED = told(ComplaintClosed, root_cause="carrier", outcome="upheld")
REOPENED = told(ComplaintReopened, reason="broken again")
WELL_OPENED: dict[str, Any] = {"category": "delivery", "severity": "normal", "channel": "phone"}


def opened(**values: Any) -> Aggregate:
    return Complaint.open(STREAM, CUSTOMER, now(), **WELL_OPENED | values)


def test_a_complaint_is_opened_with_what_the_customer_said() -> None:
    begun(lambda: opened(source="crm", number="7", subject="late", product="lamp")).then(
        told(ComplaintOpened, **WELL_OPENED, source="crm", number="7", subject="late", product="lamp")
    )


@pytest.mark.parametrize("severity", list(Severity))
def test_each_severity_is_accepted(severity: str) -> None:
    begun(lambda: opened(severity=severity)).then(
        told(ComplaintOpened, category="delivery", severity=severity, channel="phone")
    )


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"severity": "urgent"}, "severity"),
        ({"category": "  "}, "category"),
        ({"category": "x" * 201}, "category"),
        ({"channel": ""}, "channel"),
        ({"product": "a\nb"}, "product"),
        ({"number": "7"}, "source"),
        ({"source": "crm", "number": ""}, "number"),
        ({"source": "a\x1fb", "number": "7"}, "source"),
    ],
)
def test_an_opening_that_is_wrong_in_itself_is_refused_with_its_path(
    values: dict[str, Any], path: str
) -> None:
    begun(lambda: opened(**values)).then_refused(InvalidInput, path=path)


def test_an_open_complaint_is_answered_escalated_and_resolved_and_still_open() -> None:
    answered = told(ComplaintResponded, text="we look into it")
    escalated = told(ComplaintEscalated, to="Anna", reason="third time", severity="high")
    resolved = told(ComplaintResolved, summary="new one sent", compensation=Decimal("10.00"), currency="EUR")
    given(OPENED).when(lambda c: c.respond(now(), text="we look into it")).then(answered)
    given(OPENED, answered).when(
        lambda c: c.escalate(now(), to="Anna", reason="third time", severity="high")
    ).then(escalated)
    given(OPENED, answered, escalated).when(
        lambda c: c.resolve(now(), summary="new one sent", compensation="10", currency="EUR")
    ).then(resolved)
    given(OPENED, answered, escalated, resolved).when(
        lambda c: c.close(now(), root_cause="carrier", outcome="upheld")
    ).then(CLOSED)


def test_a_resolution_without_compensation_has_no_currency() -> None:
    given(OPENED).when(lambda c: c.resolve(now(), summary="explained", currency="EUR")).then(
        told(ComplaintResolved, summary="explained")
    )


def test_an_answer_dated_before_the_opening_is_stored_as_it_is() -> None:
    early = minute(-1_440)
    given(OPENED).when(lambda c: c.respond(now(early))).then(told(ComplaintResponded, at=early))


def test_a_closing_dated_before_the_opening_is_stored_as_it_is() -> None:
    early = minute(-1_440)
    given(OPENED).when(lambda c: c.close(now(early), root_cause="carrier", outcome="upheld")).then(
        told(ComplaintClosed, at=early, root_cause="carrier", outcome="upheld")
    )


@pytest.mark.parametrize("outcome", list(Outcome))
def test_closing_needs_an_outcome_of_the_list(outcome: str) -> None:
    given(OPENED).when(lambda c: c.close(now(), root_cause="carrier", outcome=outcome)).then(
        told(ComplaintClosed, root_cause="carrier", outcome=outcome)
    )
    given(OPENED).when(lambda c: c.close(now(), root_cause="carrier", outcome="done")).then_refused(
        InvalidInput, path="outcome"
    )


def test_closing_needs_a_root_cause() -> None:
    given(OPENED).when(lambda c: c.close(now(), root_cause=" ", outcome="upheld")).then_refused(
        InvalidInput, path="root_cause"
    )


def test_closing_again_with_the_same_content_changes_nothing() -> None:
    given(OPENED, CLOSED).when(
        lambda c: c.close(now(), root_cause="carrier", outcome="upheld")
    ).then_nothing()


def test_closing_again_with_another_content_or_another_date_is_refused() -> None:
    given(OPENED, CLOSED).when(lambda c: c.close(now(), root_cause="shop", outcome="upheld")).then_refused(
        ComplaintAlreadyClosed
    )
    given(OPENED, CLOSED).when(
        lambda c: c.close(now(minute(50)), root_cause="carrier", outcome="upheld", dated=True)
    ).then_refused(ComplaintAlreadyClosed)


def test_a_closed_complaint_takes_no_answer_escalation_or_resolution() -> None:
    closed = (OPENED, CLOSED)
    given(*closed).when(lambda c: c.respond(now(), text="late")).then_refused(ComplaintAlreadyClosed)
    given(*closed).when(lambda c: c.escalate(now(), to="Anna", reason="x")).then_refused(
        ComplaintAlreadyClosed
    )
    given(*closed).when(lambda c: c.resolve(now(), summary="x")).then_refused(ComplaintAlreadyClosed)


def test_only_a_closed_complaint_is_reopened() -> None:
    given(OPENED).when(lambda c: c.reopen(now(), reason="broken again")).then_refused(ComplaintNotClosed)
    given(OPENED, CLOSED).when(lambda c: c.reopen(now(), reason="broken again")).then(REOPENED)
    given(OPENED, CLOSED, REOPENED).when(lambda c: c.reopen(now(), reason="and again")).then_refused(
        ComplaintNotClosed
    )


def test_a_reopened_complaint_is_answered_and_closed_anew() -> None:
    reopened = (OPENED, CLOSED, REOPENED)
    given(*reopened).when(lambda c: c.respond(now(), text="sorry")).then(
        told(ComplaintResponded, text="sorry")
    )
    given(*reopened).when(lambda c: c.close(now(), root_cause="carrier", outcome="upheld")).then(CLOSED)


def test_a_whole_story_told_twice_changes_nothing_the_second_time() -> None:
    answered = told(ComplaintResponded, text="hello", at=START)
    closed = told(ComplaintClosed, root_cause="carrier", outcome="upheld", at=minute(5))
    reopened = told(ComplaintReopened, reason="broken again", at=minute(6))
    closed_again = told(ComplaintClosed, root_cause="shop", outcome="rejected", at=minute(7))
    story = given(OPENED, answered, closed, reopened, closed_again)

    def tell_again(complaint: Complaint) -> None:
        complaint.respond(now(START), text="hello", dated=True)
        complaint.close(now(minute(5)), root_cause="carrier", outcome="upheld", dated=True)
        complaint.reopen(now(minute(6)), reason="broken again", dated=True)
        complaint.close(now(minute(7)), root_cause="shop", outcome="rejected", dated=True)

    story.when(tell_again).then_nothing()


def test_the_same_words_at_another_time_are_another_answer() -> None:
    answered = told(ComplaintResponded, text="hello", at=START)
    given(OPENED, answered).when(lambda c: c.respond(now(minute(9)), text="hello", dated=True)).then(
        told(ComplaintResponded, text="hello", at=minute(9))
    )


def test_a_command_without_a_date_is_never_taken_for_an_earlier_one() -> None:
    at_once = told(ComplaintClosed, root_cause="carrier", outcome="upheld", at=START)
    given(OPENED, at_once, REOPENED).when(
        lambda c: c.close(now(START), root_cause="carrier", outcome="upheld")
    ).then(at_once)
    given(OPENED, told(ComplaintResponded, text="hello", at=START)).when(
        lambda c: c.respond(now(START), text="hello")
    ).then(told(ComplaintResponded, text="hello", at=START))


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ({"to": "", "reason": "x"}, "to"),
        ({"to": "Anna", "reason": " "}, "reason"),
        ({"to": "Anna", "reason": "x", "severity": "urgent"}, "severity"),
    ],
)
def test_an_escalation_names_to_whom_and_why(command: dict[str, str], path: str) -> None:
    given(OPENED).when(lambda c: c.escalate(now(), **command)).then_refused(InvalidInput, path=path)


@pytest.mark.parametrize("amount", ["-1", "1.234", "1e3", ""])
def test_a_compensation_is_money_that_is_not_negative(amount: str) -> None:
    given(OPENED).when(
        lambda c: c.resolve(now(), summary="x", compensation=amount, currency="EUR")
    ).then_refused(InvalidMoney, path="compensation")


def test_brand_and_division_stand_in_the_fact_that_was_told_for_them() -> None:
    given(OPENED).when(lambda c: c.respond(now(brand="Acme", division="South"), text="x")).then(
        told(ComplaintResponded, text="x", brand="Acme", division="South")
    )
