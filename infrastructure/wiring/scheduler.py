"""Puts the scheduler's process together."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from application.jobs import BegunJob, JobFollower, JobKind, Work
from application.leases import SCHEDULER
from application.previews.past import preview_as_job
from application.replaying.jobs import replay_as_job
from application.replaying.service import Replaying
from application.scheduling.scheduler import Scheduler
from application.services import Services
from infrastructure.imports.tidying import Tidying
from infrastructure.name_index.following import Following
from infrastructure.postgres.imports import ImportsAtWork
from infrastructure.postgres.jobs import JobsAtWork
from infrastructure.read_models.schedules import PooledScheduleReading
from infrastructure.wiring.imports import folder_of_imports
from infrastructure.wiring.installation import Installation
from infrastructure.wiring.leases import lease
from infrastructure.wiring.name_index import following
from infrastructure.wiring.past_previews import past_previews
from infrastructure.wiring.use_cases import UseCases

CONNECTIONS_OF_AN_IMPORT = 2
"""In each pool: one for its thread, and one to spare."""


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
        """Returns what does the jobs of each kind."""
        return {
            JobKind.PAST_PREVIEW: partial(preview_as_job, past_previews(self)),
            JobKind.IMPORT: self._import,
            JobKind.REPLAY: self._replay,
        }

    def tidying(self) -> Tidying:
        return Tidying(folder_of_imports(self.settings), ImportsAtWork(self.pool))

    def _import(self, job: BegunJob, follower: JobFollower) -> Mapping[str, Any]:
        # Most schedulers never import: only an import needs the interfaces' modules.
        from interfaces.imports.jobs import ImportJobs

        return ImportJobs(self._use_cases, folder_of_imports(self.settings))(job, follower)

    def _replay(self, job: BegunJob, follower: JobFollower) -> Mapping[str, Any]:
        from interfaces.http.contexts.runs.replays_schemas import replay_shown

        return replay_as_job(self._replaying, replay_shown, job, follower)

    @contextmanager
    def _replaying(self) -> Iterator[Replaying]:
        with self._use_cases() as services:
            yield services.replaying

    @contextmanager
    def _use_cases(self) -> Iterator[Services]:
        """Opens the use cases for one job, under the role of commands."""
        use_cases = UseCases(
            self.located,
            pool_size=CONNECTIONS_OF_AN_IMPORT,
            clock=self.clock,
            brought_clock=self.brought_clock,
            pools=self._pools,
        )
        with use_cases as opened:
            yield opened.services()

    def names(self) -> Following:
        return following(self)
