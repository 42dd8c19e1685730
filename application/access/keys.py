"""Keys of client applications and of people. A key is shown once, when it is made; only its hash is stored."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self
from uuid import UUID

from application.access.random_texts import random_text
from application.access.roles import ADMIN, actions_of, refuse_unknown_roles
from domain.contexts import CONTEXTS
from domain.errors import InvalidInput, RuleBroken
from domain.ports import Clock, Ids, Randomness

PREFIX = "frl_"
LENGTH = 32
ACTIONS = tuple(sorted(action for context in CONTEXTS for action in context.actions))
"""The narrow scopes: each allows the reads or the writes of one context."""
NEVER_WIDE = frozenset({"keys:read", "keys:write", "projections:write"})
"""Actions of operators, which `read` and `write` do not allow: a key that writes facts neither makes keys nor stops a
projection."""
REMEMBERED_SECONDS = 1.0
"""How long a recognised key is not asked for again."""
FARLEY = "farley"
"""Who made the key of the first administrator: Farley itself."""
LIVE_AT_ONCE = 2
"""How many live keys one name may have: the old and the new key, while a client changes over."""


class AccessScope(StrEnum):
    """The wide scopes of a key. `ADMIN` allows everything, `READ` all reads and `WRITE` all writes, but NEVER_WIDE."""

    ADMIN = ADMIN
    READ = "read"
    WRITE = "write"


class UnknownScope(InvalidInput):
    """No route asks for this scope."""


class TooManyKeys(RuleBroken):
    """This name has two live keys, as a rotation needs; revoke one first."""


class KeyMadeAlready(RuleBroken):
    """This key was made already, and is shown only once. If nobody noted it, revoke it and make another one."""


class KeyState(StrEnum):
    """Whether a key works, and if it does not, why."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


class KeyKind(StrEnum):
    """Whose key it is: a client's, with scopes, or a person's, with roles."""

    CLIENT = "client"
    PERSON = "person"


