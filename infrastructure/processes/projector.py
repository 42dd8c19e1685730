"""The projector: folds the log into the read models, again and again, until it is told to stop."""

from collections.abc import Callable

import psycopg
import structlog

from domain.errors import Unavailable
from domain.ports import Sleep
from infrastructure.clock import Interruptible
from infrastructure.folding import projector_connection
from infrastructure.home import Located
from projections.engine.runner import Runner, Standing, standings

log = structlog.get_logger("projector")

IDLE_SECONDS = (0.005, 0.05)
"""How long it waits when there is nothing to fold: at first, and at most."""
AWAY_SECONDS = (0.2, 5.0)
"""How long it waits when the database is away: at first, and at most."""


class Backoff:
    """Waits longer each time, up to a limit, until something happened again."""

    def __init__(self, sleep: Sleep, seconds: tuple[float, float], *, factor: float = 1.5) -> None:
        self._sleep = sleep
        self._first, self._most = seconds
        self._factor = factor
        self._next = self._first

    def wait(self) -> None:
        self._sleep(self._next)
        self._next = min(self._next * self._factor, self._most)

    def reset(self) -> None:
        self._next = self._first


def run_projector(located: Located, sleep: Interruptible) -> None:
    """Folds until `sleep` is stopped. A database that is away is waited for."""
    log.info("started")
    away = Backoff(sleep, AWAY_SECONDS, factor=2)
    while not sleep.stopped:
        try:
            with projector_connection(located) as connection:
                _fold(connection, sleep, away.reset)
        except (Unavailable, psycopg.OperationalError) as reason:
            log.warning("the database is away", error=type(reason).__name__)
            away.wait()
    log.info("stopped")


def _fold(connection: psycopg.Connection, sleep: Interruptible, folded: Callable[[], None]) -> None:
    runner = Runner(connection)
    idle = Backoff(sleep, IDLE_SECONDS)
    paused: dict[str, Standing] = {}
    while not sleep.stopped:
        busy = False
        while not sleep.stopped and runner.fold_next():
            busy = True
        folded()
        paused = _name_paused(connection, paused)
        if busy:
            idle.reset()
        idle.wait()


def _name_paused(connection: psycopg.Connection, known: dict[str, Standing]) -> dict[str, Standing]:
    """Logs each projection that has come to a halt since `known`; those that stand still now."""
    paused = {name: s for name, s in standings(connection).items() if s.state == "paused"}
    for name, standing in paused.items():
        if known.get(name) != standing:
            log.error(
                "a projection is paused", projection=name, position=standing.error_at, error=standing.error
            )
    return paused
