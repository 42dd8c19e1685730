"""Sleeping until there is work: a process notes that it sleeps, and whoever makes work for it wakes it by NOTIFY."""

import select
from collections.abc import Collection
from enum import StrEnum
from typing import Any

from psycopg import Connection, sql

from infrastructure.machine.clock import Interruptible


class Sleeper(StrEnum):
    """Who sleeps. The log wakes the projector, the projector the others."""

    PROJECTOR = "projector"
    DISPATCHER = "dispatcher"
    SCHEDULER = "scheduler"


class Bed:
    """Where one process sleeps. `connection` (autocommit) is used by nobody else while it does."""

    def __init__(self, connection: Connection[Any], sleeper: Sleeper, stop: Interruptible) -> None:
        self._connection = connection
        self._sleeper = sleeper
        self._stop = stop
        connection.execute(sql.SQL("listen {}").format(sql.Identifier(f"farley_{sleeper}")))

    def fall_asleep(self) -> bool:
        """From now on whoever makes work wakes this process. It looks for work once more before it sleeps.

        False where there will be work in a moment.
        """
        row = self._connection.execute("select operation.fall_asleep(%s)", [self._sleeper]).fetchone()
        return bool(row and row[0])

    def sleep(self, seconds: float) -> bool:
        """Whether it was woken before so many seconds had passed; False also where it was told to stop."""
        if not self._woken():
            select.select([self._connection.fileno(), self._stop.fileno()], [], [], seconds)
        return self._woken()

    def _woken(self) -> bool:
        return any(list(self._connection.notifies(timeout=0)))


def wake(connection: Connection[Any], sleepers: Collection[Sleeper]) -> None:
    """Wakes those of them that sleep."""
    if sleepers:
        connection.execute("select operation.wake(name) from unnest(%s::text[]) as name", [list(sleepers)])
