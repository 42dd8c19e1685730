"""Schemas of the keys of clients and of people."""

from typing import Any, ClassVar

from application.access.changes import AccessChange
from application.access.keys import ACTIONS, AccessScope, KeyKind, KeyState
from application.access.roles import Role
from interfaces.http.schemas.base import BodyIn, BodyOut, exactly_one
from interfaces.http.schemas.common import PageOut, PageQuery, ReadOut, StoredOut
from interfaces.http.schemas.fields import (
    LONGEST_NAME,
    Id,
    Instant,
    Many,
    Part,
    QueriedInstant,
    Text,
    Word,
)

SCOPES = (*AccessScope, *ACTIONS)


class MakeKeyIn(BodyIn):
    """A key: for a client with `scopes`, or for a person with `roles`. It never expires without `expires_at`.

    A client's or person's second key begins a rotation: the first one works until it is revoked.
    """

    name = Text(required=True, longest=LONGEST_NAME)
    scopes = Many(Word(SCOPES), least=1)
    roles = Many(Word(list(Role)), least=1)
    expires_at = Instant()
    rules: ClassVar = exactly_one("scopes", "roles")
    example: ClassVar[dict[str, Any]] = {"name": "shop", "scopes": ["orders:write", "customers:read"]}


class RotateKeyIn(BodyIn):
    """When the new key expires; without it never."""

    expires_at = Instant()


class KeyMadeOut(StoredOut):
    """The new key. `key` is shown this once: it is stored nowhere, and null in the answer to a repeated request."""

    key_id = Id(required=True)
    name = Text(required=True)
    key = Text(required=True, allow_none=True)


class KeyRevokedOut(StoredOut):
    """The key that works no more. `duplicate`: it was revoked before."""

    key_id = Id(required=True)


class KeysQuery(PageQuery):
    """Which keys. `name`: of a client or a person. `expires_before`: only keys that expire, before this instant."""

    kind = Word(list(KeyKind))
    name = Text(longest=LONGEST_NAME)
    state = Word(list(KeyState))
    expires_before = QueriedInstant()


class KeyOut(ReadOut):
    """A key, without its secret. A client's key has scopes, a person's has roles.

    `last_used`: to the minute; null if it was never used. `expires_at`: null for never.
    """

    key_id = Id(required=True)
    kind = Word(list(KeyKind), required=True)
    name = Text(required=True)
    scopes = Many(Word(SCOPES), required=True)
    roles = Many(Word(list(Role)), required=True)
    state = Word(list(KeyState), required=True)
    created_at = Instant(required=True)
    expires_at = Instant(required=True, allow_none=True)
    revoked_at = Instant(required=True, allow_none=True)
    last_used = Instant(required=True, allow_none=True)


class KeysOut(PageOut):
    """Keys, the newest first."""

    items = Many(Part(KeyOut), required=True)


class ChangesQuery(PageQuery):
    """The page of the list. `key_id`: only what was done to this key, its links and its sessions."""

    key_id = Id()


class AccessChangeOut(BodyOut):
    """What was done. `operator`: an account of the machine, or the owner of a key such as `person:maria`.

    `owner`: whose key it is. `session_id`: of a session that was ended.
    """

    happened_at = Instant(required=True)
    operator = Text(required=True)
    change = Word(list(AccessChange), required=True)
    owner = Text(required=True)
    key_id = Id(required=True)
    session_id = Id(required=True, allow_none=True)


class AccessChangesOut(PageOut):
    """What was done to keys, links and sessions, the newest first."""

    items = Many(Part(AccessChangeOut), required=True)
