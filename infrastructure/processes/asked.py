"""The projector does what was asked over HTTP to be done to projections."""

from contextlib import closing
from threading import Thread
from typing import Any

import structlog
from psycopg import Connection

from domain.errors import Unavailable
from infrastructure.machine.clock import Interruptible, SystemClock
from infrastructure.machine.home import Located
from infrastructure.postgres.connections import translated
from infrastructure.wiring.projector import projector_connection
from projections.engine import batch, requests
from projections.engine.beside import CannotBeFolded
from projections.engine.rebuilding import RebuildRunning, rebuild
from projections.engine.runner import Intervention

log = structlog.get_logger("projector")

LOOK_SECONDS = 1.0
"""The projector looks for requests this often while it folds without a rest, and after each rest."""


class Asked:
    """The requests. A rebuild runs in a thread of its own, while the projector goes on."""

    def __init__(self, located: Located, sleep: Interruptible) -> None:
        self._located = located
        self._sleep = sleep
        self._clock = SystemClock()
        self._looked_at = -LOOK_SECONDS
        self._rebuilding: Thread | None = None

    def do_due(self, connection: Connection[Any], *, rested: bool) -> None:
        """Does what waits, if it is time to look."""
        now = self._clock.monotonic()
        if not rested and now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        for asked in requests.waiting(connection):
            if asked.action is not Intervention.REBUILD:
                log.info("an intervention was asked for", action=asked.action, projection=asked.projection)
                requests.do(connection, asked)
            elif self._rebuilding is None or not self._rebuilding.is_alive():
                self._rebuilding = Thread(
                    target=self._rebuild, args=[asked], name="asked rebuild", daemon=True
                )
                self._rebuilding.start()

    def _rebuild(self, asked: requests.AskedIntervention) -> None:
        """Rebuilds. While another rebuild runs, or the database is away, the request waits."""
        try:
            with translated(), projector_connection(self._located) as connection:
                batch.prepare(connection)
                self._rebuild_on(connection, asked)
        except (RebuildRunning, Unavailable) as reason:
            log.warning("a rebuild that was asked for waits", error=type(reason).__name__)

    def _rebuild_on(self, connection: Connection[Any], asked: requests.AskedIntervention) -> None:
        steps = rebuild(connection, asked.projection, sleep=self._sleep, operator=asked.operator)
        try:
            with closing(steps):
                for _ in steps:
                    requests.begin(connection, asked)
                    if self._sleep.stopped:
                        return
        except CannotBeFolded as reason:
            requests.refuse(connection, asked, str(reason))
        else:
            requests.end(connection, asked)
