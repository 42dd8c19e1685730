"""Keys: one per source profile, in a database of their own, wrapped by the installation's key.

A token is base64url of stream id (16 bytes), version (4, big-endian), nonce (12), ciphertext and tag.
Its associated data is profile id, stream id, version and field, so that it opens only where it belongs.
"""

import base64
import hashlib
import math
import secrets
import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, LiteralString
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection
from psycopg_pool import ConnectionPool

from application import codec
from application.personal import Sealed
from domain.ports import Clock
from infrastructure.postgres import arrays
from infrastructure.postgres.connections import borrowed
from infrastructure.postgres.grouped import Grouped

PLACE, NONCE = 20, 12
CHECKED_SECONDS = 1.0
"""How long remembered keys are used before the database is asked whether a key was deleted since."""
MOST_REMEMBERED = 50_000
"""The number of keys that a process remembers, the newest ones."""
MOST_FOLLOWED = 1_000
"""The number of keys that a process takes over from other processes at once. The request that does it takes longer.

It takes 5 milliseconds of processor time. During an import each portion is full.
"""
NEXT_PORTION_SECONDS = 0.2
"""How long after a full portion a process takes over the next one."""
COMMITTED_WITHIN = timedelta(seconds=2)
"""How long after it was made a key is usually committed."""
_FETCH = """
select d.mark || ' ' || pg_postmaster_start_time(), k.profile_id, k.wrapped
from keys.deletions d left join keys.profile_keys k on k.profile_id = any(%s::uuid[])
"""
_MAKE = """
with made as (
    insert into keys.profile_keys (profile_id, wrapped) select * from unnest(%s::uuid[], %s::bytea[])
    on conflict do nothing
    returning profile_id, wrapped
), found as (
    select profile_id, wrapped from made
    union all
    select profile_id, wrapped from keys.profile_keys
    where profile_id = any(%s::uuid[]) and profile_id not in (select profile_id from made)
)
select d.mark || ' ' || pg_postmaster_start_time(), f.profile_id, f.wrapped
from keys.deletions d left join found f on true
"""
"""Rows of both: a mark, which changes with each deletion and each start of the server, a profile and its wrapped key.
The last two are null if there is no key."""
_FOLLOW = """
select profile_id, wrapped, created_at from keys.profile_keys
where created_at > coalesce(%s, clock_timestamp() - interval '10 minutes')
order by created_at limit %s
"""


def fingerprint(key: bytes) -> str:
    """Returns a fingerprint that identifies a key. The key cannot be computed from it."""
    return hashlib.sha256(b"farley key fingerprint" + key).hexdigest()[:32]


