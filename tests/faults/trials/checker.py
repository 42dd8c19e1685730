"""Compares the final state with what the clients were answered and what the mail server got.

Each check returns its findings as sentences; no finding means that what it checks holds.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from domain.deciding.stopping import HANDOVER_NAME
from projections.engine import shadow
from projections.engine.definitions import PROJECTIONS, schema_of
from projections.engine.runner import head, standings
from tests.faults.trials.history import Command
from tests.faults.trials.stories import Campaigned
from tests.projections.log import tables_of
from tests.smtp_sink import ReceivedMail

Connection = psycopg.Connection[Any]

_GAPS = """
select count(*), coalesce(max(notification_id), 0),
       count(*) filter (where recorded_at < before) from (
    select notification_id, recorded_at, lag(recorded_at) over (order by notification_id) as before
    from log.events) as log
"""
_BROKEN_STREAMS = """
select stream_id from log.events group by stream_id
having count(*) <> max(originator_version) - min(originator_version) + 1 or min(originator_version) <> 1
"""
_ABOUT = """
select customer_id, stored_name, count(*), max(notification_id) from log.events
where notification_id > %s and customer_id is not null group by 1, 2
"""
_RECEIPTS = "select key, count(*) from log.receipts where key = any(%s) group by 1"
_PLANNED = """
select count(*) from log.facts where stored_name in ('runs.RunPlanned', 'runs.RunMissed') and originator_id = %s
"""
_PAST_A_STOP = """
select m.customer_id, m.position from event.message_handed_over m
where m.run_id = %s and exists (
    select from event.complaint_opened c where c.customer_id = m.customer_id and c.position < m.position
)
"""
_HASH = """
select encode(sha256(convert_to(coalesce(string_agg(r, E'\\n' order by r collate "C"), ''), 'UTF8')), 'hex')
from (select t::text as r from {} as t) as rows
"""


def log_is_whole(connection: Connection) -> Iterator[str]:
    """Positions have no gaps, instants never go back, and no stream has a gap or a double."""
    row = connection.execute(_GAPS).fetchone()
    assert row is not None
    facts, last, backwards = row
    if facts != last:
        yield f"the log has {facts} facts up to position {last}"
    if backwards:
        yield f"recorded_at goes back {backwards} times"
    for (stream_id,) in connection.execute(_BROKEN_STREAMS):
        yield f"stream {stream_id} has a gap"


def commands_happened_once(connection: Connection, history: Iterable[Command], after: int) -> Iterator[str]:
    """Each acknowledged command once; each unanswered one whole or not at all; each key once."""
    commands = list(history)
    rows = connection.execute(_ABOUT, [after]).fetchall()
    counted = {(row[0], row[1]): row[2] for row in rows}
    last = {(row[0], row[1]): row[3] for row in rows}
    for command in commands:
        yield from command.refusals
        yield from _happened_once(command, counted)
        yield from _answered_its_position(command, last, head(connection))
    yield from _keys_were_used_once(connection, commands)


def _happened_once(command: Command, counted: Mapping[tuple[UUID, str], int]) -> Iterator[str]:
    stored = Counter({name: counted.get((command.subject, name), 0) for name in command.facts})
    if stored == command.facts or not (command.is_acknowledged or stored.total()):
        return
    word = "an acknowledged" if command.is_acknowledged else "an unanswered"
    yield f"{word} command left {dict(stored)} instead of {dict(command.facts)}: {command}"


def _answered_its_position(command: Command, last: Mapping[tuple[UUID, str], int], end: int) -> Iterator[str]:
    """A client that waits for the position that it was answered sees what it stated."""
    if command.answer is None or not command.facts:
        return
    needed = max(last.get((command.subject, name), 0) for name in command.facts)
    if not needed <= int(command.answer["position"]) <= end:
        yield f"{command.answer['position']} was answered, but the facts end at {needed}: {command}"


def _keys_were_used_once(connection: Connection, commands: Sequence[Command]) -> Iterator[str]:
    acknowledged = {c.key for c in commands if c.is_acknowledged and c.key is not None}
    kept = dict(connection.execute(_RECEIPTS, [list(acknowledged)]).fetchall())
    for key in sorted(acknowledged):
        if kept.get(key) != 1:
            yield f"the Idempotency-Key {key} has {kept.get(key, 0)} receipts"


def projections_equal_a_fresh_fold(connection: Connection) -> Iterator[str]:
    """Every table of every projection against one that is folded from the first fact, beside it, by hash.

    `connection` has the role of the projector and is in autocommit mode.
    """
    end = head(connection)
    for name, standing in standings(connection).items():
        if standing.error or standing.position != end:
            yield f"{name} is at position {standing.position} of {end}: {standing.error}"
    connection.execute("select set_config('search_path', %s, false)", [shadow.SEARCH_PATH])
    shadow.prepare(connection, PROJECTIONS)
    for _ in shadow.Shadow(connection, PROJECTIONS).fold_to(end):
        pass
    for name in PROJECTIONS:
        for table in tables_of(connection, schema_of(name)):
            live = sql.Identifier(schema_of(name), table)
            if _hash(connection, live) != _hash(connection, sql.Identifier("pg_temp", table)):
                yield f"{name}.{table} differs from a fresh fold up to position {end}"


def _hash(connection: Connection, table: sql.Identifier) -> str:
    row = connection.execute(sql.SQL(_HASH).format(table)).fetchone()
    assert row is not None
    return str(row[0])


def run_is_right(
    connection: Connection,
    run: dict[str, Any],
    decisions: Sequence[dict[str, Any]],
    campaigned: Campaigned,
    received: Sequence[ReceivedMail],
) -> Iterator[str]:
    """A run that is finished, balances, was planned once, sent each member at most one message and none past a stop."""
    if (run["state"], run["balanced"], run["audience"]) != ("finished", True, len(campaigned.members)):
        yield f"run {campaigned.run_id} does not balance: {run}"
    if {UUID(d["customer_id"]) for d in decisions} != set(campaigned.members):
        yield f"run {campaigned.run_id} decided about other people than its audience"
    planned = connection.execute(_PLANNED, [campaigned.run_id]).fetchone()
    if planned != (1,):
        yield f"run {campaigned.run_id} was planned {planned} times"
    for customer_id, position in connection.execute(_PAST_A_STOP, [campaigned.run_id]):
        yield f"{customer_id} complained before the handover at position {position}"
    yield from _messages_match_outcomes(decisions, campaigned, received)


MESSAGES = {"sent": (1,), "unknown": (0, 1)}
"""How many messages the mail server may have got, by outcome; by any other outcome none."""


def _messages_match_outcomes(
    decisions: Sequence[dict[str, Any]], campaigned: Campaigned, received: Sequence[ReceivedMail]
) -> Iterator[str]:
    got = Counter(address for mail in received for address in mail.recipients)
    for decision in decisions:
        address = campaigned.members.get(UUID(decision["customer_id"]), "")
        if got[address] not in MESSAGES.get(decision["outcome"], (0,)):
            yield f"{address} got {got[address]} messages, and the outcome is {decision['outcome']}"


def handovers_of(connection: Connection) -> int:
    row = connection.execute(
        "select count(*) from log.events where stored_name = %s", [HANDOVER_NAME]
    ).fetchone()
    assert row is not None
    return int(row[0])
