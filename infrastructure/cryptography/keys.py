"""Keys: one per source profile, in a database of their own, wrapped by the installation's key.

A token is base64url of stream id (16 bytes), version (4, big-endian), nonce (12), ciphertext and tag.
Its associated data is profile id, stream id, version and field, so that it opens only where it belongs.
"""

import base64
import hashlib
import secrets
import threading
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg_pool import ConnectionPool

from application import codec
from application.personal import Sealed
from domain.ports import Clock
from infrastructure.postgres.connections import borrowed

PLACE, NONCE = 20, 12
CACHED_SECONDS = 1.0
"""How long an unwrapped key is cached. A deleted key may still be used for this time."""


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
        self._remembered: dict[UUID, tuple[float, AESGCM]] = {}

    def prepare(self, profile_ids: Collection[UUID]) -> None:
        """Asks the database and not the cache, so that a key deleted by another process seals nothing any more."""
        profiles = list(set(profile_ids))
        known = self._fetch(profiles, self._clock.monotonic())
        missing = [profile for profile in profiles if profile not in known]
        if not missing:
            return
        wrapped = [self._wrap(profile, AESGCM.generate_key(256)) for profile in missing]
        with borrowed(self._pool) as connection:
            connection.execute(
                "insert into keys.profile_keys (profile_id, wrapped) select * from unnest(%s::uuid[], %s::bytea[])"
                " on conflict do nothing",
                [missing, wrapped],
            )
        self._fetch(missing, self._clock.monotonic())

    def seal(self, profile_id: UUID, stream_id: UUID, version: int, field: str, value: Any) -> str:
        key = self._keys([profile_id]).get(profile_id)
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
            for profile_id in profile_ids:
                self._remembered.pop(profile_id, None)
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

    def _keys(self, profile_ids: Collection[UUID]) -> dict[UUID, AESGCM]:
        now = self._clock.monotonic()
        with self._lock:
            known = {
                profile: entry[1]
                for profile in profile_ids
                if (entry := self._remembered.get(profile)) is not None and entry[0] > now
            }
        missing = [profile for profile in profile_ids if profile not in known]
        return {**known, **self._fetch(missing, now)} if missing else known

    def _fetch(self, profile_ids: list[UUID], now: float) -> dict[UUID, AESGCM]:
        with borrowed(self._pool) as connection:
            rows = connection.execute(
                "select profile_id, wrapped from keys.profile_keys where profile_id = any(%s)", [profile_ids]
            ).fetchall()
        fetched = {profile: AESGCM(self._unwrap(profile, wrapped)) for profile, wrapped in rows}
        with self._lock:
            if len(self._remembered) > 50_000:
                self._remembered.clear()
            self._remembered.update({p: (now + CACHED_SECONDS, key) for p, key in fetched.items()})
        return fetched

    def _wrap(self, profile_id: UUID, key: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._wrapping.encrypt(nonce, key, profile_id.bytes)

    def _unwrap(self, profile_id: UUID, wrapped: bytes) -> bytes:
        return self._wrapping.decrypt(wrapped[:NONCE], wrapped[NONCE:], profile_id.bytes)


def _place(stream_id: UUID, version: int) -> bytes:
    return stream_id.bytes + version.to_bytes(4, "big")


def _bound_to(profile_id: UUID, place: bytes, field: str) -> bytes:
    return profile_id.bytes + place + field.encode()
