"""The next step of a run: decide, hand over or finish."""

from uuid import UUID

from application.dispatch.deciding import RunDeciding, save_held
from application.dispatch.delays import Delays
from application.dispatch.handing_over import HandingOver
from application.dispatch.noted_heads import NotedHeads
from application.dispatch.ports import OpenRun, RunReading, dispatcher_circumstances
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.errors import LogContradictsItself
from domain.ports import Clock
from domain.runs.run import Run


class Steps:
    """Takes one step of one run at a time."""

    def __init__(
        self,
        *,
        store: Store,
        reading: RunReading,
        deciding: RunDeciding,
        handing_over: HandingOver,
        delays: Delays,
        clock: Clock,
    ) -> None:
        self._store = store
        self._reading = reading
        self._deciding = deciding
        self._handing_over = handing_over
        self._noted_heads = NotedHeads(reading)
        self._delays = delays
        self._clock = clock
        self._runs: dict[UUID, Run] = {}

    def clear(self) -> None:
        """Forgets what is known of runs: another dispatcher may have advanced them."""
        self._noted_heads.clear()
        self._runs.clear()

    def take(self, open_run: OpenRun, epoch: int) -> int:
        """Does one step of this run. Returns the position that was written, or 0 for nothing."""
        run = self._run(open_run.run_id)
        campaign = self._store.find(Campaign, open_run.campaign_id)
        if run is None or campaign is None:
            raise LogContradictsItself(f"The log has no facts of run {open_run.run_id} or of its campaign.")
        if run.finished:
            return 0
        written = self._step(run, campaign, epoch)
        if not run.finished:
            self._runs[run.id] = run
        return written

    def _run(self, run_id: UUID) -> Run | None:
        """Returns the run as it is now. Runs are kept between steps, because their long audiences take long to load.

        The run is removed from the kept ones until its step has succeeded, because a failed step leaves it changed.
        """
        known = self._runs.pop(run_id, None)
        return self._store.find(Run, run_id) if known is None else self._store.caught_up(known)

    def _step(self, run: Run, campaign: Campaign, epoch: int) -> int:
        """Does the next step of a run: decide, hand over or finish.

        A run of a paused campaign waits, unless all its members have outcomes and it can finish. In a run of a
        cancelled campaign every member gets a final outcome, and then the run ends.
        """
        paused = campaign.paused and not campaign.cancelled
        if campaign.cancelled and run.size is None:
            return self._finish(run, campaign, epoch)
        if not run.all_decided:
            self._delays.note(run.id, due=not paused)
            return 0 if paused else self._decide(run, campaign, epoch)
        written = 0 if paused else self._handing_over.advance(run, campaign, epoch)
        self._delays.note(run.id, due=not paused and self._handing_over.someone_waits)
        if written == 0 and not self._reading.anyone_open(run.id):
            return self._finish(run, campaign, epoch)
        return written

    def _decide(self, run: Run, campaign: Campaign, epoch: int) -> int:
        """Decides, reads or lists. Deciding and reading wait until the read models reach the head, listing does not."""
        reads = not (self._deciding.has_read(run) or self._deciding.is_reading(run.id))
        ready = not reads or self._noted_heads.reached(run.id, membership=run.size is None)
        return self._deciding.advance(run, campaign, epoch) if ready else 0

    def _finish(self, run: Run, campaign: Campaign, epoch: int) -> int:
        now = self._clock.now()
        circumstances = dispatcher_circumstances(now, run.id)
        if campaign.cancelled:
            run.cancel(circumstances)
        else:
            run.finish(circumstances)
        return save_held(self._store, run, run_id=run.id, now=now, epoch=epoch)