def person_actor(name: str) -> str:
    """Returns the actor of the facts that a person states."""
    return f"person:{name}"


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The owner of a key: a client with scopes, or a person with roles.

    All keys of one owner share the actor of facts and the receipts. A client and a person with the same name are two
    owners.
    """

    name: str
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def is_person(self) -> bool:
        return bool(self.roles)

    @property
    def actor(self) -> str:
        """The actor of the facts that this owner states."""
        return person_actor(self.name) if self.is_person else f"key:{self.name}"

    @property
    def allowed(self) -> frozenset[str]:
        """The scopes of a client, or the actions of a person's roles."""
        return actions_of(self.roles) if self.is_person else frozenset(self.scopes)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Who asks: the owner of a valid key, or of the key behind a session. `scopes` are the allowed actions."""

    key_id: UUID
    name: str
    actor: str
    scopes: frozenset[str]

    @classmethod
    def of(cls, key_id: UUID, owner: Owner) -> Self:
        return cls(key_id=key_id, name=owner.name, actor=owner.actor, scopes=owner.allowed)


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """What an operator sees about a key, without the key itself."""

    key_id: UUID
    owner: Owner
    state: KeyState
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used: datetime | None

    @property
    def place(self) -> tuple[datetime, UUID]:
        """The place in the order of all keys."""
        return self.created_at, self.key_id


@dataclass(frozen=True, kw_only=True)
class KeyQuestion:
    """Which keys are asked for, the newest first. `before`: only those before this place."""

    limit: int
    before: tuple[datetime, UUID] | None = None
    kind: KeyKind | None = None
    name: str | None = None
    state: KeyState | None = None
    expires_before: datetime | None = None


class KeyStore(Protocol):
    def add(
        self, key_id: UUID, owner: Owner, key_hash: bytes, expires_at: datetime | None, operator: str
    ) -> bool:
        """Stores the key. Returns False if there is one with this id or hash. Raises TooManyKeys if the owner has
        LIVE_AT_ONCE other live keys."""

    def live(self, key_hash: bytes) -> Subject | None:
        """Returns the subject of a key that is neither revoked nor expired, else None."""

    def configure(self, key_id: UUID, owner: Owner, key_hash: bytes | None) -> int:
        """Stores the key as the only configured key, live from now on; a hash of None ends every configured key.

        Returns how many other configured keys end. Raises NotConfigured, without a change, if `revoke` ended it.
        """

    def any_administrator(self) -> bool:
        """Whether there is a live key of a client or a person who may do everything."""

    def all(self) -> list[ApiKey]: ...

    def some(self, question: KeyQuestion) -> list[ApiKey]: ...

    def find(self, key_id: UUID) -> ApiKey | None: ...

    def revoke(self, key_id: UUID, operator: str) -> bool: ...


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
        self,
        name: str,
        scopes: Sequence[str],
        *,
        key: str | None = None,
        expires_at: datetime | None = None,
        operator: str = FARLEY,
    ) -> tuple[UUID, str]:
        """Returns the id of a client's new key, and the key, which is not stored. A given `key` is used as it is.

        A second key for a client rotates its key. Raises TooManyKeys at the third live key.
        """
        owner = Owner(name=name, scopes=tuple(scopes))
        return self._create(owner, key, expires_at, operator)

    def create_for_person(
        self,
        name: str,
        roles: Sequence[str],
        *,
        key: str | None = None,
        expires_at: datetime | None = None,
        operator: str = FARLEY,
    ) -> tuple[UUID, str]:
        """Returns the id of a person's new key, and the key, as `create` does. Raises UnknownRole."""
        refuse_unknown_roles(roles)
        return self._create(Owner(name=name, roles=tuple(roles)), key, expires_at, operator)

    def make(self, key_id: UUID, owner: Owner, *, expires_at: datetime | None, operator: str) -> str:
        """Returns a new key with this id. Raises KeyMadeAlready if there is one, and TooManyKeys."""
        key = self._new_key()
        if not self._keys.add(key_id, owner, hash_of(key), expires_at, operator):
            raise KeyMadeAlready()
        return key

    def configure(self, owner: Owner, key: str | None) -> bool:
        """Makes `key` the only configured key, whether it is new or was configured before.

        Returns True if another configured key ends. Raises NotConfigured for a key that was revoked.
        """
        ended = self._keys.configure(self._ids.new(), owner, hash_of(key) if key else None)
        self._recognised.clear()
        return ended > 0

    def any_administrator(self) -> bool:
        """Whether there is a live key of a client or a person who may do everything."""
        return self._keys.any_administrator()

    def all(self) -> list[ApiKey]:
        return self._keys.all()

    def some(self, question: KeyQuestion) -> list[ApiKey]:
        """Returns the keys that are asked for, the newest first."""
        return self._keys.some(question)

    def find(self, key_id: UUID) -> ApiKey | None:
        return self._keys.find(key_id)

    def of_owner(self, name: str, *, is_person: bool = False) -> list[ApiKey]:
        """Returns all keys that this client or person has or had."""
        return [
            key for key in self._keys.all() if key.owner.name == name and key.owner.is_person == is_person
        ]

    def revoke(self, key_id: UUID, operator: str = FARLEY) -> bool:
        """Ends the key. Returns False if every key with this id was revoked before."""
        revoked = self._keys.revoke(key_id, operator)
        self._recognised.clear()
        return revoked

    def _create(
        self, owner: Owner, key: str | None, expires_at: datetime | None, operator: str
    ) -> tuple[UUID, str]:
        if key is not None and len(key) < LENGTH:
            raise InvalidInput(
                f"A key that you choose yourself needs {LENGTH} characters or more.", path="key"
            )
        made = key or self._new_key()
        key_id = self._ids.new()
        self._keys.add(key_id, owner, hash_of(made), expires_at, operator)
        return key_id, made

    def _new_key(self) -> str:
        return PREFIX + random_text(self._randomness, LENGTH)


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
