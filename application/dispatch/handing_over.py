"""The second half of a run: a second decision from fresh facts, the handover, the next hop's answer.

A group goes through together: decided, rendered, handed over under the log's lock, sent one by one, its
outcomes written in one append.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.dispatch.deciding import RunDeciding, decide_in_order
from application.dispatch.outcomes import Outcomes
from application.dispatch.ports import (
    Handovers,
    PendingHandover,
    RunReading,
    WaitingMember,
    dispatcher_circumstances,
)
from application.dispatch.rendering import Rendered, Rendering
from application.mail import Delivery, MailTransport, SendResult
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.deciding.decide import Decision, watched_profiles
from domain.deciding.facts import ContactPoint, DecisionFacts
from domain.errors import InvalidInput, RenderError
from domain.messages.message import Message, message_id
from domain.ports import Clock
from domain.runs.run import Run

BEGIN_WITHIN = 2.0
"""Seconds from asking for the handover to the beginning of the SMTP dialogue's DATA."""
SMALLEST_GROUP, FIRST_GROUP, LARGEST_GROUP = 1, 25, 100

Decided = tuple[UUID, Decision]


@dataclass(frozen=True, kw_only=True)
class _Step:
    """One group's step of one run: what was read, and at which instant it is decided."""

    run: Run
    campaign: Campaign
    epoch: int
    read_position: int
    facts: Mapping[UUID, DecisionFacts]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """A message that is rendered and may be handed over."""

    message: Message
    decision: Decision
    point: ContactPoint
    watched: frozenset[UUID]
    rendered: Rendered


