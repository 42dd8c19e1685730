"""A projector that is stopped while it folds holds the lock for folding until PostgreSQL ends its session."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from projections.engine.runner import head, standings
from tests.faults.trials.installation import LEASE_SECONDS, Installed, second
from tests.faults.trials.poison import serving_schema
from tests.processes.up import eventually

GOES_ON_WITHIN = 10.0
"""Seconds after the lease of a stopped projector within which another one has folded everything."""
_WAITING = """
select count(*) from pg_locks w join pg_locks h using (pid)
where not w.granted and h.granted and h.relation = 'operation.folding'::regclass
"""


class HeldFolds:
    """The projector is stopped while it folds; a second one starts and goes on; the first one continues."""

    name = "held"
    settles_within = 30.0

    def inject(self, installed: Installed, rng: Random) -> Counter[str]:
        time.sleep(rng.uniform(0, 1.0))
        projector = installed.process("projector")
        with _waiting_inside(installed):
            os.kill(projector, signal.SIGSTOP)
        stopped = time.monotonic()
        try:
            with second(installed, "projector"):
                self._goes_on(installed, stopped)
                os.kill(projector, signal.SIGCONT)
        finally:
            os.kill(projector, signal.SIGCONT)
        return Counter({"stops of the projector inside its transaction": 1})

    def _goes_on(self, installed: Installed, stopped: float) -> None:
        with installed.connect() as connection:
            end = head(connection)
            assert eventually(lambda: min(s.position for s in standings(connection).values()) >= end)
        seconds = time.monotonic() - stopped
        assert seconds < LEASE_SECONDS + GOES_ON_WITHIN, f"nobody folded for {seconds:.1f} seconds"


@contextmanager
def _waiting_inside(installed: Installed) -> Iterator[None]:
    """Within the block, the projector has begun a transaction and waits in it for a table."""
    with installed.connect() as connection, installed.connect() as watching:
        table = f"{serving_schema(connection, 'timeline')}.timeline_entry"
        with connection.transaction():
            connection.execute(f"lock table {table} in access exclusive mode".encode())
            assert eventually(lambda: watching.execute(_WAITING).fetchone() != (0,)), (
                "the projector does not fold"
            )
            yield
