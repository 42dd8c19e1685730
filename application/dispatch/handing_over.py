"""The second half of a run: a second decision from fresh facts, the handover, the next hop's answer.

A group goes through together: decided, rendered, handed over under the log's lock, sent one by one, its
outcomes written in one append.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from application.dispatch.deciding import RunDeciding, decide_in_order, dispatcher_request
from application.dispatch.ports import (
    Addressee,
    Handovers,
    PendingHandover,
    RunReading,
    WaitingMember,
    dispatcher_circumstances,
)
from application.mail import Delivery, MailTransport, OutgoingMail, SendResult
from application.requests import Answer, Request
from application.store import Store
from application.templates import Templates
from domain.campaigns.campaign import Campaign
from domain.deciding.decide import RULES_VERSION, Decision, watched_profiles
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import SuppressionPolicy
from domain.errors import Conflict, InvalidInput, RenderError
from domain.facts import Circumstances
from domain.messages.message import Message, message_id
from domain.ports import Clock
from domain.runs.run import Run

log = structlog.get_logger("dispatcher")

BEGIN_WITHIN = 2.0
"""Seconds from the handover to the beginning of the SMTP dialogue's DATA."""
SMALLEST_GROUP, LARGEST_GROUP = 1, 100
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who messages come from, and the domain of their Message-IDs."""

    address: str
    domain: str


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """A message that is rendered and may be handed over."""

    message: Message
    decision: Decision
    facts: DecisionFacts
    mail: OutgoingMail
    mime_sha256: str
    values: dict[str, object]


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
        templates: Templates,
        sender: Sender,
        clock: Clock,
        policy: SuppressionPolicy,
        digest: Callable[[OutgoingMail], str],
    ) -> None:
        self._store = store
        self._reading = reading
        self._deciding = deciding
        self._handovers = handovers
        self._transport = transport
        self._templates = templates
        self._sender = sender
        self._clock = clock
        self._policy = policy
        self._digest = digest
        self._group = 25
        self._owed: list[tuple[UUID, Sequence[Message], list[list[Any]]]] = []

    def advance(self, run: Run, campaign: Campaign, epoch: int) -> int:
        """Hands over the next group; the position of the last fact written, 0 if nobody waits."""
        waiting = self._reading.waiting(run.id, self._clock.now(), self._group)
        if not waiting:
            return 0
        read = self._deciding.read_facts(run, campaign, [one.member_id for one in waiting])
        now = self._clock.now()
        asked = self._deciding.asked(campaign, run)
        decided = decide_in_order([w.member_id for w in waiting], read.facts, self._policy, asked, now)
        kept = [(member, decision) for member, decision in decided if decision.verdict == "eligible"]
        ready, ended = self._prepare(run, campaign, kept, read.facts, now)
        ended += self._withhold(run, campaign, decided, waiting, read.position, now)
        position = self._record(run, ended)
        return max(position, self._hand_over_and_send(run, campaign, ready, epoch, read.position, now))

    def _prepare(
        self,
        run: Run,
        campaign: Campaign,
        kept: Sequence[tuple[UUID, Decision]],
        facts: Mapping[UUID, DecisionFacts],
        now: datetime,
    ) -> tuple[list[_Ready], list[Message]]:
        """What can be rendered, and what failed because it cannot."""
        points = {
            (d.contact_point.customer_id, d.contact_point.contact_point_id)
            for _, d in kept
            if d.contact_point
        }
        addressees = self._reading.addressees(points)
        ready, failed = [], []
        for member, decision in kept:
            assert decision.contact_point is not None
            point = decision.contact_point
            message = self._message(run, campaign, member, point.customer_id)
            addressee = addressees[point.customer_id, point.contact_point_id]
            try:
                mail = self._render(campaign, message, addressee, now)
                mime_sha256 = self._digest(mail)
            except (RenderError, InvalidInput):
                message.fail(dispatcher_circumstances(now, run.id), "RENDER_ERROR")
                failed.append(message)
                continue
            values = {"recipient": mail.recipient, **addressee.values}
            ready.append(
                _Ready(
                    message=message,
                    decision=decision,
                    facts=facts[member],
                    mail=mail,
                    mime_sha256=mime_sha256,
                    values=values,
                )
            )
        return ready, failed

    def _withhold(
        self,
        run: Run,
        campaign: Campaign,
        decided: Sequence[tuple[UUID, Decision]],
        waiting: Sequence[WaitingMember],
        read_position: int,
        now: datetime,
    ) -> list[Message]:
        """Those whom the second decision stops; a deferred one whose time is up has failed."""
        deferred = {one.member_id for one in waiting if one.deferred}
        stopped = []
        for member, decision in decided:
            if decision.verdict == "eligible":
                continue
            message = self._message(run, campaign, member, member)
            circumstances = dispatcher_circumstances(now, run.id)
            if member in deferred and [reason.code for reason in decision.reasons] == ["EXPIRED"]:
                message.fail(circumstances, "EXPIRED")
            else:
                message.withhold(
                    circumstances,
                    decision.reasons,
                    read_position=read_position,
                    at=now,
                    policy_version=decision.policy_version,
                    rules_version=decision.rules_version,
                    time_zone=decision.zone.name,
                    zone_source=decision.zone.source,
                )
            stopped.append(message)
        return stopped

    def _hand_over_and_send(
        self, run: Run, campaign: Campaign, ready: list[_Ready], epoch: int, read_position: int, now: datetime
    ) -> int:
        if not ready:
            return 0
        circumstances = dispatcher_circumstances(now, run.id)
        for one in ready:
            self._note_handover(one, campaign, epoch, read_position, now, circumstances)
        positions = self._handovers.hand_over(
            [
                PendingHandover(message=one.message, watched=watched_profiles(one.facts, one.decision))
                for one in ready
            ],
            campaign_id=campaign.id,
            epoch=epoch,
            read_position=read_position,
        )
        begin_before = self._clock.monotonic() + BEGIN_WITHIN
        handed = [one for one, position in zip(ready, positions, strict=True) if position is not None]
        deliveries = [self._transport.send(one.mail, begin_before=begin_before) for one in handed]
        self._adapt(deliveries)
        for one, delivery in zip(handed, deliveries, strict=True):
            self._conclude(one.message, delivery, run)
        last = max((position for position in positions if position is not None), default=0)
        return max(last, self._record(run, [one.message for one in handed]))

    def _note_handover(
        self,
        one: _Ready,
        campaign: Campaign,
        epoch: int,
        read_position: int,
        now: datetime,
        circumstances: Circumstances,
    ) -> None:
        point = one.decision.contact_point
        assert point is not None
        one.message.hand_over(
            circumstances,
            channel=campaign.content.channel,
            contact_point_id=point.contact_point_id,
            address_id=point.address_id,
            epoch=epoch,
            read_position=read_position,
            at=now,
            policy_version=self._policy.version,
            rules_version=RULES_VERSION,
            time_zone=one.decision.zone.name,
            zone_source=one.decision.zone.source,
            mime_sha256=one.mime_sha256,
            rfc_message_id=one.mail.message_id,
            values=one.values,
        )

    def _conclude(self, message: Message, delivery: Delivery, run: Run) -> None:
        now = self._clock.now()
        circumstances = dispatcher_circumstances(now, run.id)
        reply = delivery.reply or None
        match delivery.result:
            case SendResult.ACCEPTED:
                message.accept(circumstances, delivery.code, reply)
            case SendResult.REFUSED:
                message.refuse(circumstances, delivery.code, reply)
            case SendResult.REFUSED_FOR_NOW:
                message.refuse_for_now(
                    circumstances, now + retry_after(message.attempt), delivery.code, reply
                )
            case SendResult.UNKNOWN:
                message.lose_track(circumstances)
            case SendResult.NOT_BEGUN:
                message.lapse(circumstances)

    def _adapt(self, deliveries: Sequence[Delivery]) -> None:
        """Smaller groups for a next hop that is too slow for the group to begin in time, larger ones else."""
        if any(delivery.result is SendResult.NOT_BEGUN for delivery in deliveries):
            self._group = max(SMALLEST_GROUP, self._group // 2)
        elif len(deliveries) >= self._group:
            self._group = min(LARGEST_GROUP, self._group * 2)

    def _message(self, run: Run, campaign: Campaign, member: UUID, profile: UUID) -> Message:
        channel = campaign.content.channel
        found = self._store.find(Message, message_id(run.id, member, channel))
        if found is None:
            return Message.about(run.id, campaign.id, member, profile, channel)
        found.identity["customer_id"] = profile
        return found

    def _render(
        self, campaign: Campaign, message: Message, addressee: Addressee, now: datetime
    ) -> OutgoingMail:
        if addressee.address is None:
            raise RenderError("The address cannot be read any more.")
        content = campaign.content
        return OutgoingMail(
            message_id=f"<{message.id}.{message.attempt + 1}@{self._sender.domain}>",
            sender=content.sender or self._sender.address,
            recipient=addressee.address,
            subject=self._templates.render(content.subject, addressee.values),
            body=self._templates.render(content.body, addressee.values),
            date=now,
        )

    def record_owed(self) -> int:
        """Writes what could not be written before, as after an outage; the position of the last fact."""
        position = 0
        while self._owed:
            run_id, messages, facts = self._owed[0]
            position = max(position, self._save(run_id, messages, facts))
            del self._owed[0]
        return position

    def _record(self, run: Run, messages: Sequence[Message]) -> int:
        """Writes what became of these messages; owed while the database cannot be reached."""
        if not messages:
            return 0
        facts: list[list[Any]] = [list(message.pending_events) for message in messages]
        self._owed.append((run.id, messages, facts))
        return self.record_owed()

    def _save(self, run_id: UUID, messages: Sequence[Message], facts: Sequence[list[Any]]) -> int:
        """Saves them together; one by one where another process was first with one of them."""
        request = dispatcher_request(self._clock.now(), run_id)
        try:
            return self._save_pending(messages, facts, request)
        except Conflict:
            return max(self._save_alone(m, f, request) for m, f in zip(messages, facts, strict=True))

    def _save_alone(self, message: Message, facts: list[Any], request: Request) -> int:
        try:
            return self._save_pending([message], [facts], request)
        except Conflict:
            log.warning("another process concluded this message first", message_id=str(message.id))
            return 0

    def _save_pending(self, messages: Sequence[Message], facts: Sequence[list[Any]], request: Request) -> int:
        for message, pending in zip(messages, facts, strict=True):
            message.pending_events[:] = pending
        return self._store.save(*messages, request=request, answer=Answer()).position


def retry_after(attempt: int) -> timedelta:
    """How long after its n-th temporary refusal a message is tried again."""
    doublings = min(attempt - 1, 16)
    return min(FIRST_RETRY * (1 << doublings), LONGEST_RETRY)
