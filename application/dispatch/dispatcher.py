"""The dispatcher: takes every open run forward, alone by its lease."""

from uuid import UUID

import structlog

from application.dispatch.deciding import RunDeciding
from application.dispatch.handing_over import HandingOver
from application.dispatch.outcomes import Outcomes
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
        outcomes: Outcomes,
        clock: Clock,
    ) -> None:
        self._store = store
        self._reading = reading
        self._lease = lease
        self._deciding = deciding
        self._handing_over = handing_over
        self._outcomes = outcomes
        self._clock = clock
        self._settled_epoch: int | None = None
        self._written = 0
        self._awaited: int | None = None
        self._runs: dict[UUID, Run] = {}

    def advance(self) -> bool:
        """One step for each open run; False when there was nothing to do now.

        Does nothing while the read models have not seen what it wrote last: it decides from them.
        """
        self._written = max(self._written, self._outcomes.record_owed())
        epoch = self._lease.hold()
        if epoch is None or self._reading.position() < self._written:
            return False
        if self._settled_epoch != epoch:
            return self._settle_earlier(epoch)
        if self._lapse_own(epoch):
            return True
        advanced = [self._advance_run(run, epoch) for run in self._reading.open_runs()]
        return any(advanced)

    def release(self) -> None:
        """Gives the lease back, so that the next dispatcher need not wait for its end."""
        self._lease.release()

    def _settle_earlier(self, epoch: int) -> bool:
        """What an earlier holder handed over without an outcome is unknown (semantics 18)."""
        if not self._at_noted_head():
            return False
        for message_id in self._reading.handed_over(before_epoch=epoch):
            self._note(self._outcomes.settle(message_id, began=True))
        self._settled_epoch = epoch
        return True

    def _lapse_own(self, epoch: int) -> bool:
        """Nothing is in flight between two steps: what is still handed over is a handover whose answer was
        lost, perhaps committed long after. No dialogue ever began for it."""
        lost = self._reading.handed_over(before_epoch=epoch + 1)
        for message_id in lost:
            self._note(self._outcomes.settle(message_id, began=False))
        return bool(lost)

    def _note(self, written: int) -> None:
        self._written = max(self._written, written)

    def _at_noted_head(self, *, membership: bool = False) -> bool:
        """Whether the read models have reached the head that was noted when this was first asked.

        Not the head of this moment: while others append, they might never stand there.
        """
        if self._awaited is None:
            self._awaited = self._reading.head()
        if self._reading.position(membership=membership) < self._awaited:
            return False
        self._awaited = None
        return True

    def _advance_run(self, open_run: OpenRun, epoch: int) -> bool:
        run = self._run(open_run.run_id)
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
        if not run.finished:
            self._runs[run.id] = run
        self._note(written)
        return written > 0

    def _run(self, run_id: UUID) -> Run | None:
        """The run as it stands now. It is kept between steps: what lists its audience is long to read.

        It is taken out until its step has succeeded, as a step that fails leaves it changed.
        """
        known = self._runs.pop(run_id, None)
        return self._store.find(Run, run_id) if known is None else self._store.caught_up(known)

    def _step(self, run: Run, campaign: Campaign, epoch: int) -> int:
        if not run.all_decided:
            ready = self._at_noted_head(membership=run.size is None)
            return self._deciding.advance(run, campaign) if ready else 0
        written = self._handing_over.advance(run, campaign, epoch)
        if written == 0 and not self._reading.anyone_open(run.id):
            return self._finish(run)
        return written

    def _finish(self, run: Run) -> int:
        now = self._clock.now()
        run.finish(dispatcher_circumstances(now, run.id))
        return self._store.save(run, request=dispatcher_request(now, run.id), answer=Answer()).position
