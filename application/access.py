"""The keys of client applications. A key is shown once, when it is made; only its hash is stored."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.contexts import CONTEXTS
from domain.errors import InvalidInput, RuleBroken
from domain.ports import Clock, Ids, Randomness

PREFIX = "frl_"
LENGTH = 32
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ACTIONS = tuple(sorted(action for context in CONTEXTS for action in context.actions))
"""The narrow scopes: each allows the reads or the writes of one context."""
REMEMBERED_SECONDS = 1.0
"""How long a recognised key is not asked for again."""
LIVE_AT_ONCE = 2
"""How many live keys one name may have: the old and the new key, while a client changes over."""


class AccessScope(StrEnum):
    """The wide scopes of a key. `ADMIN` allows everything, `READ` all reads and `WRITE` all writes."""

    ADMIN = "admin"
    READ = "read"
    WRITE = "write"


class UnknownScope(InvalidInput):
    """No route asks for this scope."""


class TooManyKeys(RuleBroken):
    """This name has two live keys, as a rotation needs; revoke one first."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The client that a valid key belongs to. All keys with one `name` share the actor of facts and the receipts."""

    key_id: UUID
    name: str
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        """The actor of the facts that this client states."""
        return f"key:{self.name}"


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """What an operator sees about a key, without the key itself."""

    key_id: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used: datetime | None


class KeyStore(Protocol):
    def add(
        self, key_id: UUID, name: str, key_hash: bytes, scopes: Sequence[str], expires_at: datetime | None
    ) -> None:
        """Stores the key. Raises TooManyKeys if the name has LIVE_AT_ONCE live keys; ignores a known hash."""

    def live(self, key_hash: bytes) -> Subject | None:
        """Returns the subject of a key that is neither revoked nor expired, else None."""

    def configure(self, key_id: UUID, name: str, key_hash: bytes | None, scopes: Sequence[str]) -> int:
        """Stores the key as the only configured key, live from now on; a hash of None ends every configured key.

        Returns how many other configured keys end. Raises NotConfigured, without a change, if `revoke` ended it.
        """

    def anyone_with(self, scope: str) -> bool:
        """Whether there is a live key with this scope."""

    def all(self) -> list[ApiKey]: ...

    def revoke(self, key_id: UUID) -> bool: ...


class AccessKeys:
    """Makes, recognises and revokes keys.

    A key that was recognised is recognised for REMEMBERED_SECONDS more without asking the store: a key that another
    process revokes stops working within this time. An unknown key is always asked for.
    """

    def __init__(self, keys: KeyStore, ids: Ids, randomness: Randomness, clock: Clock) -> None:
        self._keys = keys
        self._ids = ids
        self._randomness = randomness
        self._clock = clock
        self._recognised: dict[bytes, tuple[float, Subject]] = {}

    def subject_of(self, key: str) -> Subject | None:
        """Returns the subject of this key, or None if the key is unknown, revoked or expired."""
        if not key:
            return None
        key_hash, now = hash_of(key), self._clock.monotonic()
        until, subject = self._recognised.get(key_hash, (now, None))
        if now < until:
            return subject
        subject = self._keys.live(key_hash)
        if subject is None:
            self._recognised.pop(key_hash, None)
        else:
            self._recognised[key_hash] = (now + REMEMBERED_SECONDS, subject)
        return subject

    def create(
        self, name: str, scopes: Sequence[str], *, key: str | None = None, expires_at: datetime | None = None
    ) -> tuple[UUID, str]:
        """Returns the new key's id and the key, which is not stored. A given `key` is used as it is.

        A second key for a name rotates that client's key. Raises TooManyKeys at the third live key.
        """
        if key is not None and len(key) < LENGTH:
            raise InvalidInput(
                f"A key that you choose yourself needs {LENGTH} characters or more.", path="key"
            )
        made = key or self._make()
        key_id = self._ids.new()
        self._keys.add(key_id, name, hash_of(made), scopes, expires_at)
        return key_id, made

    def configure(self, name: str, scopes: Sequence[str], key: str | None) -> bool:
        """Makes `key` the only configured key, whether it is new or was configured before.

        Returns True if another configured key ends. Raises NotConfigured for a key that was revoked.
        """
        ended = self._keys.configure(self._ids.new(), name, hash_of(key) if key else None, scopes)
        self._recognised.clear()
        return ended > 0

    def anyone_with(self, scope: str) -> bool:
        """Whether there is a live key with this scope."""
        return self._keys.anyone_with(scope)

    def all(self) -> list[ApiKey]:
        return self._keys.all()

    def of_client(self, name: str) -> list[ApiKey]:
        """Returns all keys that this client has or had."""
        return [key for key in self._keys.all() if key.name == name]

    def revoke(self, key_id: UUID) -> bool:
        """Ends the key. Returns False if no live key has this id."""
        revoked = self._keys.revoke(key_id)
        self._recognised.clear()
        return revoked

    def _make(self) -> str:
        number = int.from_bytes(self._randomness.token(LENGTH), "big")
        characters = []
        for _ in range(LENGTH):
            number, index = divmod(number, len(ALPHABET))
            characters.append(ALPHABET[index])
        return PREFIX + "".join(characters)


def refuse_unknown(scopes: Sequence[str]) -> None:
    """Raises UnknownScope, with a list of the known scopes, for a scope that no route asks for."""
    for scope in scopes:
        if scope not in (*AccessScope, *ACTIONS):
            known = ", ".join((*AccessScope, *ACTIONS))
            raise UnknownScope(f"{scope!r} is none of: {known}.", path="scope", code="unknown_word")


def hash_of(key: str) -> bytes:
    """The hash under which a key is stored. Keys are random, so a fast hash is enough.

    The hash also prevents timing attacks: the look-up compares hashes, never the secret byte by byte, and a
    nearly correct key has an entirely different hash.
    """
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