class KeyRing:
    """The PersonalCipher on the keys database."""

    def __init__(self, pool: ConnectionPool, wrapping_key: bytes, clock: Clock) -> None:
        self._pool = pool
        self._wrapping = AESGCM(wrapping_key)
        self._clock = clock
        self._lock = threading.Lock()
        self._remembered: dict[UUID, AESGCM | bytes] = {}
        """Keys, and wrapped keys that other processes made and from which this process has read nothing yet."""
        self._mark: str | None = None
        self._times_emptied = 0
        self._connections = set[Connection[Any]]()
        self._checked_until = self._followed_until = -math.inf
        self._followed_to: datetime | None = None
        self._made: Grouped[frozenset[UUID], None] = Grouped(
            self._make, most=1_000, size=len, names=lambda _: ()
        )

    def prepare(self, profile_ids: Collection[UUID]) -> None:
        """Makes the keys that are missing, and commits them.

        A key that another process deletes may still seal for CHECKED_SECONDS.
        """
        profiles = frozenset(profile_ids)
        # While the remembered keys are fresh, the statement that makes keys also finds those not remembered.
        known = self._remembered if self._is_fresh() else self._keys(profiles)
        # Each profile is looked up: others change the remembered keys meanwhile, so nobody may walk through them.
        if missing := frozenset(profile for profile in profiles if profile not in known):
            self._made(missing)

    def seal(self, profile_id: UUID, stream_id: UUID, version: int, field: str, value: Any) -> str:
        key = self._fresh_key(profile_id)
        if key is None:
            self.prepare([profile_id])
            key = self._keys([profile_id])[profile_id]
        nonce = secrets.token_bytes(NONCE)
        place = _place(stream_id, version)
        sealed = key.encrypt(nonce, codec.encode(value), _bound_to(profile_id, place, field))
        return base64.urlsafe_b64encode(place + nonce + sealed).decode()

    def unseal(self, sealed: Sequence[Sealed | None]) -> list[Any]:
        keys = self._keys({entry.profile_id for entry in sealed if entry is not None})
        return [
            self._open(keys.get(entry.profile_id), entry) if entry is not None else None for entry in sealed
        ]

    def recall(self, profile_ids: Collection[UUID]) -> None:
        """Fetches these keys at once into the cache, before values are unsealed one by one."""
        self._keys(profile_ids)

    def forget(self, profile_ids: Sequence[UUID]) -> int:
        """Deletes these profiles' keys. Values sealed under them are unreadable from now on."""
        with borrowed(self._pool) as connection:
            deleted = connection.execute(
                "delete from keys.profile_keys where profile_id = any(%s)", [list(profile_ids)]
            ).rowcount
        with self._lock:
            self._empty()
        return deleted

    def _open(self, key: AESGCM | None, sealed: Sealed) -> Any:
        if key is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(sealed.token)
            place, nonce, box = raw[:PLACE], raw[PLACE : PLACE + NONCE], raw[PLACE + NONCE :]
            if sealed.stream_id is not None and place != _place(sealed.stream_id, sealed.version or 0):
                return None
            return codec.decode(key.decrypt(nonce, box, _bound_to(sealed.profile_id, place, sealed.field)))
        except (InvalidTag, ValueError):
            return None

    def _fresh_key(self, profile_id: UUID) -> AESGCM | None:
        """Returns a remembered key, None if the database has to be asked."""
        return self._recalled(profile_id) if self._is_fresh() else None

    def _recalled(self, profile_id: UUID) -> AESGCM | None:
        key = self._remembered.get(profile_id)
        return AESGCM(self._unwrap(profile_id, key)) if isinstance(key, bytes) else key

    def _is_fresh(self) -> bool:
        """Whether remembered keys may be used without asking the database."""
        return self._clock.monotonic() < self._checked_until

    def _keys(self, profile_ids: Collection[UUID]) -> dict[UUID, AESGCM]:
        """Returns the keys of those profiles that have one."""
        with self._lock:
            fresh, times_emptied = self._is_fresh(), self._times_emptied
            known = {profile: key for profile in profile_ids if (key := self._recalled(profile))}
            self._remembered.update(known)
        missing = [profile for profile in profile_ids if profile not in known]
        if fresh and not missing:
            return known
        fetched = self._asked(_FETCH, [arrays.joined([arrays.of_uuids(missing)])])
        if known and times_emptied != self._times_emptied:
            return self._asked(_FETCH, [arrays.joined([arrays.of_uuids(profile_ids)])])
        return known | fetched

    def _make(self, groups: Sequence[frozenset[UUID]]) -> list[None]:
        """Makes the missing keys of several requests at once.

        The statement does not see a key that another process makes at the same moment. The next one does.
        """
        missing = sorted(frozenset().union(*groups))
        while missing:
            profiles = arrays.joined([arrays.of_uuids(missing)])
            wrapped = [self._wrap(profile, AESGCM.generate_key(256)) for profile in missing]
            keys = arrays.joined([arrays.of_bytes(wrapped)])
            found = self._asked(_MAKE, [profiles, keys, profiles])
            missing = [profile for profile in missing if profile not in found]
        return [None] * len(groups)

    def _asked(self, statement: LiteralString, values: list[Any]) -> dict[UUID, AESGCM]:
        """Returns the keys that the statement found, and remembers them.

        All that was remembered before is dropped if the mark is another one, or if the connection is a new one and an
        earlier one was closed: the database may have failed over to a server that has lost the newest keys. An answer
        is not remembered if the memory was emptied while it was on its way.
        """
        now, times_emptied = self._clock.monotonic(), self._times_emptied
        with borrowed(self._pool) as connection:
            rows = connection.execute(statement, values).fetchall()
            if connection not in self._connections:
                with self._lock:
                    is_open = {earlier for earlier in self._connections if not earlier.closed}
                    if not is_open or is_open != self._connections:
                        self._empty()
                        times_emptied = self._times_emptied
                    self._connections = is_open | {connection}
            made_by_others = self._follow(connection, now)
        mark: str = rows[0][0]
        found = {
            profile: AESGCM(self._unwrap(profile, wrapped))
            for _, profile, wrapped in rows
            if profile is not None
        }
        with self._lock:
            if times_emptied == self._times_emptied:
                if mark != self._mark:
                    self._empty()
                self._mark, self._checked_until = mark, now + CHECKED_SECONDS
                self._remember({**made_by_others, **found})
        return found

    def _follow(self, connection: Connection[Any], now: float) -> dict[UUID, bytes]:
        """Returns the wrapped keys that were made since this process asked last, once in CHECKED_SECONDS.

        They are those of the last ten minutes if it remembers none. If there are more than MOST_FOLLOWED, the oldest of
        them are returned, and the next ones after NEXT_PORTION_SECONDS.

        Often one process records the first fact about a person, and another process the second. Keys are committed in
        another order than they are made. So the keys of the last seconds are read again as long as some are
        new, except after a full portion. A key that is not taken over is fetched when it is needed.
        """
        with self._lock:
            if now < self._followed_until:
                return {}
            self._followed_until = now + CHECKED_SECONDS
            times_emptied = self._times_emptied
        rows = connection.execute(_FOLLOW, [self._followed_to, MOST_FOLLOWED]).fetchall()
        news = {profile: wrapped for profile, wrapped, _ in rows if profile not in self._remembered}
        is_full = len(rows) == MOST_FOLLOWED
        with self._lock:
            if times_emptied != self._times_emptied:
                return news
            if is_full:
                self._followed_until = now + NEXT_PORTION_SECONDS
            if rows:
                again = COMMITTED_WITHIN if news and not is_full else timedelta(0)
                self._followed_to = rows[-1][2] - again
        return news

    def _empty(self) -> None:
        self._remembered.clear()
        self._times_emptied += 1
        self._checked_until = self._followed_until = -math.inf
        self._followed_to = None

    def _remember(self, keys: Mapping[UUID, AESGCM | bytes]) -> None:
        self._remembered.update(keys)
        for oldest in list(islice(self._remembered, max(0, len(self._remembered) - MOST_REMEMBERED))):
            del self._remembered[oldest]

    def _wrap(self, profile_id: UUID, key: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._wrapping.encrypt(nonce, key, profile_id.bytes)

    def _unwrap(self, profile_id: UUID, wrapped: bytes) -> bytes:
        return self._wrapping.decrypt(wrapped[:NONCE], wrapped[NONCE:], profile_id.bytes)


def _place(stream_id: UUID, version: int) -> bytes:
    return stream_id.bytes + version.to_bytes(4, "big")


def _bound_to(profile_id: UUID, place: bytes, field: str) -> bytes:
    return profile_id.bytes + place + field.encode()
