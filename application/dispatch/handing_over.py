"""The second half of a run: a second decision from fresh facts, the handover, and the next hop's answer.

Members are processed in groups. A group is decided, rendered, handed over under the log's lock, and sent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.dispatch.deciding import RunDeciding, save_held
from application.dispatch.ports import (
    HandoverBrokenOff,
    Handovers,
    PendingHandover,
    RunReading,
    WaitingMember,
    dispatcher_circumstances,
)
from application.dispatch.sending import BEGIN_WITHIN, Sending
from application.rendering import Rendered, Rendering
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.deciding.codes import ReasonCode, Verdict
from domain.deciding.decide import Decision, DecisionQuestion, decide, watched_profiles
from domain.deciding.facts import ContactPoint, DecisionFacts
from domain.deciding.policy import SuppressionPolicy
from domain.errors import Conflict, InvalidInput, Unavailable
from domain.messages.errors import RenderError
from domain.messages.events import MessageOutcome
from domain.messages.message import Message, message_id
from domain.ports import Clock
from domain.runs.run import Run

Decided = tuple[UUID, Decision]


@dataclass(frozen=True, kw_only=True)
class _Step:
    """The input of one group's step: the facts that were read, and the instant of the decisions.

    `begun` are the group's messages that already have facts, by member.
    """

    run: Run
    campaign: Campaign
    question: DecisionQuestion
    epoch: int
    read_position: int
    facts: Mapping[UUID, DecisionFacts]
    policy: SuppressionPolicy
    now: datetime
    begun: Mapping[UUID, Message]


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """A message that is rendered and may be handed over."""

    message: Message
    decision: Decision
    point: ContactPoint
    watched: frozenset[UUID]
    rendered: Rendered


class HandingOver:
    """Hands over the messages of waiting members of a run, one group at a time."""

    def __init__(
        self,
        *,
        store: Store,
        reading: RunReading,
        deciding: RunDeciding,
        handovers: Handovers,
        rendering: Rendering,
        sending: Sending,
        clock: Clock,
    ) -> None:
        self._store = store
        self._reading = reading
        self._deciding = deciding
        self._handovers = handovers
        self._rendering = rendering
        self._sending = sending
        self._clock = clock
        self.someone_waits = False
        """Whether the last `advance` found a message that is due, or had no room to look for one."""

    def advance(self, run: Run, campaign: Campaign, epoch: int) -> int:
        """Hands over the next group. Returns the position of the last fact, or 0 if nobody waits or the run has to."""
        now = self._clock.now()
        over = campaign.cancelled or run.ends_at <= now
        self.someone_waits = True
        if not (over or self._sending.has_room(run.id)):
            return 0
        waiting = self._reading.waiting(run.id, now, self._sending.group_size(run.id))
        self.someone_waits = bool(waiting)
        # A run that is over sends nothing more, so its members can end without waiting for the next hop.
        room = self._sending.prepared(run.id) if waiting and not over else 0
        waiting = waiting if over else waiting[:room]
        if not waiting:
            return 0
        step = self._read(run, campaign, epoch, waiting)
        if step.campaign.paused and not step.campaign.cancelled:
            return 0
        decided = self._decide(step, [member for member in waiting if _still_waits(step, member)])
        ready, ended = self._prepare(step, decided)
        ended += self._stop(step, decided, {member.member_id for member in waiting if member.deferred})
        return max(self._save_ended(step, ended), self._hand_over(step, ready[:room]))

    def _read(self, run: Run, campaign: Campaign, epoch: int, waiting: Sequence[WaitingMember]) -> _Step:
        """Reads the input of the step.

        The campaign is caught up after the facts were read, so a pause is in it, or after the facts' position. The
        instant is taken after the facts were read, too, so none of them is newer.
        """
        content, members = campaign.content, [member.member_id for member in waiting]
        read, now = self._deciding.read_facts(run, campaign, members, recheck=content.recheck_segment)
        current = self._store.caught_up(campaign)
        return _Step(
            run=run,
            campaign=current,
            question=self._deciding.question(current, run),
            epoch=epoch,
            read_position=read.position,
            facts=read.facts,
            policy=read.policy_at(now),
            now=now,
            begun=self._begun(run, content.channel, members),
        )

    def _begun(self, run: Run, channel: str, members: Sequence[UUID]) -> dict[UUID, Message]:
        messages = {member: message_id(run.id, member, channel) for member in members}
        present = self._store.present(Message, list(messages.values()))
        begun = {
            m: self._store.find(Message, aggregate_id)
            for m, aggregate_id in messages.items()
            if aggregate_id in present
        }
        return {member: message for member, message in begun.items() if message is not None}

    def _decide(self, step: _Step, waiting: Sequence[WaitingMember]) -> list[Decided]:
        """Decides about each member independently, so that a decision rests on the log alone.

        Members after the first at one address wait for a later step.
        """
        decided = [
            (member.member_id, decide(step.facts[member.member_id], step.policy, step.question, step.now))
            for member in waiting
        ]
        return list(_first_at_each_address(decided))

    def _prepare(self, step: _Step, decided: Sequence[Decided]) -> tuple[list[_Ready], list[Message]]:
        """Returns the messages that were rendered, and those that failed because they cannot be."""
        eligible = [
            (m, d, d.contact_point) for m, d in decided if d.verdict is Verdict.ELIGIBLE and d.contact_point
        ]
        addressees = self._reading.addressees({(p.customer_id, p.contact_point_id) for _, _, p in eligible})
        ready, failed = [], []
        for member, decision, point in eligible:
            message = self._message(step, member, point.customer_id)
            addressee = addressees[point.customer_id, point.contact_point_id]
            try:
                rendered = self._rendering.render(step.campaign, message, addressee, step.now)
            except (RenderError, InvalidInput):
                message.fail(dispatcher_circumstances(step.now, step.run.id), ReasonCode.RENDER_ERROR)
                failed.append(message)
                continue
            watched = watched_profiles(step.facts[member], decision)
            ready.append(
                _Ready(message=message, decision=decision, point=point, watched=watched, rendered=rendered)
            )
        return ready, failed

    def _stop(self, step: _Step, decided: Sequence[Decided], deferred: set[UUID]) -> list[Message]:
        """Returns the messages that the second decision stops. A deferred one stopped only by EXPIRED has failed."""
        stopped = []
        for member, decision in decided:
            if decision.verdict is Verdict.ELIGIBLE:
                continue
            message = self._message(step, member, member)
            circumstances = dispatcher_circumstances(step.now, step.run.id)
            if member in deferred and [reason.code for reason in decision.reasons] == [ReasonCode.EXPIRED]:
                message.fail(circumstances, ReasonCode.EXPIRED)
            else:
                message.withhold(circumstances, decision.verdict, decision.reasons, **_basis(decision, step))
            stopped.append(message)
        return stopped

    def _save_ended(self, step: _Step, ended: Sequence[Message]) -> int:
        """Saves the messages that ended here. These are decisions, so they are saved only while the lease is held."""
        if not ended:
            return 0
        return save_held(self._store, *ended, run_id=step.run.id, now=step.now, epoch=step.epoch)

    def _hand_over(self, step: _Step, ready: list[_Ready]) -> int:
        """Hands over and sends the messages that no fact after the read position stops.

        Raises HandoverBrokenOff if it is unclear what has begun. Only the next dispatcher may record those outcomes.
        """
        if not ready:
            return 0
        for handover in ready:
            self._note_handover(step, handover)
        try:
            return self._let_go(step, ready)
        except (Unavailable, Conflict):
            raise  # nothing was handed over, or its outcome is still owed, or an answer was lost before any sending
        except Exception as error:
            raise HandoverBrokenOff from error

    def _let_go(self, step: _Step, ready: list[_Ready]) -> int:
        begin_before = self._clock.monotonic() + BEGIN_WITHIN
        positions = self._handovers.hand_over(
            [PendingHandover(message=handover.message, watched=handover.watched) for handover in ready],
            campaign_id=step.campaign.id,
            epoch=step.epoch,
            read_position=step.read_position,
        )
        handed = [
            handover for handover, position in zip(ready, positions, strict=True) if position is not None
        ]
        last = max((position for position in positions if position is not None), default=0)
        mails = [(handover.message, handover.rendered.mail) for handover in handed]
        return max(last, self._sending.send(step.run.id, mails, begin_before))

    def _note_handover(self, step: _Step, handover: _Ready) -> None:
        handover.message.hand_over(
            dispatcher_circumstances(step.now, step.run.id),
            channel=step.campaign.content.channel,
            contact_point_id=handover.point.contact_point_id,
            address_id=handover.point.address_id,
            epoch=step.epoch,
            mime_sha256=handover.rendered.mime_sha256,
            rfc_message_id=handover.rendered.mail.rfc_message_id,
            template_version=step.campaign.content.originator_version,
            sender=handover.rendered.mail.sender,
            values=handover.rendered.values,
            **_basis(handover.decision, step),
        )

    def _message(self, step: _Step, member: UUID, profile: UUID) -> Message:
        message = step.begun.get(member)
        if message is None:
            return Message.about(
                step.run.id, step.campaign.id, member, profile, step.campaign.content.channel
            )
        message.identity["customer_id"] = profile
        return message


def _still_waits(step: _Step, waiting: WaitingMember) -> bool:
    """Whether the member still waits by the log. After a lost answer, the read models may not have folded the fact."""
    known = step.begun.get(waiting.member_id)
    return known is None or known.outcome == MessageOutcome.DEFERRED


def _first_at_each_address(decided: Iterable[Decided]) -> Iterator[Decided]:
    """Yields the decisions without those for a second message to an address. These members are decided again when
    the first message is in the log."""
    taken: set[UUID] = set()
    for member, decision in decided:
        point = decision.contact_point if decision.verdict is Verdict.ELIGIBLE else None
        if point is None or point.address_id not in taken:
            yield member, decision
        if point is not None:
            taken.add(point.address_id)


def _basis(decision: Decision, step: _Step) -> dict[str, object]:
    """Returns the basis of a second decision, as its fact records it."""
    return {
        "read_position": step.read_position,
        "policy_version": decision.policy_version,
        "rules_version": decision.rules_version,
        "smtputf8": step.question.smtputf8,
        "time_zone": decision.zone.name,
        "zone_source": decision.zone.source,
    }
