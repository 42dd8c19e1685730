"""What one tick of the scheduler decides about the slots that are due."""

from datetime import datetime, timedelta
from uuid import UUID

from application.leases import SCHEDULER, Fence
from application.requests import Answer, Request
from application.scheduling.ports import Slot
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.errors import Conflict
from domain.facts import Aggregate
from domain.runs.events import MissedReason
from domain.runs.run import OVER, WITHOUT_END, Run

ON_TIME = timedelta(seconds=5)
"""What is found this late is on time, whatever its grace: nobody looks at the clock all the time."""
MISSES_A_TICK = 100
"""The rest of a long row of missed slots is noted by the ticks that follow: those that are in time go before it."""


class SlotDeciding:
    """Decides slots by what stood in the log in this tick; lateness is told by the instant at which it `began`.

    A campaign is read once in a tick, and again after a run of it was to be planned. Whoever has read too early is
    refused by the version of its stream; whoever was stopped past the lease of `epoch`, by the fence.
    """

    def __init__(self, store: Store, *, began: datetime, epoch: int) -> None:
        self._store = store
        self._began = began
        self._fence = Fence(lease=SCHEDULER, epoch=epoch)
        self._campaigns: dict[UUID, Campaign | None] = {}
        self._open: dict[UUID, bool] = {}
        self._missed = 0
        self.written = 0
        """The position of the last fact it wrote, 0 for none."""

    def decide(self, slot: Slot, now: datetime) -> bool:
        """Whether it planned the run, or noted that it was missed. Else somebody decided before, or it waits.

        LeaseLost where another scheduler has taken over.
        """
        campaign = self._campaign(slot.campaign_id)
        if campaign is None or campaign.cancelled:
            return False
        held_up = self._held_up(campaign, slot, now)
        late = self._late(slot)
        waits = self._missed == MISSES_A_TICK if late else held_up is not None
        if waits or self._store.present(Run, [slot.run_id]):
            return False
        return (
            self._miss(slot, now, held_up or MissedReason.LATE) if late else self._plan(slot, now, campaign)
        )

    def _campaign(self, campaign_id: UUID) -> Campaign | None:
        if campaign_id not in self._campaigns:
            self._campaigns[campaign_id] = self._store.find(Campaign, campaign_id)
        return self._campaigns[campaign_id]

    def _late(self, slot: Slot) -> bool:
        """Beyond its grace when the tick began: that the tick takes long is not the slot's fault."""
        return self._began > max(slot.grace_ends_at, slot.planned_for + ON_TIME)

    def _held_up(self, campaign: Campaign, slot: Slot, now: datetime) -> MissedReason | None:
        """Why the run cannot begin now; None where it can."""
        if not campaign.approved:
            return MissedReason.NOT_APPROVED
        if (campaign.ends_at or slot.planned_for + WITHOUT_END) <= now:
            return MissedReason.ENDED
        if campaign.paused:
            return MissedReason.PAUSED
        last = campaign.last_run_id
        return MissedReason.ANOTHER_RUN if last is not None and self._is_open(last) else None

    def _is_open(self, run_id: UUID) -> bool:
        """The last fact of a run tells; the whole run may be long to read."""
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

    def _miss(self, slot: Slot, now: datetime, why: MissedReason) -> bool:
        run = Run.miss(
            slot.run_id,
            _request(slot, now).circumstances(),
            campaign_id=slot.campaign_id,
            planned_for=slot.planned_for,
            why=why,
        )
        saved = self._save(slot, now, run)
        self._missed += saved
        return saved

    def _save(self, slot: Slot, now: datetime, *decided: Aggregate) -> bool:
        """False where somebody else was first: the slot is decided, or its campaign has moved on."""
        try:
            saved = self._store.save(
                *decided, request=_request(slot, now), answer=Answer(), fence=self._fence
            )
        except Conflict:
            return False
        self.written = saved.position
        return True


def _request(slot: Slot, now: datetime) -> Request:
    """Its run is the correlation."""
    return Request(actor=SCHEDULER, received_at=now, correlation_id=slot.run_id)
