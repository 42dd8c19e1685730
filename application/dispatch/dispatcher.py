"""The dispatcher advances every open run. Its lease keeps other dispatchers from working at the same time."""

from uuid import UUID

import structlog

from application.dispatch.deciding import RunDeciding
from application.dispatch.delays import Delays
from application.dispatch.handing_over import HandingOver
from application.dispatch.noted_heads import NotedHeads
from application.dispatch.outcomes import Outcomes
from application.dispatch.patience import Patience
from application.dispatch.ports import (
    FactsTooOld,
    HandoverBrokenOff,
    Lease,
    LeaseLost,
    OpenRun,
    RunReading,
)
from application.dispatch.sending import RECORD_EVERY, Sending
from application.dispatch.steps import Steps
from application.dispatch.turns import Turns
from application.store import Store
from domain.errors import Conflict, FarleyError, StoreUnavailable
from domain.ports import Clock

log = structlog.get_logger("dispatcher")

LAST_LANDING = 5.0
"""How many seconds a dispatcher that ends waits for the next hop's last answers."""
LANDING_SECONDS, OPEN_SECONDS, IDLE_SECONDS = 0.05, 0.2, 2.0
"""How long the dispatcher may sleep: while messages are in flight or an audience is being read, while a run is open,
and while no run is open."""
PASS_SECONDS = 0.25
"""The length of a pass over the open runs. After it, the next pass begins with the runs that have priority."""
SHORT_MOMENT = 0.05
"""How many seconds a step waits for the outcomes of a group if other runs are open."""
CHUNKS_AT_ONCE = 8
"""The most chunks that a step decides if no other run is open. It takes about a second on a busy machine."""
LOOK_AGAIN_SECONDS = 10.0
"""After this time the dispatcher looks for open runs even if no fact was folded, because a rebuild may have changed
a read model."""


