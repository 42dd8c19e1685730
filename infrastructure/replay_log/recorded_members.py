"""The RecordedMembers port: read models say where the decisions about a member stand, the log says what they are."""

from typing import Any, cast
from uuid import UUID

from psycopg import Connection
from psycopg.rows import tuple_row

from application.replaying.ports import LoggedFact, RecordedDecision, RecordedMember
from domain.messages.events import MessageHandedOver, MessageWithheld
from domain.messages.message import Message
from domain.runs.events import RunAudienceListed, RunPlanned
from domain.runs.run import Run
from infrastructure.read_models.pool import PooledReading
from infrastructure.replay_log.logged_runs import logged
from projections.decision_facts.in_run import membership

SECOND = [fact.stored_name for fact in (MessageHandedOver, MessageWithheld)]
MOST_SECOND = 5
"""The most second decisions about a member that are returned: the newest ones."""

_WHERE = """
select a.position as listed_at, d.position as decided_at, m.message_id
from run_member a
left join run_decision d on d.run_id = a.run_id and d.member_id = a.member_id
left join message m on m.run_id = a.run_id and m.member_id = a.member_id
where a.run_id = %s and a.member_id = %s
"""
_AT = """
select position, recorded_at, stored_name, originator_version, data from log.facts
where position = any(%s) order by position
"""
_PLANNED = """
select position, recorded_at, stored_name, originator_version, data from log.facts
where stream_id = %s and stored_name = %s order by originator_version limit 1
"""
_SECOND = """
select position, recorded_at, stored_name, originator_version, data from log.facts
where stream_id = %s and stored_name = any(%s) order by originator_version desc limit %s
"""


class RecordedMembersInLog:
    """Reads the decisions about a member with four statements, each by an index."""

    def __init__(self, reading: PooledReading) -> None:
        self._reading = reading

    def member(self, run_id: UUID, person_id: UUID) -> RecordedMember | None:
        with self._reading.snapshot() as connection:
            member_id = membership(connection, person_id, run_id).member_id
            where = cast(Any, connection.execute(_WHERE, [run_id, member_id]).fetchone())
            if where is None:
                return None
            planned = _facts(connection, _PLANNED, Run.stream_of(run_id), RunPlanned.stored_name)
            positions = [where[name] for name in ("listed_at", "decided_at") if where[name] is not None]
            listing, *chunk = _facts(connection, _AT, positions)
            return RecordedMember(
                member_id=member_id,
                planned=cast(RunPlanned, planned[0].fact),
                part=cast(RunAudienceListed, listing.fact).members,
                decided=(*chunk, *_second(connection, where["message_id"])),
            )


def _second(connection: Connection[Any], message_id: UUID | None) -> list[LoggedFact[RecordedDecision]]:
    """Returns the newest second decisions, in the log's order."""
    if message_id is None:
        return []
    return _facts(connection, _SECOND, Message.stream_of(message_id), SECOND, MOST_SECOND)[::-1]


def _facts(connection: Connection[Any], statement: str, *values: Any) -> list[LoggedFact[Any]]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        return [logged(row) for row in cursor.execute(statement.encode(), values)]
