"""Opens what every process except the projector needs: its pools, the keys, the log and the read models."""

from contextlib import AbstractContextManager, ExitStack
from typing import ClassVar, Protocol, Self

from psycopg_pool import ConnectionPool

from application.deciding.asking import InstallationSettings
from domain.ports import Clock
from infrastructure.cryptography.keys import KeyRing
from infrastructure.eventsourcing.store import LogStore
from infrastructure.machine.clock import Interruptible, SystemClock
from infrastructure.machine.home import Located
from infrastructure.postgres.connections import open_pool
from infrastructure.postgres.fingerprints import refuse_other_keys
from infrastructure.postgres.recorder import LogRecorder
from infrastructure.read_models.pool import PooledReading


class Pools(Protocol):
    """What opens a pool of connections to one database under one role. Leaving the context closes the pool."""

    def __call__(self, url: str, role: str, *, size: int) -> AbstractContextManager[ConnectionPool]: ...


class Installation:
    """One process's view of an installation: everything it opened, closed together.

    `role` is the database role of the process. Tests set the time of the log with `brought_clock`, and use pools
    again with `pools`.
    """

    role: ClassVar[str]

    def __init__(
        self,
        located: Located,
        *,
        pool_size: int = 8,
        clock: Clock | None = None,
        brought_clock: Clock | None = None,
        pools: Pools = open_pool,
    ) -> None:
        self.located, self.settings = located, located.settings
        self.clock, self.brought_clock = clock or SystemClock(), brought_clock
        self.sleep = Interruptible()
        self._opened = ExitStack()
        self._opened.callback(self.sleep.close)  # last of all
        self._pools = pools
        self._open_pools(pool_size)
        refuse_other_keys(located, self.pool, self.keys_pool)
        self.keys = KeyRing(self.keys_pool, located.wrapping_key, self.clock)
        self.recorder = LogRecorder(self.pool, brought_clock)
        self.store = LogStore(self.recorder, self.keys)
        self.reading = PooledReading(
            self.reading_pool, self.keys, self.clock, self.sleep, threads=self.settings.threads
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.sleep.stop()
        self._opened.close()

    @property
    def for_decisions(self) -> InstallationSettings:
        return InstallationSettings(zone=self.settings.time_zone, smtputf8=self.settings.smtputf8)

    def _open_pools(self, size: int) -> None:
        self.pool = self._open(self.located.database_url, self.role, size)
        # one more than the threads that can hold one, so that a nested query finds a connection
        self.reading_pool = self._open(self.located.database_url, "farley_reader", size + 1)
        self.keys_pool = self._open(self.located.keys_url, "farley_keys", size)

    def _open(self, url: str, role: str, size: int) -> ConnectionPool:
        return self._opened.enter_context(self._pools(url, role, size=size))