class Dispatcher:
    """One `advance` does one step of each open run in turn. It never waits longer than a moment."""

    def __init__(
        self,
        *,
        store: Store,
        reading: RunReading,
        lease: Lease,
        deciding: RunDeciding,
        handing_over: HandingOver,
        sending: Sending,
        outcomes: Outcomes,
        clock: Clock,
    ) -> None:
        self._reading = reading
        self._lease = lease
        self._deciding = deciding
        self._sending = sending
        self._outcomes = outcomes
        self._clock = clock
        self._epoch: int | None = None
        self._settled_epoch: int | None = None
        self._written = 0
        self._all_over: tuple[int, float] | None = None
        """The position at which the read models know of no open run, and the time until which that is trusted."""
        self._noted_heads = NotedHeads(reading)
        self._patience = Patience(clock)
        self._delays = Delays(clock)
        self._turns = Turns()
        self._steps = Steps(
            store=store,
            reading=reading,
            deciding=deciding,
            handing_over=handing_over,
            delays=self._delays,
            clock=clock,
        )

    def advance(self) -> bool:
        """Does one step of each open run. Returns False if there is nothing to do now.

        Does nothing until the read models have folded the dispatcher's last facts, because it decides from them.
        """
        self._note(self._outcomes.record_owed())
        self._note(self._sending.land())
        epoch = self._lease.hold()
        if epoch != self._epoch:
            self._epoch = epoch
            self._noted_heads.clear()
            self._steps.clear()
        if epoch is None:
            self._delays.clear()
            return False
        position = self._reading.position()
        is_behind, is_new = position < self._written, self._settled_epoch != epoch
        self._delays.note(None, due=is_behind or is_new)
        if is_behind:
            return False
        if is_new:
            return self._settle_earlier(epoch)
        if self._nothing_new(position):
            return False
        if self._lapse_own(epoch):
            return True
        advanced = self._advance_runs(epoch)
        if not advanced and not self._reading.anything_open():
            self._all_over = position, self._clock.monotonic() + LOOK_AGAIN_SECONDS
        return advanced

    @property
    def longest_wait(self) -> float:
        """How many seconds may pass until the next `advance` if no new work arrives."""
        if self._sending.in_flight or self._deciding.is_reading():
            return LANDING_SECONDS
        return OPEN_SECONDS if self._all_over is None else IDLE_SECONDS

    @property
    def waited(self) -> float | None:
        """For how many seconds work that is due has not moved, or None if nothing waits."""
        return self._delays.seconds

    @property
    def held_back(self) -> tuple[UUID, ...]:
        """The runs that cannot go on, because their last step met an unexpected error."""
        return self._patience.held_back

    def release(self) -> None:
        """Writes the outcomes that are still owed, if it can, and gives the lease back.

        The next dispatcher then does not have to wait for the end of the lease. The outcomes of messages that are
        still in flight at that moment are unknown to it.
        """
        try:
            self._outcomes.record_owed()
            self._sending.land(LAST_LANDING)
        finally:
            self._lease.release()

    def _nothing_new(self, position: int) -> bool:
        """Whether a recent look at this position found no open run."""
        if self._all_over is None or self._all_over[0] != position:
            self._all_over = None
        return self._all_over is not None and self._clock.monotonic() < self._all_over[1]

    def _settle_earlier(self, epoch: int) -> bool:
        """Records an unknown outcome for messages that an earlier dispatcher handed over without an outcome
        (docs/semantics.md, rule 18)."""
        if not self._noted_heads.reached():
            return False
        for message_id in self._abandoned(before_epoch=epoch):
            self._note(self._outcomes.settle(message_id, began=True))
        self._settled_epoch = epoch
        return True

    def _lapse_own(self, epoch: int) -> bool:
        """Lapses this dispatcher's own handovers whose answer was lost.

        Between two steps, such a handover is in the log and its message is not in flight. It may have been committed
        long after the call. No SMTP dialogue ever began for it.
        """
        lost = self._abandoned(before_epoch=epoch + 1)
        for message_id in lost:
            self._note(self._outcomes.settle(message_id, began=False))
        return bool(lost)

    def _abandoned(self, *, before_epoch: int) -> list[UUID]:
        """Returns messages that were handed over, have no outcome and are not in flight."""
        in_flight = self._sending.in_flight
        return [
            message_id
            for message_id in self._reading.handed_over(before_epoch=before_epoch)
            if message_id not in in_flight
        ]

    def _advance_runs(self, epoch: int) -> bool:
        """Does one step of each run in turn, until the pass is over.

        The next pass begins with the runs that have priority, and goes on with those that had no turn yet. The pass
        ends early if the lease was lost during a long step.
        """
        advanced = False
        runs = self._reading.open_runs(self._clock.now())
        self._forget_all_but({run.run_id for run in runs})
        self._sending.moment = RECORD_EVERY if len(runs) == 1 else SHORT_MOMENT
        self._deciding.chunks = CHUNKS_AT_ONCE if len(runs) == 1 else 1
        until = self._clock.monotonic() + PASS_SECONDS
        for run in self._turns.in_order(runs):
            if run.promotional and advanced and self._clock.monotonic() >= until:
                return True
            if self._lease.hold() != epoch:
                return advanced
            if not self._patience.holds_back(run.run_id):
                self._turns.take(run)
                advanced = self._advance_run(run, epoch) or advanced
        return advanced

    def _forget_all_but(self, run_ids: set[UUID]) -> None:
        self._deciding.forget_all_but(run_ids)
        self._sending.forget_all_but(run_ids)
        self._turns.forget_all_but(run_ids)
        self._delays.forget_all_but(run_ids)
        self._patience.forget_all_but(run_ids)

    def _note(self, written: int) -> None:
        self._written = max(self._written, written)

    def _advance_run(self, open_run: OpenRun, epoch: int) -> bool:
        """Does one step of a run. An unexpected error holds back this run and no other.

        Two errors end the process instead: an error during a handover, which leaves the outcomes of its messages
        unclear, and an unavailable database, which concerns all runs.
        """
        try:
            written = self._steps.take(open_run, epoch)
        except (Conflict, LeaseLost, FactsTooOld) as reason:
            self._delays.note(open_run.run_id, due=True)
            self._take_again(open_run, reason)
            return False
        except (StoreUnavailable, HandoverBrokenOff):
            raise
        except Exception:  # noqa: BLE001 - whatever it is, it holds back this run only
            self._hold_back(open_run)
            return False
        finally:
            self._note(self._deciding.written)
        if written > 0:
            self._patience.regain(open_run.run_id)
            self._delays.note(open_run.run_id, due=False)
        self._note(written)
        return written > 0

    def _take_again(self, open_run: OpenRun, reason: FarleyError) -> None:
        log.info("the step is taken again", run_id=str(open_run.run_id), reason=reason.message)
        if isinstance(reason, LeaseLost):
            self._settled_epoch = None
            self._lease.forget()

    def _hold_back(self, open_run: OpenRun) -> None:
        run_id, campaign_id = str(open_run.run_id), str(open_run.campaign_id)
        seconds = self._patience.lose(open_run.run_id)
        log.error(
            "a run is held back", run_id=run_id, campaign_id=campaign_id, seconds=seconds, exc_info=True
        )
