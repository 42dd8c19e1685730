"""What the next actions for one person rest on, in plain Python over all facts."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from domain.messages.events import MessageFact
from domain.next_actions.facts import Complaint, Happened, PersonFacts, Step
from domain.orders.events import OrderCancelled, OrderPlaced, OrderRefunded
from domain.touchpoints.events import TouchpointRecorded
from tests.projections.log import Recorded
from tests.projections.reference.complaints import complaints
from tests.projections.reference.decision_facts import Gathering

SPOKEN = ("call", "message", "replied", "meeting")


def person_facts(log: Sequence[Recorded], profile: UUID, since: datetime) -> PersonFacts:
    decision = Gathering(log=log, campaign=None, run=None).facts_of(profile)
    theirs = [one for one in log if getattr(one.fact, "customer_id", None) in decision.person.profiles]
    spoken = [one for one in theirs if _spoken(one)]
    return PersonFacts(
        decision=decision,
        complaints=tuple(_complaints(theirs, since)),
        last_inbound=_newest((one for one in spoken if _direction(one) == "inbound"), since),
        last_outbound=_newest((one for one in spoken if _direction(one) == "outbound"), since),
        last_order=_newest(_of(theirs, OrderPlaced), since),
        cancelled_or_refunded=tuple(
            newest
            for lost in (OrderCancelled, OrderRefunded)
            if (newest := _newest(_of(theirs, lost), since)) is not None
        ),
        unknown_messages=tuple(_unknown(log, decision.person.profiles)),
    )


def _complaints(theirs: Sequence[Recorded], since: datetime) -> Iterator[Complaint]:
    tables = complaints(theirs)
    for row in sorted(tables["complaint"], key=lambda row: row["opened_position"]):
        if row["status"] != "closed" or row["closed_at"] >= since:
            steps = [one for one in tables["complaint_step"] if one["complaint_id"] == row["complaint_id"]]
            yield Complaint(
                **{name: row[name] for name in ("complaint_id", "severity", "status", "outcome")},
                steps=tuple(
                    Step(step=one["step"], position=one["position"], occurred_at=one["occurred_at"])
                    for one in sorted(steps, key=lambda one: one["version"])
                ),
            )


def _spoken(one: Recorded) -> bool:
    fact = one.fact
    return isinstance(fact, TouchpointRecorded) and fact.kind in SPOKEN and not fact.machine


def _direction(one: Recorded) -> str:
    return "outbound" if one.fact.kind == "meeting" else one.fact.direction


def _of(theirs: Iterable[Recorded], fact_class: type) -> list[Recorded]:
    return [one for one in theirs if isinstance(one.fact, fact_class)]


def _newest(facts: Iterable[Recorded], since: datetime) -> Happened | None:
    recent = [
        Happened(position=one.position, occurred_at=one.fact.occurred_at)
        for one in facts
        if one.fact.occurred_at >= since
    ]
    return max(recent, key=lambda fact: fact.place, default=None)


def _unknown(log: Sequence[Recorded], profiles: Sequence[UUID]) -> list[Happened]:
    newest: dict[UUID, Recorded] = {}
    for one in log:
        if isinstance(one.fact, MessageFact) and {one.fact.customer_id, one.fact.member_id} & set(profiles):
            newest[one.fact.originator_id] = one
    unknown = (one for one in newest.values() if type(one.fact).__name__ == "MessageOutcomeUnknown")
    return [
        Happened(position=one.position, occurred_at=one.fact.occurred_at)
        for one in sorted(unknown, key=lambda one: one.position)
    ]
