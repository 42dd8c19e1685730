"""The decisions of one tick of the scheduler about the slots that are due."""

from datetime import datetime, timedelta
from uuid import UUID

from application.leases import SCHEDULER, Fence
from application.requests import Answer, Request
from application.scheduling.ports import Slot
from application.store import Store
from domain.aggregates import Aggregate
from domain.campaigns.campaign import Campaign
from domain.errors import Conflict
from domain.runs.events import MissedCause
from domain.runs.run import OVER, Run, end_of

ON_TIME = timedelta(seconds=5)
"""A slot that is at most this late counts as on time, whatever its grace, because the scheduler ticks at intervals."""
MISSES_A_TICK = 100
"""The largest number of missed slots that one tick records. The next ticks record the rest, so that slots that are
on time do not have to wait."""


class SlotDeciding:
    """Decides slots from the log. A slot's lateness is measured at the instant at which the tick `began`.

    A campaign is read once in a tick, and again after an attempt to plan a run of it. If the campaign was read too
    early, the version of its stream refuses the save. If the process was stopped until its lease of `epoch` was
    over, the fence refuses it.
    """

    def __init__(self, store: Store, *, began: datetime, epoch: int) -> None:
        self._store = store
        self._began = began
        self._fence = Fence(lease=SCHEDULER, epoch=epoch)
        self._campaigns: dict[UUID, Campaign | None] = {}
        self._open: dict[UUID, bool] = {}
        self._missed = 0
        self.written = 0
        """The position of the last fact that this object wrote, or 0 for none."""

    def decide(self, slot: Slot, now: datetime) -> bool:
        """Plans the slot's run, or records that it was missed. Returns False if it did neither.

        That is the case if the slot was decided before, its campaign was cancelled, or the slot has to wait. Raises
        LeaseLost if another scheduler has taken over.
        """
        campaign = self._campaign(slot.campaign_id)
        if campaign is None or campaign.cancelled:
            return False
        held_up = self._held_up(campaign, slot, now)
        late = self._late(slot)
        waits = self._missed == MISSES_A_TICK if late else held_up is not None
        if waits or self._store.present(Run, [slot.run_id]):
            return False
        return self._miss(slot, now, held_up or MissedCause.LATE) if late else self._plan(slot, now, campaign)

    def _campaign(self, campaign_id: UUID) -> Campaign | None:
        if campaign_id not in self._campaigns:
            self._campaigns[campaign_id] = self._store.find(Campaign, campaign_id)
        return self._campaigns[campaign_id]

    def _late(self, slot: Slot) -> bool:
        """Whether the slot's grace was over when the tick began. The duration of the tick itself does not count."""
        return self._began > max(slot.grace_ends_at, slot.planned_for + ON_TIME)

    def _held_up(self, campaign: Campaign, slot: Slot, now: datetime) -> MissedCause | None:
        """Returns why the run cannot begin now, or None if it can."""
        if not campaign.approved:
            return MissedCause.NOT_APPROVED
        if end_of(slot.planned_for, campaign.ends_at) <= now:
            return MissedCause.ENDED
        if campaign.paused:
            return MissedCause.PAUSED
        last = campaign.last_run_id
        return MissedCause.ANOTHER_RUN if last is not None and self._is_open(last) else None

    def _is_open(self, run_id: UUID) -> bool:
        """Whether the run is open. Reads only its last fact, because the whole run may be long."""
        if run_id not in self._open:
            self._open[run_id] = not isinstance(self._store.last_fact(Run, run_id), OVER)
        return self._open[run_id]

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
        del self._campaigns[campaign.id]
        return self._save(slot, now, campaign, run)

    def _miss(self, slot: Slot, now: datetime, cause: MissedCause) -> bool:
        run = Run.miss(
            slot.run_id,
            _request(slot, now).circumstances(),
            campaign_id=slot.campaign_id,
            planned_for=slot.planned_for,
            cause=cause,
        )
        saved = self._save(slot, now, run)
        self._missed += saved
        return saved

    def _save(self, slot: Slot, now: datetime, *decided: Aggregate) -> bool:
        """Saves the decision. Returns False on a Conflict: the slot is decided already, or its campaign changed."""
        try:
            saved = self._store.save(
                *decided, request=_request(slot, now), answer=Answer(), fence=self._fence
            )
        except Conflict:
            return False
        self.written = saved.position
        return True


def _request(slot: Slot, now: datetime) -> Request:
    """Returns the scheduler's request. Its correlation id is the id of the run."""
    return Request(actor=SCHEDULER, received_at=now, correlation_id=slot.run_id)
