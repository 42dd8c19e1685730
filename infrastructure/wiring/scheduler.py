"""Puts the scheduler's process together."""

from functools import partial

from application.jobs import JobKind, Work
from application.leases import SCHEDULER
from application.previews.past import preview_as_job
from application.scheduling.scheduler import Scheduler
from infrastructure.name_index.following import Following
from infrastructure.postgres.jobs import JobsAtWork
from infrastructure.read_models.schedules import PooledScheduleReading
from infrastructure.wiring.installation import Installation
from infrastructure.wiring.leases import lease
from infrastructure.wiring.name_index import following
from infrastructure.wiring.past_previews import past_previews


class SchedulerInstallation(Installation):
    """Everything that the scheduler's process opens."""

    role = "farley_dispatcher"

    def scheduler(self, holder: str | None = None) -> Scheduler:
        return Scheduler(
            store=self.store,
            reading=PooledScheduleReading(self.reading),
            lease=lease(self, SCHEDULER, holder),
            clock=self.clock,
        )

    def jobs(self) -> JobsAtWork:
        return JobsAtWork(self.pool)

    def works(self) -> dict[JobKind, Work]:
        """Returns what does the jobs of each kind that needs no more than this process has opened."""
        return {JobKind.PAST_PREVIEW: partial(preview_as_job, past_previews(self))}

    def names(self) -> Following:
        return following(self)
