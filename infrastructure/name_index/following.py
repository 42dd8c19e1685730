"""Makes the index of names follow the log, and makes it anew."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool

from application.personal import PersonalCipher
from domain.customers.name_words import RULES, words_of
from domain.ports import Sleep
from infrastructure.cryptography.word_hashes import WordHashes
from infrastructure.postgres.connections import borrowed
from infrastructure.read_models.pool import PooledReading
from projections.customers.naming import NamedCustomer, named_by_facts, named_in_order, opened
from projections.engine.runner import head, position_of
from projections.sealed import Row

STEP = 2_000
"""The most facts of a step. A person whom it is about can be forgotten only after the step."""
CHUNK = 1_000
"""The customers of a step of a rebuild."""
LAST = UUID(int=2**128 - 1)
BUSY_SECONDS = 0.01
"""The wait while another thread writes the index, or a person whom the step is about is being forgotten."""
_POSITION = 'select "position" from keys.name_index'
_HOLD_POSITION = f"{_POSITION} for update nowait"
_RULES = "select rules from keys.name_index"
_DELETE = """
delete from keys.name_words where profile_id = any(%(customers)s) and profile_id <> all(%(named)s)
"""
_WRITE = """
insert into keys.name_words as w
select profile_id, coalesce(array_agg(word order by word) filter (where not is_town), '{}'),
       coalesce(array_agg(word order by word) filter (where is_town), '{}')
from unnest(%(profiles)s::uuid[], %(words)s::uuid[], %(are_towns)s::boolean[]) as told(profile_id, word, is_town)
group by profile_id
on conflict (profile_id) do update set names = excluded.names, towns = excluded.towns
where (w.names, w.towns) <> (excluded.names, excluded.towns)
"""
_DELETE_OTHERS = """
delete from keys.name_words
where profile_id >= %(first)s and profile_id <= %(last)s and profile_id <> all(%(customers)s)
"""


Done = TypeVar("Done")


class Following:
    """Writes the rows of the index, one thread of all processes at a time.

    `new_cipher` makes a cipher that remembers no keys.
    """

    def __init__(
        self,
        keys_pool: ConnectionPool,
        reading: PooledReading,
        hashes: WordHashes,
        new_cipher: Callable[[], PersonalCipher],
        sleep: Sleep,
    ) -> None:
        self._pool = keys_pool
        self._reading = reading
        self._hashes = hashes
        self._new_cipher = new_cipher
        self._sleep = sleep

    def position(self) -> int:
        """Returns the position up to which the index has followed the log."""
        with borrowed(self._pool) as connection:
            return _number(connection, _POSITION)

    def step(self, most: int | None = None) -> bool:
        """Follows the next facts, at most `most` or STEP. Returns False if the read model of customers has folded none.

        If the log is shorter than what the index has followed, it is an older copy: the index begins again.
        """
        followed = self._unless_busy(lambda connection: self._follow(connection, most or STEP))
        return followed is None or followed

    def is_outdated(self) -> bool:
        """Whether the rows were made by other rules than those of this version."""
        with borrowed(self._pool) as connection:
            return _number(connection, _RULES) != RULES

    def rebuild(self) -> Iterator[int]:
        """Makes all rows anew, while they serve. Yields how many customers are done.

        Rows of profiles that are no customers are deleted. The index goes on following the log meanwhile.
        """
        next_id, done = 0, 0
        while next_id <= LAST.int:
            last, customers = self._rebuild_next(UUID(int=next_id))
            next_id, done = last.int + 1, done + customers
            yield done
        with borrowed(self._pool) as connection:
            connection.execute("update keys.name_index set rules = %s", [RULES])

    def _follow(self, connection: Connection[Any], most: int) -> bool:
        position = _number(connection, _HOLD_POSITION)
        with self._reading.snapshot() as store:
            after = position if position <= head(store) else 0
            upto = min(after + most, position_of(store, ["customers"]))
            rows = named_by_facts(store, after=after, upto=upto)
        if upto <= after:
            return False
        self._replace(connection, rows)
        connection.execute('update keys.name_index set "position" = %s', [upto])
        return True

    def _rebuild_next(self, first: UUID) -> tuple[UUID, int]:
        """Makes the next rows from this id on anew. Returns up to which id it did, and for how many customers."""
        while True:
            rebuilt = self._unless_busy(lambda connection: self._rebuild_chunk(connection, first))
            if rebuilt is not None:
                return rebuilt

    def _rebuild_chunk(self, connection: Connection[Any], first: UUID) -> tuple[UUID, int]:
        _number(connection, _HOLD_POSITION)
        with self._reading.snapshot() as store:
            rows = named_in_order(store, first=first, most=CHUNK)
        customers = [row["customer_id"] for row in rows]
        last = customers[-1] if len(customers) == CHUNK else LAST
        connection.execute(_DELETE_OTHERS, {"first": first, "last": last, "customers": customers})
        self._replace(connection, rows)
        return last, len(customers)

    def _unless_busy(self, work: Callable[[Connection[Any]], Done]) -> Done | None:
        """Returns the result of this work in a transaction. If a lock is not free, returns None after a short wait.

        Nobody waits for a lock with a connection: whoever has the lock needs a second one, for the keys.
        """
        with borrowed(self._pool) as connection:
            try:
                with connection.transaction():
                    return work(connection)
            except psycopg.errors.LockNotAvailable:
                pass
        self._sleep(BUSY_SECONDS)
        return None

    def _replace(self, connection: Connection[Any], rows: list[Row]) -> None:
        """Replaces the rows of these customers. Their keys are held first and read then, so none is a deleted one."""
        customers = [row["customer_id"] for row in rows]
        connection.execute("select keys.hold_keys(%s)", [customers])
        told = [entry for named in opened(self._new_cipher(), rows) for entry in self._entries(named)]
        profiles, words, are_towns = map(list, zip(*told, strict=True)) if told else ([], [], [])
        connection.execute(_DELETE, {"customers": customers, "named": profiles})
        connection.execute(_WRITE, {"profiles": profiles, "words": words, "are_towns": are_towns})

    def _entries(self, named: NamedCustomer) -> Iterator[tuple[UUID, UUID, bool]]:
        """Yields the profile, the hash, and whether it is of a town, for each word."""
        for texts, are_towns in ((named.names, False), (named.towns, True)):
            words = frozenset().union(*map(words_of, texts))
            for hashed in self._hashes.of(words).values():
                yield named.customer_id, hashed, are_towns


def _number(connection: Connection[Any], question: str) -> int:
    row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return int(row[0])
