"""Replays of long runs, which a background process makes."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from application.jobs import AskJob, BegunJob, Job, JobFollower, JobKind, Jobs
from application.replaying.differences import Replayed
from application.replaying.service import Replaying
from application.store import Store
from domain.ports import Ids

LARGEST_AT_ONCE = 1_000
"""The largest audience whose run is decided again within a request. It takes some two seconds."""
Shown = Callable[[Replayed], Mapping[str, Any]]
"""Returns what a replay found as JSON."""


class ReplayJobs:
    """Asks for replays as jobs."""

    def __init__(self, jobs: Jobs, store: Store, ids: Ids) -> None:
        self._jobs = jobs
        self._store = store
        self._ids = ids

    def ask(self, campaign_id: UUID, run_id: UUID, owner: str) -> Job:
        """Adds a job. Raises TooManyJobs."""
        head = self._store.head()
        return self._jobs.ask(
            AskJob(
                job_id=self._ids.new(),
                kind=JobKind.REPLAY,
                owner=owner,
                question={"campaign_id": str(campaign_id), "run_id": str(run_id)},
                position=head,
                of_all=head,
            )
        )


def replay_as_job(
    opened: Callable[[], AbstractContextManager[Replaying]],
    shown: Shown,
    job: BegunJob,
    follower: JobFollower,
) -> Mapping[str, Any]:
    """Does the job and returns what it found as the job keeps it. Raises RunNotFound."""
    ids = {name: UUID(job.question[name]) for name in ("campaign_id", "run_id")}
    with opened() as replaying:
        return shown(
            replaying.replay(**ids, on_progress=lambda reached: follower.reached(reached, job.position))
        )
