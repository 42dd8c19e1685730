"""Pools of connections that stay open for the next test on the same databases.

The first statements of a new connection take many times as long as later ones: the server reads its catalogs and
plans each statement again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg_pool import ConnectionPool, PoolTimeout

from infrastructure.postgres.connections import open_pool

LONGEST = 5.0
"""The seconds that a kept pool may need to lend one of its idle connections."""


class KeptPools:
    """The pools of one test's databases, each lent to one installation at a time."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, str, int], list[ConnectionPool]] = {}

    @contextmanager
    def lend(self, url: str, role: str, *, size: int) -> Iterator[ConnectionPool]:
        """Lends an open pool of this role. Its size is the same each time."""
        idle = self._idle.setdefault((url, role, size), [])
        pool = idle.pop() if idle else open_pool(url, role, size=size)
        yield pool
        idle.append(pool)

    def backends(self) -> list[int]:
        """Returns the backend ids of all kept connections. It closes the pools that a test left unusable."""
        found: list[int] = []
        for idle in self._idle.values():
            for pool in list(idle):
                backends = _backends(pool)
                if not backends:
                    pool.close()
                    idle.remove(pool)
                found += backends
        return found

    def close(self) -> None:
        for idle in self._idle.values():
            while idle:
                idle.pop().close()


def _backends(pool: ConnectionPool) -> list[int]:
    """Returns the backend ids of a pool's connections; none if a test still holds one, or ended one."""
    stats = pool.get_stats()
    size = stats["pool_size"]
    if stats["pool_available"] != size or stats.get("requests_waiting"):
        return []
    connections = []
    try:
        for _ in range(size):
            connections.append(pool.getconn(LONGEST))
        return [connection.info.backend_pid for connection in connections]
    except PoolTimeout:
        return []
    finally:
        for connection in connections:
            pool.putconn(connection)
