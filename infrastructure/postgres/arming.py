"""The dispatcher is armed while the log has the fact at the position that was noted outside the database.

A restored database does not know of the messages that were sent after its backup, and a dispatcher would send them
again. It does not know of later complaints and withdrawals either. Therefore a dispatcher notes the log's position in a
file: every few seconds, and after each handover before the message leaves. A database that has no such fact was
restored, or its server failed over to a copy that lags behind. Then nothing is sent until an operator says so.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool

from application.dispatch.ports import Handovers, LeaseLost, PendingHandover
from application.leases import Lease
from domain.deciding.stopping import HANDOVER_NAME
from domain.errors import StoreUnavailable
from domain.ports import Clock
from infrastructure.machine import noted_position
from infrastructure.machine.noted_position import NotedPosition
from infrastructure.postgres.connections import borrowed, translated

LOOK_SECONDS = 1.0
NOTE_SECONDS = 3.0

_FACT = """
select notification_id, encode(sha256(convert_to(concat_ws(' ', stream_id, originator_version,
           extract(epoch from recorded_at)), 'UTF8') || state), 'hex')
from log.events where notification_id = {}
"""
_HEAD = "(select max(notification_id) from log.events)"
_ANY_HANDOVER = "select exists (select from log.events where stored_name = %s)"


class PositionNotWritten(StoreUnavailable):
    """The position of the log cannot be noted in its file."""


class LogWentBack(Exception):
    """The database was replaced by an earlier state of itself while the dispatcher ran."""


class Arming:
    """Compares the noted position with the log, and notes new ones. `path` names the file."""

    def __init__(self, pool: ConnectionPool, path: Path) -> None:
        self._pool = pool
        self._path = path

    def disagreement(self) -> str | None:
        """Returns why the dispatcher must not send, None if it may. Notes the head of a log that never sent."""
        noted = noted_position.read(self._path)
        with borrowed(self._pool) as connection:
            reason = disagreement(connection, noted)
        if noted is None and reason is None:
            self.note_head()
        return reason

    def note_head(self) -> None:
        """Notes the position of the log's last fact."""
        with borrowed(self._pool) as connection:
            self._write(fact_at(connection) or NotedPosition(position=0, fact=""))

    def note(self, position: int) -> None:
        """Notes this position. Raises PositionNotWritten if the file cannot be written."""
        with borrowed(self._pool) as connection:
            fact = fact_at(connection, position)
        if fact is not None:
            self._write(fact)

    def _write(self, noted: NotedPosition) -> None:
        if noted != noted_position.read(self._path):
            try:
                noted_position.write(self._path, noted)
            except OSError as error:
                raise PositionNotWritten() from error


def disagreement(connection: Connection[Any], noted: NotedPosition | None) -> str | None:
    """Returns why a dispatcher with this note must not send from this log, None if it may."""
    if noted is None:
        row = connection.execute(_ANY_HANDOVER, [HANDOVER_NAME]).fetchone()
        return "No position is noted here, but this log has sent messages." if row and row[0] else None
    if noted.position == 0 or noted == fact_at(connection, noted.position):
        return None
    return f"The log does not have the fact that was noted outside the database at position {noted.position}."


def fact_at(connection: Connection[Any], position: int | None = None) -> NotedPosition | None:
    """Returns the fact at this position, or the log's last one, as it is noted. Returns None if there is none."""
    statement = _FACT.format(_HEAD if position is None else "%s")
    row = connection.execute(statement.encode(), [] if position is None else [position]).fetchone()
    return NotedPosition(position=row[0], fact=row[1]) if row is not None else None


def arm(url: str, path: Path, operator: str) -> NotedPosition:
    """Notes the log's present head, with which the dispatcher agrees, and records the operator in the database."""
    with translated(), psycopg.connect(url, autocommit=True) as connection:
        earlier = noted_position.read(path)
        head = fact_at(connection) or NotedPosition(position=0, fact="")
        connection.execute(
            'insert into operation.armings (operator, noted_position, "position") values (%s, %s, %s)',
            [operator, earlier.position if earlier else None, head.position],
        )
    noted_position.write(path, head)
    return head


class ArmedLease:
    """A lease that is held only while the noted position agrees with the log. `disarmed` says why it is not held."""

    def __init__(self, lease: Lease, arming: Arming, clock: Clock) -> None:
        self.disarmed: str | None = None
        self._lease = lease
        self._arming = arming
        self._clock = clock
        self._has_held = False
        self._look_at = self._note_at = float("-inf")

    def hold(self) -> int | None:
        """Raises LogWentBack if the dispatcher was armed before. It has to be restarted: it remembers lost facts."""
        now = self._clock.monotonic()
        if now >= self._look_at:
            self.disarmed, self._look_at = self._arming.disagreement(), now + LOOK_SECONDS
        if self.disarmed is not None:
            if self._has_held:
                raise LogWentBack(self.disarmed)
            return None
        epoch = self._lease.hold()
        if epoch is not None:
            self._has_held = True
            self._note_when_due(now)
        return epoch

    def forget(self) -> None:
        self._lease.forget()

    def release(self) -> None:
        self._lease.release()

    def _note_when_due(self, now: float) -> None:
        if now >= self._note_at:
            self._arming.note_head()
            self._note_at = now + NOTE_SECONDS


class NotedHandovers:
    """Handovers whose position is noted before anything is sent."""

    def __init__(self, handovers: Handovers, arming: Arming) -> None:
        self._handovers = handovers
        self._arming = arming

    def hand_over(
        self, pending: Sequence[PendingHandover], *, campaign_id: UUID, epoch: int, read_position: int
    ) -> list[int | None]:
        """Raises LeaseLost if the log went back since the lease was looked at."""
        if self._arming.disagreement() is not None:
            raise LeaseLost()
        positions = self._handovers.hand_over(
            pending, campaign_id=campaign_id, epoch=epoch, read_position=read_position
        )
        if handed := [position for position in positions if position is not None]:
            self._arming.note(max(handed))
        return positions
