"""The second half of a run: a second decision from fresh facts, the handover, the next hop's answer.

A group goes through together: decided, rendered, handed over under the log's lock, let go.
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
from domain.deciding.codes import ReasonCode
from domain.deciding.decide import Asked, Decision, decide, watched_profiles
from domain.deciding.decision import Verdict
from domain.deciding.facts import ContactPoint, DecisionFacts
from domain.deciding.policy import SuppressionPolicy
from domain.errors import Conflict, InvalidInput, Unavailable
from domain.messages.errors import RenderError
from domain.messages.events import MessageStatus
from domain.messages.message import Message, message_id
from domain.ports import Clock
from domain.runs.run import Run

Decided = tuple[UUID, Decision]


@dataclass(frozen=True, kw_only=True)
class _Step:
    """One group's step of one run: what was read, and at which instant it is decided.

    `begun`: the messages of the group that have facts already, by member.
    """

    run: Run
    campaign: Campaign
    asked: Asked
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
    """Takes one group of waiting members of a run on their way to the next hop."""

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

    def advance(self, run: Run, campaign: Campaign, epoch: int) -> int:
        """Hands over the next group; the position of the last fact written, 0 if nobody waits, or must wait."""
        now = self._clock.now()
        over = campaign.cancelled or run.ends_at <= now
        if not (over or self._sending.has_room(run.id)):
            return 0
        waiting = self._reading.waiting(run.id, now, self._sending.group_size(run.id))
        # Nobody gets anything any more where it is over: what ends there waits for no next hop.
        room = self._sending.prepared(run.id) if waiting and not over else 0
        waiting = waiting if over else waiting[:room]
        if not waiting:
            return 0
        step = self._read(run, campaign, epoch, waiting)
        if step.campaign.paused and not step.campaign.cancelled:
            return 0
        decided = self._decide(step, [one for one in waiting if _still_waits(step, one)])
        ready, ended = self._prepare(step, decided)
        ended += self._stop(step, decided, {one.member_id for one in waiting if one.deferred})
        return max(self._save_ended(step, ended), self._hand_over(step, ready[:room]))

    def _read(self, run: Run, campaign: Campaign, epoch: int, waiting: Sequence[WaitingMember]) -> _Step:
        """The campaign is caught up after the facts were read: a pause is in it, or behind their position.

        The instant, too, is taken then: nothing that was read is newer than it.
        """
        content, members = campaign.content, [one.member_id for one in waiting]
        read, now = self._deciding.read_facts(run, campaign, members, recheck=content.recheck_segment)
        current = self._store.caught_up(campaign)
        return _Step(
            run=run,
            campaign=current,
            asked=self._deciding.asked(current, run),
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
        found = {m: self._store.find(Message, one) for m, one in messages.items() if one in present}
        return {member: message for member, message in found.items() if message is not None}

    def _decide(self, step: _Step, waiting: Sequence[WaitingMember]) -> list[Decided]:
        """Each on its own, so that a decision rests on the log alone; who comes second at an address waits."""
        decided = [
            (one.member_id, decide(step.facts[one.member_id], step.policy, step.asked, step.now))
            for one in waiting
        ]
        return list(_first_at_each_address(decided))

    def _prepare(self, step: _Step, decided: Sequence[Decided]) -> tuple[list[_Ready], list[Message]]:
        """What can be rendered, and what failed because it cannot."""
        kept = [
            (m, d, d.contact_point) for m, d in decided if d.verdict is Verdict.ELIGIBLE and d.contact_point
        ]
        addressees = self._reading.addressees({(p.customer_id, p.contact_point_id) for _, _, p in kept})
        ready, failed = [], []
        for member, decision, point in kept:
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
        """Those whom the second decision stops; a deferred one whose time is up has failed."""
        stopped = []
        for member, decision in decided:
            if decision.verdict is Verdict.ELIGIBLE:
                continue
            message = self._message(step, member, member)
            circumstances = dispatcher_circumstances(step.now, step.run.id)
            if member in deferred and [reason.code for reason in decision.reasons] == [ReasonCode.EXPIRED]:
                message.fail(circumstances, ReasonCode.EXPIRED)
            else:
                message.withhold(circumstances, decision.reasons, **_basis(decision, step))
            stopped.append(message)
        return stopped

    def _save_ended(self, step: _Step, ended: Sequence[Message]) -> int:
        """These are decisions: whoever has lost the lease takes none, and none is written late."""
        if not ended:
            return 0
        return save_held(self._store, *ended, run_id=step.run.id, now=step.now, epoch=step.epoch)

    def _hand_over(self, step: _Step, ready: list[_Ready]) -> int:
        """Hands over what nobody's fact behind the read position stops, and sends it.

        HandoverBrokenOff where it is unclear what has begun: only the next dispatcher may say what became of it.
        """
        if not ready:
            return 0
        for one in ready:
            self._note_handover(step, one)
        try:
            return self._let_go(step, ready)
        except (Unavailable, Conflict):
            raise  # nothing was handed over, or what became of it is owed, or an answer was lost before any went
        except Exception as error:
            raise HandoverBrokenOff from error

    def _let_go(self, step: _Step, ready: list[_Ready]) -> int:
        begin_before = self._clock.monotonic() + BEGIN_WITHIN
        positions = self._handovers.hand_over(
            [PendingHandover(message=one.message, watched=one.watched) for one in ready],
            campaign_id=step.campaign.id,
            epoch=step.epoch,
            read_position=step.read_position,
        )
        handed = [one for one, position in zip(ready, positions, strict=True) if position is not None]
        last = max((position for position in positions if position is not None), default=0)
        mails = [(one.message, one.rendered.mail) for one in handed]
        return max(last, self._sending.send(step.run.id, mails, begin_before))

    def _note_handover(self, step: _Step, one: _Ready) -> None:
        one.message.hand_over(
            dispatcher_circumstances(step.now, step.run.id),
            channel=step.campaign.content.channel,
            contact_point_id=one.point.contact_point_id,
            address_id=one.point.address_id,
            epoch=step.epoch,
            mime_sha256=one.rendered.mime_sha256,
            rfc_message_id=one.rendered.mail.message_id,
            template_version=step.campaign.content.originator_version,
            sender=one.rendered.mail.sender,
            values=one.rendered.values,
            **_basis(one.decision, step),
        )

    def _message(self, step: _Step, member: UUID, profile: UUID) -> Message:
        found = step.begun.get(member)
        if found is None:
            return Message.about(
                step.run.id, step.campaign.id, member, profile, step.campaign.content.channel
            )
        found.identity["customer_id"] = profile
        return found


def _still_waits(step: _Step, waiting: WaitingMember) -> bool:
    """Not where the log says more than the read models: an answer was lost, and they have yet to fold the fact."""
    known = step.begun.get(waiting.member_id)
    return known is None or known.status == MessageStatus.DEFERRED


def _first_at_each_address(decided: Iterable[Decided]) -> Iterator[Decided]:
    """Without those who would be the second at an address: they are decided when the first is in the log."""
    taken: set[UUID] = set()
    for member, decision in decided:
        point = decision.contact_point if decision.verdict is Verdict.ELIGIBLE else None
        if point is None or point.address_id not in taken:
            yield member, decision
        if point is not None:
            taken.add(point.address_id)


def _basis(decision: Decision, step: _Step) -> dict[str, object]:
    """On what a second decision rests, as its fact records it."""
    return {
        "read_position": step.read_position,
        "policy_version": decision.policy_version,
        "rules_version": decision.rules_version,
        "smtputf8": step.asked.smtputf8,
        "time_zone": decision.zone.name,
        "zone_source": decision.zone.source,
    }
