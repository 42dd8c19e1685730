"""Lets a process sleep until there is work. It notes that it sleeps, and the process with new work sends a NOTIFY."""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from psycopg import Connection, sql

from infrastructure.machine.clock import Interruptible, await_readable


class Sleeper(StrEnum):
    """Who sleeps. The log wakes the projector, and the projector the dispatcher and the scheduler.

    `JOBS` is the part of the scheduler's process that works on jobs. Jobs wake it when they are asked or end.
    """

    PROJECTOR = "projector"
    DISPATCHER = "dispatcher"
    SCHEDULER = "scheduler"
    JOBS = "jobs"


class Bed:
    """The sleep of one process. While it sleeps, nothing else may use `connection` (autocommit)."""

    def __init__(self, connection: Connection[Any], sleeper: Sleeper, stop: Interruptible) -> None:
        self._connection = connection
        self._sleeper = sleeper
        self._stop = stop
        connection.execute(sql.SQL("listen {}").format(sql.Identifier(f"farley_{sleeper}")))

    def fall_asleep(self) -> bool:
        """Notes that this process sleeps, so that new work wakes it. The process must look for work once more.

        Returns False if there will be work in a moment.
        """
        row = self._connection.execute("select operation.fall_asleep(%s)", [self._sleeper]).fetchone()
        return bool(row and row[0])

    def sleep(self, seconds: float) -> bool:
        """Sleeps. Returns whether it was woken within these seconds. False also means that the process is to stop."""
        if not self._woken():
            await_readable([self._connection.fileno(), self._stop.fileno()], seconds)
        return self._woken()

    def _woken(self) -> bool:
        return any(list(self._connection.notifies(timeout=0)))


def wake(connection: Connection[Any], sleepers: Collection[Sleeper]) -> None:
    """Wakes those of them that sleep."""
    if sleepers:
        connection.execute("select operation.wake(name) from unnest(%s::text[]) as name", [list(sleepers)])
