"""A reader that follows the log while faults happen, and must not miss a position."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import psycopg

PAUSE_SECONDS = 0.005
MOST = 1_000
_NEXT = """
select notification_id, stream_id::text, originator_version, stored_name, md5(state)
from log.events where notification_id > %s order by notification_id limit %s
"""
Seen = tuple[int, str, int, str, str]


class TailingReader:
    """Polls for what follows the last position that it has seen, on a thread of its own."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self._connect = connect
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tailing-reader", daemon=True)
        self.seen: list[Seen] = []

    def __enter__(self) -> "TailingReader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join(30)

    def missed(self, log: Sequence[Seen]) -> list[str]:
        """What this reader did not see, or saw otherwise, of the log as it is in the end."""
        seen = {row[0]: row for row in self.seen}
        return [f"a tailing reader missed position {row[0]}" for row in log if seen.get(row[0]) != row]

    def _run(self) -> None:
        while not self._stopped.is_set():
            with suppress(psycopg.Error), self._connect() as connection:
                self._follow(connection)
            self._stopped.wait(PAUSE_SECONDS * 10)

    def _follow(self, connection: psycopg.Connection[Any]) -> None:
        while not self._stopped.is_set():
            last = self.seen[-1][0] if self.seen else 0
            rows = connection.execute(_NEXT, [last, MOST]).fetchall()
            self.seen += rows
            if len(rows) < MOST:
                self._stopped.wait(PAUSE_SECONDS)


def whole_log(connection: psycopg.Connection[Any]) -> list[Seen]:
    return connection.execute(_NEXT, [0, None]).fetchall()
