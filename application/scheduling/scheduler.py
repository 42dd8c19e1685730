"""The scheduler: decides every slot whose instant has come, alone by its lease, never twice."""

from datetime import datetime, timedelta

import structlog

from application.leases import SCHEDULER, Fence, Lease, LeaseLost
from application.requests import Answer, Request
from application.scheduling.ports import ScheduleReading, Slot
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.errors import Conflict
from domain.facts import Aggregate
from domain.ports import Clock
from domain.runs.run import OVER, WITHOUT_END, Run

log = structlog.get_logger("scheduler")

ON_TIME = timedelta(seconds=5)
"""What is found this late is on time, whatever its grace: nobody looks at the clock all the time."""


class Scheduler:
    """One `tick` looks once at every slot that is due; it never waits.

    What is due is read from a read model, which may lag; everything that decides a slot is read from the log's
    own streams, whose versions refuse whoever read them too early.
    """

    def __init__(self, *, store: Store, reading: ScheduleReading, lease: Lease, clock: Clock) -> None:
        self._store = store
        self._reading = reading
        self._lease = lease
        self._clock = clock
        self._written = 0

    def tick(self) -> int:
        """How many slots it decided: none while another holds the lease or its last facts are not folded."""
        if self._lease.hold() is None or self._reading.position() < self._written:
            return 0
        try:
            return sum(map(self._decide, self._reading.due(self._clock.now())))
        except LeaseLost:
            log.info("the lease is lost")
            self._lease.forget()
            return 0

    def release(self) -> None:
        """Gives the lease back, so that the next scheduler need not wait for its end."""
        self._lease.release()

    def _decide(self, slot: Slot) -> bool:
        """Whether it decided: planned the run, or noted that it was missed. Else somebody did, or it waits."""
        campaign = self._store.find(Campaign, slot.campaign_id)
        if campaign is None or campaign.cancelled or self._store.present([slot.run_id]):
            return False
        now = self._clock.now()
        held_up = self._held_up(campaign, slot, now)
        if now > max(slot.grace_ends_at, slot.planned_for + ON_TIME):
            return self._miss(slot, now, held_up or "late")
        return held_up is None and self._plan(slot, now, campaign)

    def _held_up(self, campaign: Campaign, slot: Slot, now: datetime) -> str | None:
        """Why the run cannot begin now; None where it can."""
        if not campaign.approved:
            return "not_approved"
        if (campaign.ends_at or slot.planned_for + WITHOUT_END) <= now:
            return "ended"
        if campaign.paused:
            return "paused"
        return "another_run" if self._running(campaign) else None

    def _running(self, campaign: Campaign) -> bool:
        """The last fact of its last run tells; the whole run may be long to read."""
        last = self._store.last_fact(campaign.last_run_id) if campaign.last_run_id is not None else None
        return last is not None and not isinstance(last, OVER)

    def _plan(self, slot: Slot, now: datetime, campaign: Campaign) -> bool:
        circumstances = _request(slot, now).circumstances()
        campaign.open_run(slot.run_id, circumstances)
        run = Run.plan(
            slot.run_id,
            circumstances,
            campaign_id=campaign.id,
            planned_for=slot.planned_for,
            ends_at=campaign.ends_at,
        )
        return self._save(slot, now, campaign, run)

    def _miss(self, slot: Slot, now: datetime, why: str) -> bool:
        run = Run.miss(
            slot.run_id,
            _request(slot, now).circumstances(),
            campaign_id=slot.campaign_id,
            planned_for=slot.planned_for,
            why=why,
        )
        return self._save(slot, now, run)

    def _save(self, slot: Slot, now: datetime, *decided: Aggregate) -> bool:
        """False where somebody else was first."""
        epoch = self._lease.hold()
        if epoch is None:
            raise LeaseLost()
        fence = Fence(lease=SCHEDULER, epoch=epoch)
        try:
            saved = self._store.save(*decided, request=_request(slot, now), answer=Answer(), fence=fence)
        except Conflict:
            return False
        self._written = saved.position
        return True


def _request(slot: Slot, now: datetime) -> Request:
    """Its run is the correlation."""
    return Request(actor=SCHEDULER, received_at=now, correlation_id=slot.run_id)
