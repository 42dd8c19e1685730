"""What other processes do for a world, while a test asks its application."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from infrastructure.machine.clock import Interruptible
from infrastructure.processes.jobs import JobWorker
from infrastructure.wiring.projector import projector_connection
from projections.engine.runner import Runner
from tests.world import World


def work_on_jobs(world: World) -> None:
    """Works on the jobs, as the scheduler's process does, until none waits."""
    worker = JobWorker(world.scheduling.jobs(), world.scheduling.works(), Interruptible())
    while worker.begin_next():
        worker.join(60)


@contextmanager
def folding(world: World, after: float = 0.2) -> Iterator[None]:
    """Folds again and again, as the projector's process does, from so many seconds on."""
    stop = Event()

    def fold() -> None:
        stop.wait(after)
        with projector_connection(world.located) as connection:
            runner = Runner(connection)
            while not stop.wait(0.01):
                runner.catch_up()

    thread = Thread(target=fold)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
