"""What a complaint stops is what the rules of a decision say of it."""

from datetime import timedelta

import pytest

from domain.campaigns.events import MessageClass
from domain.complaints.events import ComplaintStatus, Outcome, Severity
from domain.deciding.codes import ReasonCode
from domain.deciding.complaint_stops import ComplaintStop, stops_of
from domain.deciding.facts import StoppingComplaint
from domain.deciding.policy import FIRST_POLICY
from tests.builders import START, named

ANA = named("ana")


def complaint(outcome: Outcome | None = None, severity: Severity = Severity.HIGH) -> StoppingComplaint:
    """An open complaint, or one that was closed at START with this outcome."""
    return StoppingComplaint(
        complaint_id=named("complaint"),
        customer_id=ANA,
        severity=severity,
        status=ComplaintStatus.CLOSED if outcome else ComplaintStatus.OPEN,
        outcome=outcome,
        closed_at=START if outcome else None,
        position=3,
    )


def test_an_open_complaint_stops_promotional_messages_without_an_end() -> None:
    stop = ComplaintStop(message_class=MessageClass.PROMOTIONAL, reason=ReasonCode.OPEN_COMPLAINT, until=None)
    assert list(stops_of(complaint(), FIRST_POLICY, START)) == [stop]


@pytest.mark.parametrize("severity", Severity)
def test_a_closed_complaint_stops_them_until_its_cooling_off_is_over(severity: Severity) -> None:
    closed, until = complaint(Outcome.UPHELD, severity), START + FIRST_POLICY.cooling_off[severity]
    (stop,) = stops_of(closed, FIRST_POLICY, until - timedelta(microseconds=1))
    assert (stop.reason, stop.until) == (ReasonCode.COMPLAINT_COOLING_OFF, until)
    assert list(stops_of(closed, FIRST_POLICY, until)) == []


@pytest.mark.parametrize("outcome", [Outcome.DUPLICATE, Outcome.OPENED_IN_ERROR])
def test_a_complaint_that_was_none_stops_nothing_once_it_is_closed(outcome: Outcome) -> None:
    assert list(stops_of(complaint(outcome), FIRST_POLICY, START)) == []
