"""Builders of what next actions rest on, and the proposal for it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.complaints.events import ComplaintStatus, ComplaintStep, Outcome, Severity
from domain.deciding.codes import ReasonCode, Verdict
from domain.deciding.decide import RULES_VERSION, DecisionQuestion, decide
from domain.deciding.facts import DecisionFacts, Person
from domain.deciding.policy import FIRST_POLICY
from domain.next_actions.actions import ActionCode, PossibleMessage, Proposal, ProposedAction, RuleAnswer
from domain.next_actions.case import Case
from domain.next_actions.facts import Complaint, Happened, PersonFacts, Step
from domain.next_actions.propose import propose
from tests.domain.people import MAIL, NOW, person

QUESTIONS = (MAIL,)


def happened(position: int, days_ago: float = 1) -> Happened:
    return Happened(position=position, occurred_at=NOW - timedelta(days=days_ago))


def complaint(
    *steps: tuple[str, float], severity: str = "normal", position: int = 200, outcome: str | None = None
) -> Complaint:
    """A complaint with these steps, each so many days ago; they have the positions from `position` on."""
    taken = tuple(
        Step(step=ComplaintStep(step), position=number, occurred_at=NOW - timedelta(days=days_ago))
        for number, (step, days_ago) in enumerate(steps, start=position)
    )
    last = taken[-1].step
    opened = last in (ComplaintStep.OPENED, ComplaintStep.REOPENED)
    return Complaint(
        complaint_id=UUID(int=position),
        severity=Severity(severity),
        status=ComplaintStatus.OPEN if opened else ComplaintStatus(last),
        outcome=None if outcome is None else Outcome(outcome),
        steps=taken,
    )


def proposed(
    someone: Person | None = None,
    *complaints: Complaint,
    questions: tuple[DecisionQuestion, ...] = QUESTIONS,
    decision: DecisionFacts | None = None,
    **facts: Any,
) -> Proposal:
    known = decision or DecisionFacts(person=someone or person())
    case = Case(
        facts=PersonFacts(decision=known, complaints=complaints, **facts),
        policy=FIRST_POLICY,
        questions=questions,
        at=NOW,
        decision_rules_version=RULES_VERSION,
    )
    return propose(case)


def codes(proposal: Proposal) -> list[str]:
    return [proposed.action.code for proposed in proposal.actions]


def because(proposal: Proposal, rule: str) -> ProposedAction | None:
    """The action that this rule proposes."""
    return next((one for one in proposal.actions if one.because == rule), None)


def facts_of(proposal: Proposal, rule: str) -> tuple[int, ...]:
    """The facts of this rule's action; none without one."""
    found = because(proposal, rule)
    return found.action.facts if found is not None else ()


def answer(proposal: Proposal, rule: str) -> RuleAnswer:
    (found,) = (answer for answer in proposal.rules if answer.code == rule)
    return found


def stops(proposal: Proposal, rule: str) -> list[str]:
    """The codes of what stops this rule's action."""
    return [reason.code for reason in answer(proposal, rule).reasons]


NO_STOP = {
    ReasonCode.NO_CONTACT_POINT,
    ReasonCode.INVALID_CONTACT_POINT,
    ReasonCode.NO_CONSENT,
    ReasonCode.CONSENT_WITHDRAWN,
    ReasonCode.CONSENT_EXPIRED,
    ReasonCode.OPTED_OUT_TOPIC,
}
"""What may stop one offer while another one is made: a consent or an address that is missing for it."""


def assert_offers_nothing_stopped(case: Case) -> None:
    """Holds the offers of a proposal against `decide`: none where anything stops, and those that it allows."""
    proposal, facts = propose(case), case.facts.decision
    decided = {
        PossibleMessage(channel=asked.channel, purpose=asked.purpose): decide(
            facts, case.policy, asked, case.at
        )
        for asked in case.questions
    }
    stopped = {reason.code for one in decided.values() for reason in one.reasons} - NO_STOP
    allowed = {message for message, one in decided.items() if one.verdict is Verdict.ELIGIBLE}
    found = because(proposal, "OFFER_ALLOWED")
    offered = set(found.action.messages) if found is not None else set()
    assert offered == (set() if stopped else allowed)
    if stopped or any(one.status is not ComplaintStatus.CLOSED for one in facts.person.complaints):
        assert not {ActionCode.MAY_OFFER, ActionCode.ASK_FOR_CONSENT} & set(codes(proposal))
