"""The dispatcher: takes every open run forward, alone by its lease."""

from uuid import UUID

import structlog

from application.dispatch.deciding import RunDeciding
from application.dispatch.handing_over import HandingOver
from application.dispatch.ports import (
    Lease,
    OpenRun,
    RunReading,
    dispatcher_circumstances,
    dispatcher_request,
)
from application.requests import Answer
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.errors import Conflict, Unavailable
from domain.messages.message import Message
from domain.ports import Clock
from domain.runs.run import Run

log = structlog.get_logger("dispatcher")


class LeaseLost(Unavailable):
    """Another dispatcher has taken over."""


class FactsTooOld(Unavailable):
    """The facts were read too long ago to search all that came since; they are read again."""


class Dispatcher:
    """One `advance` does one step of one run after the other; it never waits."""

    def __init__(
        self,
        *,
        store: Store,
        reading: RunReading,
        lease: Lease,
        deciding: RunDeciding,
        handing_over: HandingOver,
        clock: Clock,
    ) -> None:
        self._store = store
        self._reading = reading
        self._lease = lease
        self._deciding = deciding
        self._handing_over = handing_over
        self._clock = clock
        self._settled_epoch: int | None = None
        self._written = 0
        self._awaited: int | None = None

    def advance(self) -> bool:
        """One step for each open run; False when there was nothing to do now.

        Does nothing while the read models have not seen what it wrote last: it decides from them.
        """
        self._written = max(self._written, self._handing_over.record_owed())
        epoch = self._lease.hold()
        if epoch is None or self._reading.position() < self._written:
            return False
        if self._settled_epoch != epoch:
            return self._settle(epoch)
        advanced = [self._advance_run(run, epoch) for run in self._reading.open_runs()]
        return any(advanced)

    def release(self) -> None:
        """Gives the lease back, so that the next dispatcher need not wait for its end."""
        self._lease.release()

    def _settle(self, epoch: int) -> bool:
        """What an earlier holder handed over without an outcome is unknown (semantics 18)."""
        if not self._at_noted_head():
            return False
        for message_id in self._reading.handed_over_before(epoch):
            self._lose_track(message_id)
        self._settled_epoch = epoch
        return True

    def _at_noted_head(self) -> bool:
        """Whether the read models have reached the head that was noted when this was first asked.

        Not the head of this moment: while others append, they might never stand there.
        """
        if self._awaited is None:
            self._awaited = self._reading.head()
        if self._reading.position() < self._awaited:
            return False
        self._awaited = None
        return True

    def _lose_track(self, message_id: UUID) -> None:
        message = self._store.find(Message, message_id)
        if message is None or message.status != "handed_over":
            return
        now, run_id = self._clock.now(), message.identity["run_id"]
        message.lose_track(dispatcher_circumstances(now, run_id))
        try:
            saved = self._store.save(message, request=dispatcher_request(now, run_id), answer=Answer())
        except Conflict:
            return
        self._written = max(self._written, saved.position)
        log.warning("the outcome of a message is unknown", message_id=str(message_id))

    def _advance_run(self, open_run: OpenRun, epoch: int) -> bool:
        run = self._store.find(Run, open_run.run_id)
        campaign = self._store.find(Campaign, open_run.campaign_id)
        if run is None or campaign is None or run.finished:
            return False
        try:
            written = self._step(run, campaign, epoch)
        except (Conflict, LeaseLost, FactsTooOld) as reason:
            log.info("the step is taken again", run_id=str(run.id), reason=reason.message)
            if isinstance(reason, LeaseLost):
                self._settled_epoch = None
                self._lease.forget()
            return False
        self._written = max(self._written, written)
        return written > 0

    def _step(self, run: Run, campaign: Campaign, epoch: int) -> int:
        if not run.all_decided:
            return self._deciding.advance(run, campaign) if self._at_noted_head() else 0
        written = self._handing_over.advance(run, campaign, epoch)
        if written == 0 and not self._reading.anyone_open(run.id):
            return self._finish(run)
        return written

    def _finish(self, run: Run) -> int:
        now = self._clock.now()
        run.finish(dispatcher_circumstances(now, run.id))
        return self._store.save(run, request=dispatcher_request(now, run.id), answer=Answer()).position
