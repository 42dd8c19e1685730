"""Rebuilds the projections whose fold changed with this version, in a thread beside the projector's loop."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread
from typing import Any

import structlog
from psycopg import Connection

from domain.errors import Unavailable
from infrastructure.machine.clock import Interruptible
from infrastructure.machine.home import Located
from infrastructure.postgres.connections import translated
from infrastructure.processes.resting import AWAY_SECONDS, Backoff
from infrastructure.wiring.projector import projector_connection
from projections.engine import batch
from projections.engine.beside import CannotBeFolded
from projections.engine.rebuild_status import PROJECTOR
from projections.engine.rebuilding import RebuildRunning, changed_folds, drop_retired, rebuild

log = structlog.get_logger("projector")

BUSY_SECONDS = 5.0
"""The wait for another rebuild, and for the readers of older tables."""
END_SECONDS = 5.0
"""How long the end of the projector waits for the statement of a rebuild that is given up."""


@contextmanager
def rebuilding_changed_folds(located: Located, sleep: Interruptible) -> Iterator[None]:
    """Within the block, a thread rebuilds the projections with changed folds. Their old tables serve meanwhile."""
    thread = Thread(target=_rebuild_until_done, args=[located, sleep], name="rebuilding", daemon=True)
    thread.start()
    yield
    thread.join(END_SECONDS)


def _rebuild_until_done(located: Located, sleep: Interruptible) -> None:
    away = Backoff(sleep, AWAY_SECONDS, factor=2)
    while not sleep.stopped:
        try:
            with translated(), projector_connection(located) as connection:
                _rebuild_changed(connection, sleep)
                _drop_retired(connection, sleep)
            return
        except Unavailable as reason:
            log.warning("the database is away from a rebuild", error=type(reason.__cause__).__name__)
            away.wait()
        except RebuildRunning:
            sleep(BUSY_SECONDS)
        except CannotBeFolded as reason:
            log.error("a projection cannot be rebuilt and serves as it is", **reason.details)
            return


def _rebuild_changed(connection: Connection[Any], sleep: Interruptible) -> None:
    changed = changed_folds(connection)
    if not changed:
        return
    log.info("a rebuild of changed projections began", projections=changed)
    batch.prepare(connection)
    reached = 0
    with closing(rebuild(connection, *changed, sleep=sleep, operator=PROJECTOR, tell=_log_wait)) as steps:
        for step, _ in steps:
            reached = step
            if sleep.stopped:
                return
    log.info("changed projections are rebuilt", projections=changed, position=reached)


def _log_wait(reason: str) -> None:
    log.warning("a rebuild of changed projections waits", reason=reason)


def _drop_retired(connection: Connection[Any], sleep: Interruptible) -> None:
    """Drops the tables of earlier versions as soon as nobody reads them."""
    while not sleep.stopped and drop_retired(connection):
        sleep(BUSY_SECONDS)
