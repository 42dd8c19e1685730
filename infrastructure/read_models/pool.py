"""The Reading port on a pool: snapshots, and waiting for a position."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any, TypeVar

from psycopg import Connection
from psycopg.errors import UndefinedColumn, UndefinedTable
from psycopg_pool import ConnectionPool

from application import codec
from application.personal import PersonalCipher
from application.reading import Progress
from domain.ports import Clock, Sleep
from infrastructure.postgres.connections import borrowed, snapshot, use_serving_tables
from infrastructure.read_models.waiting import SharedWait
from projections.engine.reached import TablesSwitched, reached

Answer = TypeVar("Answer")
MOST_SWITCHES = 5
"""The number of switches to rebuilt tables that one question may meet."""
LONGEST_TAIL = 50_000
"""The largest number of facts that are not folded yet and are searched for an actor's own."""
_LAST_STATED = """
select notification_id from log.events
where notification_id > greatest(%(after)s, (select max(notification_id) from log.events) - %(longest)s)
  and strpos(convert_from(state, 'UTF8'), %(stated)s) > 0
order by notification_id desc limit 1
"""


def last_stated_by(connection: Connection[Any], actor: str, *, after: int) -> int:
    """Returns the position of this actor's last fact after the position `after`, or 0 if there is none."""
    stated = codec.encode({"actor": actor}).decode()[1:-1]
    row = connection.execute(
        _LAST_STATED, {"after": after, "longest": LONGEST_TAIL, "stated": stated}
    ).fetchone()
    return row[0] if row is not None else 0


class PooledReading:
    """Reads the projections. All statements in one `snapshot` see one state."""

    def __init__(
        self, pool: ConnectionPool, cipher: PersonalCipher, clock: Clock, sleep: Sleep, *, threads: int
    ) -> None:
        self._pool = pool
        self.cipher = cipher
        self.clock = clock
        self._waits = SharedWait(self.position, clock, sleep, places=max(1, threads // 4))

    def snapshot(self) -> AbstractContextManager[Connection[Any]]:
        """A read-only connection whose rows are dicts."""
        return snapshot(self._pool)

    def ask(self, question: Callable[[Connection[Any]], Answer]) -> Answer:
        """Returns the answer to a question that one statement reads, together with how far the read models are.

        One statement sees one state by itself, so it needs no transaction around it. If the connection's search path
        is older than a switch, the path is set and the question is asked again.
        """
        with borrowed(self._pool) as connection:
            for _ in range(MOST_SWITCHES):
                with suppress(TablesSwitched, UndefinedTable, UndefinedColumn):
                    return question(connection)
                use_serving_tables(connection)
            return question(connection)

    def last_stated(self, actor: str, *, after: int) -> int:
        with borrowed(self._pool) as connection:
            return last_stated_by(connection, actor, after=after)

    def position(self) -> int:
        """Up to which position every projection that is not paused has folded."""
        with borrowed(self._pool) as connection:
            return reached(connection).folded

    def progress(self, actor: str) -> Progress:
        """Returns the progress, with a single statement if no read model is behind."""
        with borrowed(self._pool) as connection:
            now = reached(connection)
            own = last_stated_by(connection, actor, after=now.folded) if now.folded < now.head else 0
            return Progress(folded=now.folded, head=now.head, own=own, paused=now.paused)

    def wait_for(self, position: int, seconds: float, *, without_place: float = 0.0) -> None:
        self._waits.until(position, seconds, without_place=without_place)