class HandingOver:
    """Takes one group of waiting members of a run to their outcomes."""

    def __init__(
        self,
        *,
        store: Store,
        reading: RunReading,
        deciding: RunDeciding,
        handovers: Handovers,
        transport: MailTransport,
        rendering: Rendering,
        outcomes: Outcomes,
        clock: Clock,
    ) -> None:
        self._store = store
        self._reading = reading
        self._deciding = deciding
        self._handovers = handovers
        self._transport = transport
        self._rendering = rendering
        self._outcomes = outcomes
        self._clock = clock
        self._group = FIRST_GROUP

    def advance(self, run: Run, campaign: Campaign, epoch: int) -> int:
        """Hands over the next group; the position of the last fact written, 0 if nobody waits."""
        waiting = self._reading.waiting(run.id, self._clock.now(), self._group)
        if not waiting:
            return 0
        step = self._read(run, campaign, epoch, waiting)
        decided = self._decide(step, waiting)
        ready, ended = self._prepare(step, decided)
        ended += self._stop(step, decided, {one.member_id for one in waiting if one.deferred})
        return max(self._outcomes.record(run.id, ended), self._hand_over(step, ready))

    def _read(self, run: Run, campaign: Campaign, epoch: int, waiting: Sequence[WaitingMember]) -> _Step:
        read = self._deciding.read_facts(run, campaign, [one.member_id for one in waiting])
        return _Step(
            run=run,
            campaign=campaign,
            epoch=epoch,
            read_position=read.position,
            facts=read.facts,
            now=self._clock.now(),
        )

    def _decide(self, step: _Step, waiting: Sequence[WaitingMember]) -> list[Decided]:
        members = [one.member_id for one in waiting]
        return decide_in_order(
            members,
            step.facts,
            self._deciding.policy,
            self._deciding.asked(step.campaign, step.run),
            step.now,
        )

    def _prepare(self, step: _Step, decided: Sequence[Decided]) -> tuple[list[_Ready], list[Message]]:
        """What can be rendered, and what failed because it cannot."""
        kept = [(m, d, d.contact_point) for m, d in decided if d.verdict == "eligible" and d.contact_point]
        addressees = self._reading.addressees({(p.customer_id, p.contact_point_id) for _, _, p in kept})
        ready, failed = [], []
        for member, decision, point in kept:
            message = self._message(step, member, point.customer_id)
            addressee = addressees[point.customer_id, point.contact_point_id]
            try:
                rendered = self._rendering.render(step.campaign, message, addressee, step.now)
            except (RenderError, InvalidInput):
                message.fail(dispatcher_circumstances(step.now, step.run.id), "RENDER_ERROR")
                failed.append(message)
                continue
            watched = watched_profiles(step.facts[member], decision)
            ready.append(
                _Ready(message=message, decision=decision, point=point, watched=watched, rendered=rendered)
            )
        return ready, failed

    def _stop(self, step: _Step, decided: Sequence[Decided], deferred: set[UUID]) -> list[Message]:
        """Those whom the second decision stops; a deferred one whose time is up has failed."""
        stopped = []
        for member, decision in decided:
            if decision.verdict == "eligible":
                continue
            message = self._message(step, member, member)
            circumstances = dispatcher_circumstances(step.now, step.run.id)
            if member in deferred and [reason.code for reason in decision.reasons] == ["EXPIRED"]:
                message.fail(circumstances, "EXPIRED")
            else:
                basis = _basis(decision, step.read_position)
                message.withhold(circumstances, decision.reasons, **basis)
            stopped.append(message)
        return stopped

    def _hand_over(self, step: _Step, ready: list[_Ready]) -> int:
        """Hands over what nobody's fact behind the read position stops, and sends it."""
        if not ready:
            return 0
        for one in ready:
            self._note_handover(step, one)
        begin_before = self._clock.monotonic() + BEGIN_WITHIN
        positions = self._handovers.hand_over(
            [PendingHandover(message=one.message, watched=one.watched) for one in ready],
            campaign_id=step.campaign.id,
            epoch=step.epoch,
            read_position=step.read_position,
        )
        handed = [one for one, position in zip(ready, positions, strict=True) if position is not None]
        last = max((position for position in positions if position is not None), default=0)
        return max(last, self._send(step, handed, begin_before))

    def _send(self, step: _Step, handed: Sequence[_Ready], begin_before: float) -> int:
        deliveries = [self._transport.send(one.rendered.mail, begin_before=begin_before) for one in handed]
        self._adapt(deliveries)
        for one, delivery in zip(handed, deliveries, strict=True):
            self._outcomes.conclude(one.message, delivery, step.run.id)
        return self._outcomes.record(step.run.id, [one.message for one in handed])

    def _note_handover(self, step: _Step, one: _Ready) -> None:
        one.message.hand_over(
            dispatcher_circumstances(step.now, step.run.id),
            channel=step.campaign.content.channel,
            contact_point_id=one.point.contact_point_id,
            address_id=one.point.address_id,
            epoch=step.epoch,
            mime_sha256=one.rendered.mime_sha256,
            rfc_message_id=one.rendered.mail.message_id,
            values=one.rendered.values,
            **_basis(one.decision, step.read_position),
        )

    def _message(self, step: _Step, member: UUID, profile: UUID) -> Message:
        channel = step.campaign.content.channel
        found = self._store.find(Message, message_id(step.run.id, member, channel))
        if found is None:
            return Message.about(step.run.id, step.campaign.id, member, profile, channel)
        found.identity["customer_id"] = profile
        return found

    def _adapt(self, deliveries: Sequence[Delivery]) -> None:
        """Smaller groups for a next hop that is too slow for the group to begin in time, larger ones else."""
        if any(delivery.result is SendResult.NOT_BEGUN for delivery in deliveries):
            self._group = max(SMALLEST_GROUP, self._group // 2)
        elif len(deliveries) >= self._group:
            self._group = min(LARGEST_GROUP, self._group * 2)


def _basis(decision: Decision, read_position: int) -> dict[str, object]:
    """On what a second decision rests, as its fact records it."""
    return {
        "read_position": read_position,
        "policy_version": decision.policy_version,
        "rules_version": decision.rules_version,
        "time_zone": decision.zone.name,
        "zone_source": decision.zone.source,
    }
