"""A real log for the laws of projections: written through the mapper and the key ring, emptied at will."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import psycopg
from psycopg import Connection, sql

from application import codec
from domain.facts import Fact, personal_fields
from infrastructure.cryptography.keys import KeyRing
from infrastructure.eventsourcing.store import LogStore
from infrastructure.postgres.connections import as_role, open_pool, snapshot
from infrastructure.postgres.recorder import LogEvent, LogRecorder
from projections.engine import batch
from projections.engine.definitions import PROJECTIONS, projection, schema_of
from projections.engine.rebuilding import rebuild
from projections.engine.runner import Runner, hold_folding, standings

CHUNK = 500
"""Facts per append."""

Row = Mapping[str, Any]


class Database(Protocol):
    """Two migrated databases, by the URL of a superuser."""

    @property
    def url(self) -> str: ...
    @property
    def keys_url(self) -> str: ...


class StandingClock:
    """Always the same instant: keys, once read, stay known."""

    def now(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A fact as the log holds it, its personal fields readable."""

    position: int
    recorded_at: datetime
    fact: Any

    @property
    def said_at(self) -> datetime:
        return min(self.fact.occurred_at, self.recorded_at)


class ToldLog:
    """The log of one database and the projections that are folded from it, one projection at a time."""

    def __init__(self, database: Database) -> None:
        self._pool = open_pool(database.url, "farley_api", size=2)
        self._reading_pool = open_pool(database.url, "farley_reader", size=2)
        self._keys_pool = open_pool(database.keys_url, "farley_keys", size=2)
        self.cipher = KeyRing(self._keys_pool, bytes(32), StandingClock())
        self.store = LogStore(LogRecorder(self._pool), self.cipher)
        self._superuser = psycopg.connect(database.url, autocommit=True)
        self.connection: Connection[Any] = psycopg.connect(
            as_role(database.url, "farley_projector"), autocommit=True
        )
        self._runner = Runner(self.connection)

    def close(self) -> None:
        self.connection.close()
        self._superuser.close()
        self._pool.close()
        self._reading_pool.close()
        self._keys_pool.close()

    # The log

    def empty(self, *folding: str) -> None:
        """No facts, no rows; from now on these projections fold, with those they need, and no others."""
        with self._superuser.transaction():
            self._superuser.execute("set local session_replication_role = replica")
            self._superuser.execute("delete from log.events; delete from log.receipts")
        self.empty_tables(*folding)

    def append(self, facts: Sequence[Fact]) -> None:
        for start in range(0, len(facts), CHUNK):
            chunk = facts[start : start + CHUNK]
            self.cipher.prepare({fact.customer_id for fact in chunk if personal_fields(type(fact))})  # type: ignore[attr-defined]
            self.store.recorder.insert_events([self.store.mapper.to_stored_event(fact) for fact in chunk])

    def recorded(self) -> list[Recorded]:
        """Every fact of the log, in its order."""
        return [
            Recorded(position=row[0], recorded_at=row[1], fact=self.store.mapper.to_domain_event(stored))
            for row, stored in self._stored()
        ]

    def values_of_tokens(self) -> dict[str, Any]:
        """What each sealed token in the log says, as plain JSON values."""
        found: dict[str, Any] = {}
        for _, stored in self._stored():
            fact = self.store.mapper.to_domain_event(stored)
            state = codec.decode(stored.state)
            for name in personal_fields(type(fact)) & state.keys():  # type: ignore[arg-type]
                found[state[name]] = getattr(fact, name)
        return found

    def _stored(self) -> Iterator[tuple[Any, LogEvent]]:
        rows = self.connection.execute(
            "select notification_id, recorded_at, stream_id, originator_version, stored_name, state"
            " from log.events order by notification_id"
        )
        for row in rows.fetchall():
            yield row, LogEvent(*row[2:])

    # Folding

    def catch_up(self) -> None:
        """Folds as a running projector does; a projection that could not fold is an AssertionError."""
        self._runner.catch_up()
        stopped = [s for s in standings(self.connection).values() if s.error is not None]
        if stopped:
            raise AssertionError(f"paused: {stopped}")

    def rebuild(self, name: str, *, batch_size: int = batch.REBUILD_SIZE) -> None:
        rebuilt(self.connection, name, batch_size=batch_size)

    def fold_in_batches(
        self, name: str, cuts: Sequence[int], *, zone: str = "UTC", turned: bool = False
    ) -> None:
        """Folds empty tables from the first fact on, in batches that end at these positions.

        `turned`: the facts of each batch lie in the opposite order, as they may after the log's table was
        vacuumed or read by another plan.
        """
        self.empty_tables(name)
        with self.connection.transaction():
            self.connection.execute("select set_config('timezone', %s, true)", [zone])
            for after, upto in zip((0, *cuts), (*cuts, self.head()), strict=True):
                self._fold(name, after=after, upto=upto, turned=turned)

    def fold_fact_by_fact(self, name: str) -> Iterator[int]:
        """Folds empty tables; the position of each fact when it is folded."""
        self.empty_tables(name)
        for position in range(1, self.head() + 1):
            with self.connection.transaction():
                self._fold(name, after=position - 1, upto=position)
            yield position

    def _fold(self, name: str, *, after: int, upto: int, turned: bool = False) -> None:
        hold_folding(self.connection)
        held = batch.fill(self.connection, after=after, upto=upto)
        if turned:
            self.connection.execute(_TURNED)
        for one in map(projection, with_needed(name)):
            held.fold(one, self.connection)

    def head(self) -> int:
        return self.store.head()

    # Tables

    def empty_tables(self, *folding: str) -> None:
        """No rows in any projection; these stand live at the log's begin, all others are halted."""
        names = sorted({name for one in folding for name in with_needed(one)})
        with self._superuser.transaction():
            for schema in map(schema_of, PROJECTIONS):
                for table in tables_of(self._superuser, schema):
                    self._superuser.execute(sql.SQL("delete from {}").format(sql.Identifier(schema, table)))
            self._superuser.execute(
                "update operation.projections set position = 0, error = null, error_at = null,"
                " state = case when name = any(%s) then 'live' else 'paused' end",
                [names],
            )

    def rows(self, name: str, shadow: Connection[Any] | None = None) -> dict[str, list[Row]]:
        """Every table of a projection, perhaps as a shadow has it; a sealed token stands as the value that it says."""
        values = self.values_of_tokens()
        where = (self.connection, schema_of(name)) if shadow is None else (shadow, "pg_temp")
        return {
            table: [
                {column: _opened(value, values) for column, value in row.items()}
                for row in read_table(*where, table)
            ]
            for table in tables_of(self.connection, schema_of(name))
        }

    def hashes(self, name: str) -> dict[str, str]:
        return hash_tables(self.connection, schema_of(name))

    @contextmanager
    def reading(self) -> Iterator[Connection[Any]]:
        """A connection as readers have it: of their role, one snapshot, rows as dicts."""
        with snapshot(self._reading_pool) as connection:
            yield connection


