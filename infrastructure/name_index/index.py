"""The NameIndex port on the database of the keys.

A row is of one profile. It references the profile's key and is deleted with it, so a forgotten person has none.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from application.name_index import Candidates, Matched, WordOf
from domain.errors import ProjectionBehind
from domain.ports import Clock
from infrastructure.cryptography.word_hashes import WordHashes
from infrastructure.name_index.following import Following
from infrastructure.postgres.connections import borrowed

MOST = 1_000
"""The most profiles that a search looks at."""
_BY_INDEX = "select set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"
_COUNTS = """
select word, (
    select count(*) from (select from keys.name_words where names || towns @> array[word] limit %(most)s) few
) from unnest(%(words)s::uuid[]) as word
"""
_WITH_ALL = """
select profile_id, names, towns from keys.name_words where names || towns @> %(words)s::uuid[] limit %(most)s
"""
_OF_PROFILES = """
select profile_id, names, towns from keys.name_words
where profile_id = any(%(profiles)s) and names || towns && %(words)s::uuid[]
"""
Hashes = dict[str, UUID]


class NameIndexInKeys:
    """Finds profiles. `following` makes the index follow the log."""

    def __init__(
        self, keys_pool: ConnectionPool, hashes: WordHashes, following: Following, clock: Clock
    ) -> None:
        self._pool = keys_pool
        self._hashes = hashes
        self._following = following
        self._clock = clock

    def position(self) -> int:
        return self._following.position()

    def catch_up(self, position: int, seconds: float) -> int:
        deadline = self._clock.monotonic() + seconds
        while self.position() < position and self._following.step():
            if self._clock.monotonic() >= deadline:
                raise ProjectionBehind(position=str(position))
        return self.position()

    def candidates(self, words: Collection[str]) -> Candidates:
        hashes = self._hashes.of(words)
        with self._by_index() as connection:
            asked = {"words": list(hashes.values()), "most": MOST + 1}
            counts = dict(connection.execute(_COUNTS, asked).fetchall())
            rarest = min(counts, key=lambda word: counts[word])
            needed = [rarest] if counts[rarest] <= MOST else asked["words"]
            rows = connection.execute(_WITH_ALL, {**asked, "words": needed}).fetchall()
        return Candidates(profiles=_matched(rows[:MOST], hashes), are_all=len(rows) <= MOST)

    def matched(self, profile_ids: Collection[UUID], words: Collection[str]) -> dict[UUID, Matched]:
        hashes = self._hashes.of(words)
        with borrowed(self._pool) as connection:
            asked = {"profiles": list(profile_ids), "words": list(hashes.values())}
            return _matched(connection.execute(_OF_PROFILES, asked).fetchall(), hashes)

    @contextmanager
    def _by_index(self) -> Iterator[Connection[Any]]:
        """A transaction that finds rows by the index of words, however few rows PostgreSQL believes there are."""
        with borrowed(self._pool) as connection, connection.transaction():
            connection.execute(_BY_INDEX)
            yield connection


def _matched(rows: Iterable[tuple[UUID, list[UUID], list[UUID]]], hashes: Hashes) -> dict[UUID, Matched]:
    return {profile: dict(_words_in(set(names), set(towns), hashes)) for profile, names, towns in rows}


def _words_in(names: set[UUID], towns: set[UUID], hashes: Hashes) -> Iterable[tuple[str, frozenset[WordOf]]]:
    """Yields each word whose hash is among these, and what it belongs to."""
    for word, hashed in hashes.items():
        held = ((WordOf.NAME, names), (WordOf.TOWN, towns))
        if of := frozenset(part for part, known in held if hashed in known):
            yield word, of
