"""Keys of client applications: made once, shown once, kept as hashes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.contexts import CONTEXTS
from domain.errors import InvalidInput, RuleBroken
from domain.ports import Ids, Randomness

PREFIX = "frl_"
LENGTH = 32
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SCOPES = ("admin", "read", "write")
"""admin: everything; otherwise one of ACTIONS, or read or write of all."""
ACTIONS = tuple(sorted(action for context in CONTEXTS for action in context.actions))
LIVE_AT_ONCE = 2
"""Keys of one name: the old one and the new one, while a client changes over."""


class UnknownScope(InvalidInput):
    """Nothing asks for this scope."""


class TooManyKeys(RuleBroken):
    """This name has two live keys, as a rotation needs; revoke one first."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Who a valid key stands for. `name` is the client: all its keys share its facts' actor and receipts."""

    key_id: UUID
    name: str
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        """How facts name who stated them."""
        return f"key:{self.name}"


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A key as an operator sees it: never the key itself."""

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
        """Keeps it. TooManyKeys where the name has LIVE_AT_ONCE live ones; a hash that is known is left."""
        ...

    def live(self, key_hash: bytes) -> Subject | None:
        """The subject of a key that is neither revoked nor expired."""
        ...

    def configure(self, key_id: UUID, name: str, key_hash: bytes | None, scopes: Sequence[str]) -> int:
        """Keeps it as the one configured key, live from now on; None: there is none any more.

        How many other configured keys end by this. NotConfigured, and no change, for one that `revoke` ended.
        """
        ...

    def anyone_with(self, scope: str) -> bool:
        """Whether there is a live key with this scope."""
        ...

    def all(self) -> list[ApiKey]: ...

    def revoke(self, key_id: UUID) -> bool: ...


class AccessKeys:
    """Makes, recognises and revokes keys. Every question goes to the store: a revoked key ends at once."""

    def __init__(self, keys: KeyStore, ids: Ids, randomness: Randomness) -> None:
        self._keys = keys
        self._ids = ids
        self._randomness = randomness

    def subject_of(self, key: str) -> Subject | None:
        """Who this key stands for; None for one that is unknown, revoked or expired."""
        return self._keys.live(hash_of(key)) if key else None

    def create(
        self, name: str, scopes: Sequence[str], *, key: str | None = None, expires_at: datetime | None = None
    ) -> tuple[UUID, str]:
        """A new key's id and the key, which is not kept; an administrator's own key is taken as it is.

        For a name that has a key it is the rotation of one client, not another client. TooManyKeys at the third.
        """
        if key is not None and len(key) < LENGTH:
            raise InvalidInput(f"A key of one's own has {LENGTH} characters or more.", path="key")
        made = key or self._make()
        key_id = self._ids.new()
        self._keys.add(key_id, name, hash_of(made), scopes, expires_at)
        return key_id, made

    def configure(self, name: str, scopes: Sequence[str], key: str | None) -> bool:
        """Makes `key` the one key that the configuration names: a new one, or one that it named before.

        True where another one ends by this: it is refused from now on. NotConfigured for one that was revoked.
        """
        return self._keys.configure(self._ids.new(), name, hash_of(key) if key else None, scopes) > 0

    def anyone_with(self, scope: str) -> bool:
        """Whether there is a live key with this scope."""
        return self._keys.anyone_with(scope)

    def all(self) -> list[ApiKey]:
        return self._keys.all()

    def of_client(self, name: str) -> list[ApiKey]:
        """All keys that this client has or had."""
        return [key for key in self._keys.all() if key.name == name]

    def revoke(self, key_id: UUID) -> bool:
        """False where no live key has this id."""
        return self._keys.revoke(key_id)

    def _make(self) -> str:
        number = int.from_bytes(self._randomness.token(LENGTH), "big")
        characters = []
        for _ in range(LENGTH):
            number, index = divmod(number, len(ALPHABET))
            characters.append(ALPHABET[index])
        return PREFIX + "".join(characters)


def refuse_unknown(scopes: Sequence[str]) -> None:
    """UnknownScope, naming those there are, for a scope that no route asks for."""
    for scope in scopes:
        if scope not in (*SCOPES, *ACTIONS):
            known = ", ".join((*SCOPES, *ACTIONS))
            raise UnknownScope(f"{scope!r} is none of: {known}.", path="scope", code="unknown_word")


def hash_of(key: str) -> bytes:
    """What is stored of a key. The keys are random, so a fast hash is enough.

    It is also why nobody can time the look-up: what is searched for is the hash, never the secret byte by
    byte, and a key that is nearly right has a hash that is wholly another.
    """
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