def rebuilt(
    connection: Connection[Any], *names: str, batch_size: int = batch.REBUILD_SIZE
) -> list[tuple[int, int]]:
    """Rebuilds projections without a wait between attempts to switch. Returns each (reached, last position)."""
    return list(rebuild(connection, *names, sleep=lambda _: None, operator="olga", batch_size=batch_size))


def tables_of(connection: Connection[Any], schema: str) -> list[str]:
    """The names of the tables in a schema, or of the views that show them."""
    rows = connection.execute(
        "select relname from pg_class where relnamespace = %s::regnamespace and relkind in ('r', 'v') order by 1",
        [schema],
    )
    return [row[0] for row in rows]


_TURNED = """
create temp table turned on commit drop as select * from pg_temp.event order by position desc;
truncate pg_temp.event;
insert into pg_temp.event select * from turned;
drop table turned
"""


def with_needed(name: str) -> tuple[str, ...]:
    """A projection after those whose tables it reads."""
    needed = projection(name).needs
    return (name,) if needed is None else (*with_needed(needed), name)


def read_table(connection: Connection[Any], schema: str, table: str) -> list[dict[str, Any]]:
    statement = sql.SQL("select * from {}").format(sql.Identifier(schema, table))
    with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return cursor.execute(statement).fetchall()


def hash_tables(connection: Connection[Any], schema: str) -> dict[str, str]:
    """A hash of each table's rows, whatever their order on disk: equal bytes, equal hash."""
    statement = sql.SQL(
        "select encode(sha256(convert_to(coalesce(string_agg(r, E'\\n' order by r collate \"C\"), ''),"
        " 'UTF8')), 'hex') from (select t::text as r from {} as t) rows"
    )
    hashes = {}
    for table in tables_of(connection, schema):
        row = connection.execute(statement.format(sql.Identifier(schema, table))).fetchone()
        assert row is not None
        hashes[table] = row[0]
    return hashes


def _opened(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: _opened(item, values) for name, item in value.items()}
    return values.get(value, value) if isinstance(value, str) else value
