"""Works on the jobs of a world, as the scheduler's process does."""

from infrastructure.machine.clock import Interruptible
from infrastructure.processes.jobs import JobWorker
from tests.world import World


def work_on_jobs(world: World) -> None:
    """Works until no job waits."""
    worker = JobWorker(world.scheduling.jobs(), world.scheduling.past_previews(), Interruptible())
    while worker.begin_next():
        worker.join(60)
