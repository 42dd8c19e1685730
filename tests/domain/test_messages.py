"""The rules of a message: at most one open handover, and a final outcome stays."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from domain.deciding.codes import Verdict
from domain.errors import InvalidInput
from domain.messages.errors import HandoverOpen, MessageEnded, NotHandedOver, OutcomeKnown
from domain.messages.events import (
    HandoverLapsed,
    MessageFailed,
    MessageHandedOver,
    MessageOutcome,
    MessageOutcomeUnknown,
    MessageRefusedForNow,
    MessageResolved,
    MessageSent,
    MessageWithheld,
)
from domain.messages.message import Message, message_id
from domain.runs.events import Reason
from tests.domain.scenario import CUSTOMER, Told, begun, given, minute, now, told

RUN, CAMPAIGN, MEMBER = UUID(int=1), UUID(int=2), UUID(int=3)
WHOSE = {"run_id": RUN, "campaign_id": CAMPAIGN, "member_id": MEMBER}
BASIS = {
    "read_position": 5,
    "policy_version": 1,
    "rules_version": 1,
    "smtputf8": False,
    "time_zone": "UTC",
    "zone_source": "installation",
}
DETAILS: dict[str, Any] = {
    **BASIS,
    "channel": "email",
    "contact_point_id": UUID(int=4),
    "address_id": UUID(int=5),
    "epoch": 1,
    "sender": "we@example.org",
    "mime_sha256": "0" * 64,
    "template_version": 1,
    "rfc_message_id": "<a@b>",
}
REASONS = (Reason(code="OPEN_COMPLAINT", facts=(4,)),)


def handed_over(attempt: int = 1) -> Told:
    return told(MessageHandedOver, **WHOSE, attempt=attempt, **DETAILS)


def concluded(fact_class: Any, attempt: int = 1, **details: Any) -> Told:
    return told(fact_class, **WHOSE, attempt=attempt, **details)


REFUSED_FOR_NOW = concluded(MessageRefusedForNow, retry_at=minute(60), smtp_code=451, smtp_reply="later")
LAPSED = concluded(HandoverLapsed, retry_at=minute(60))
RESOLVED = {
    outcome: concluded(MessageResolved, outcome=outcome, note="asked the provider")
    for outcome in ("sent", "failed")
}
ENDS = {
    "sent": concluded(MessageSent, smtp_code=250, smtp_reply="ok"),
    "refused": concluded(MessageFailed, smtp_code=550, smtp_reply="no"),
    "unknown": concluded(MessageOutcomeUnknown),
}
CONCLUSIONS: dict[str, tuple[Callable[[Any], object], Told]] = {
    "accept": (lambda m: m.accept(now(), 250, "ok"), ENDS["sent"]),
    "refuse": (lambda m: m.refuse(now(), 550, "no"), ENDS["refused"]),
    "lose track": (lambda m: m.lose_track(now()), ENDS["unknown"]),
    "refuse for now": (lambda m: m.refuse_for_now(now(), minute(60), 451, "later"), REFUSED_FOR_NOW),
    "lapse": (lambda m: m.lapse(now(), minute(60)), LAPSED),
}


def new() -> Message:
    return Message.about(RUN, CAMPAIGN, MEMBER, CUSTOMER, "email")


def after(command: Callable[[Message], object]) -> Callable[[], Message]:
    def done() -> Message:
        message = new()
        command(message)
        return message

    return done


def test_a_message_begins_with_its_handover_its_failure_or_its_being_withheld() -> None:
    begun(after(lambda m: m.hand_over(now(), **DETAILS))).then(handed_over())
    begun(after(lambda m: m.fail(now(), "RENDER_ERROR"))).then(
        concluded(MessageFailed, attempt=0, reason_code="RENDER_ERROR")
    )
    begun(after(lambda m: m.withhold(now(), Verdict.SUPPRESSED, REASONS, **BASIS))).then(
        told(MessageWithheld, **WHOSE, verdict=Verdict.SUPPRESSED, reasons=REASONS, **BASIS)
    )


@pytest.mark.parametrize("name", CONCLUSIONS)
def test_18_an_open_handover_is_concluded_once(name: str) -> None:
    command, fact = CONCLUSIONS[name]
    given(handed_over()).when(command).then(fact)
    given(handed_over(), fact).when(command).then_refused(NotHandedOver)


def test_18_at_most_one_handover_is_open() -> None:
    open_one = given(handed_over())
    open_one.when(lambda m: m.hand_over(now(), **DETAILS)).then_refused(HandoverOpen)
    open_one.when(lambda m: m.fail(now(), "EXPIRED")).then_refused(HandoverOpen)
    open_one.when(lambda m: m.withhold(now(), Verdict.SUPPRESSED, REASONS, **BASIS)).then_refused(
        HandoverOpen
    )


@pytest.mark.parametrize("closed", [LAPSED, REFUSED_FOR_NOW], ids=["lapsed", "refused for now"])
def test_18_a_lapsed_or_deferred_message_is_handed_over_anew_or_ends(closed: Told) -> None:
    waiting = (handed_over(), closed)
    given(*waiting).when(lambda m: m.hand_over(now(), **DETAILS)).then(handed_over(attempt=2))
    given(*waiting).when(lambda m: m.fail(now(), "EXPIRED")).then(
        concluded(MessageFailed, reason_code="EXPIRED")
    )
    given(*waiting).when(lambda m: m.withhold(now(), Verdict.SUPPRESSED, REASONS, **BASIS)).then(
        told(MessageWithheld, **WHOSE, verdict=Verdict.SUPPRESSED, reasons=REASONS, **BASIS)
    )


@pytest.mark.parametrize("end", ENDS)
def test_35_a_final_outcome_stays(end: str) -> None:
    ended = given(handed_over(), ENDS[end])
    ended.when(lambda m: m.hand_over(now(), **DETAILS)).then_refused(MessageEnded)
    ended.when(lambda m: m.fail(now(), "EXPIRED")).then_refused(MessageEnded)
    ended.when(lambda m: m.withhold(now(), Verdict.SUPPRESSED, REASONS, **BASIS)).then_refused(MessageEnded)


def resolve(outcome: str) -> Callable[[Any], object]:
    return lambda message: message.resolve(now(), outcome, "asked the provider")


@pytest.mark.parametrize("outcome", RESOLVED)
def test_18_an_operator_finds_out_what_became_of_an_unknown_one(outcome: str) -> None:
    given(handed_over(), ENDS["unknown"]).when(resolve(outcome)).then(RESOLVED[outcome])


@pytest.mark.parametrize("outcome", RESOLVED)
def test_18_a_resolution_said_again_changes_nothing_and_another_is_refused(outcome: str) -> None:
    resolved = given(handed_over(), ENDS["unknown"], RESOLVED[outcome])
    (other,) = RESOLVED.keys() - {outcome}
    resolved.when(resolve(outcome)).then_nothing()
    resolved.when(resolve(other)).then_refused(OutcomeKnown)
    resolved.when(lambda m: m.hand_over(now(), **DETAILS)).then_refused(MessageEnded)
    resolved.when(lambda m: m.accept(now(), 250, "ok")).then_refused(NotHandedOver)


@pytest.mark.parametrize(
    "facts",
    [
        (handed_over(),),
        (handed_over(), LAPSED),
        (handed_over(), ENDS["sent"]),
        (handed_over(), ENDS["refused"]),
    ],
    ids=["handed over", "lapsed", "sent", "refused"],
)
def test_18_only_an_unknown_outcome_is_resolved(facts: Any) -> None:
    for outcome in RESOLVED:
        given(*facts).when(resolve(outcome)).then_refused(OutcomeKnown)


def test_18_an_unknown_message_turns_out_sent_or_failed_and_nothing_else() -> None:
    given(handed_over(), ENDS["unknown"]).when(resolve("suppressed")).then_refused(
        InvalidInput, path="outcome"
    )


def test_a_message_has_one_stream_per_run_member_and_channel() -> None:
    assert message_id(RUN, MEMBER, "email") == new().id
    others = {
        message_id(CAMPAIGN, MEMBER, "email"),
        message_id(RUN, RUN, "email"),
        message_id(RUN, MEMBER, "sms"),
    }
    assert len(others | {new().id}) == 4


@pytest.mark.parametrize("verdict", [Verdict.HELD_OUT, Verdict.SUPPRESSED])
def test_35_a_withheld_message_has_the_outcome_of_its_verdict(verdict: Verdict) -> None:
    message = new()
    message.withhold(now(), verdict, REASONS, **BASIS)
    assert (message.outcome, message.handed_over) == (verdict, False)


def test_35_a_message_at_the_next_hop_is_pending() -> None:
    message = new()
    message.hand_over(now(), **DETAILS)
    assert (message.outcome, message.handed_over) == (MessageOutcome.PENDING, True)


def test_35_every_verdict_but_eligible_is_an_outcome_of_the_same_name() -> None:
    assert {*Verdict} - {Verdict.ELIGIBLE} <= {*MessageOutcome}
