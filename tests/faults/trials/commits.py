"""The ambiguous commit: connections are cut around statements that commit, in all processes."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from infrastructure.postgres.embedded import RunningServer
from tests.faults.proxy import Cut, Proxy, never
from tests.faults.trials.installation import Installed, installed_behind

CUTTING_SECONDS = 6.0
SHARE = 0.25
"""Of the statements that commit. The others are left alone, so that the clients get on."""
COMMITS = ("commit", "select * from log.append", "select position from log.hand_over", "with made as")


def commits(statement: str) -> bool:
    """Whether this statement is a transaction of its own that stores something, or ends one."""
    return statement.strip().lower().startswith(COMMITS)


class AmbiguousCommits:
    """Cuts connections before the server sees a commit, during it, and after it but before its answer."""

    name = "commits"
    settles_within = 30.0

    def __init__(self) -> None:
        self._proxy: Proxy | None = None

    def inject(self, installed: Installed, rng: Random) -> Counter[str]:
        assert self._proxy is not None
        happened: Counter[str] = Counter()

        def plan(statement: str) -> Cut | None:
            if not commits(statement) or rng.random() > SHARE:
                return None
            cut = rng.choice(list(Cut))
            happened[f"connections cut {cut} a commit"] += 1
            return cut

        self._proxy.plan = plan
        time.sleep(CUTTING_SECONDS)
        self._proxy.plan = never
        return happened

    @contextmanager
    def installed(self) -> Iterator[Installed]:
        """An installation whose processes reach PostgreSQL through the proxy only."""
        with installed_behind(self._listening) as installed:
            yield installed

    @contextmanager
    def _listening(self, server: RunningServer) -> Iterator[Callable[[str], str]]:
        with Proxy(server.socket_dir / f".s.PGSQL.{server.port}") as proxy:
            self._proxy = proxy
            yield proxy.url
