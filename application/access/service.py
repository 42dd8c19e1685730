"""Makes and ends keys, sign-in links and sessions. Nobody gives another person more than they may do themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.access.keys import (
    LIVE_AT_ONCE,
    AccessKeys,
    ApiKey,
    KeyKind,
    KeyQuestion,
    KeyState,
    Owner,
    Subject,
)
from application.access.keys import refuse_unknown as refuse_unknown_scopes
from application.access.roles import ADMIN, refuse_unknown_roles
from application.access.sessions import PersonNotFound, Sessions
from application.requests import Answer, Request
from application.store import Store
from domain.errors import InvalidInput, NotAllowed, NotFound
from domain.ports import Ids

MOST_LIVE = LIVE_AT_ONCE + 1
"""The most live keys of an owner: those of a rotation, and the configured one."""


class KeyNotFound(NotFound):
    """No key has this id."""


class SessionNotFound(NotFound):
    """No live session has this id."""


class GivesMore(NotAllowed):
    """A key or a sign-in link gives at most what you may do yourself, to owners who may do no more than you.

    An administrator may give everything.
    """


@dataclass(frozen=True, kw_only=True)
class MakeKey:
    """Makes a key: for a client with `scopes`, or for a person with `roles`. `expires_at`: None for never."""

    name: str
    scopes: Sequence[str] = ()
    roles: Sequence[str] = ()
    expires_at: datetime | None = None

    @property
    def owner(self) -> Owner:
        return Owner(
            name=self.name, scopes=tuple(dict.fromkeys(self.scopes)), roles=tuple(dict.fromkeys(self.roles))
        )


class AccessService:
    """The use cases of keys, links and sessions. Each change is noted with the actor of the request."""

    def __init__(self, keys: AccessKeys, sessions: Sessions, store: Store, ids: Ids) -> None:
        self._keys = keys
        self._sessions = sessions
        self._store = store
        self._ids = ids

    def make_key(self, command: MakeKey, request: Request, by: Subject) -> Answer:
        """The answer has the `key`, which is stored nowhere. Raises GivesMore, TooManyKeys and KeyMadeAlready."""
        if bool(command.scopes) == bool(command.roles):
            message = "Name either the scopes of a client or the roles of a person, and not both."
            raise InvalidInput(message, path="scopes", code="one_of_two")
        refuse_unknown_scopes(command.scopes)
        refuse_unknown_roles(command.roles)
        return self._made(command.owner, command.expires_at, request, by)

    def rotate_key(self, key_id: UUID, expires_at: datetime | None, request: Request, by: Subject) -> Answer:
        """Makes a further key of the same owner. The old one works until it is revoked."""
        return self._made(self.key(key_id).owner, expires_at, request, by)

    def revoke_key(self, key_id: UUID, request: Request) -> Answer:
        """Ends a key at once, and all sessions that rest on it."""
        self.key(key_id)
        revoked = self._keys.revoke(key_id, request.actor)
        return self._answer({"key_id": str(key_id)}, duplicate=not revoked)

    def make_link(self, person: str, request: Request, by: Subject) -> Answer:
        """The answer has the secret of a `link` that signs this person in once. Raises PersonNotFound, GivesMore."""
        live = self._live(person, KeyKind.PERSON)
        if not live:
            raise PersonNotFound(f"There is no person {person!r} with a live key.")
        _refuse_more(live, by)
        link, until = self._sessions.make_dated_link(person, request.actor)
        return self._answer({"person": person, "link": link, "valid_until": until}, created=True)

    def end_session(self, session_id: UUID, request: Request) -> Answer:
        """Ends somebody's session with their next click. Raises SessionNotFound."""
        if not self._sessions.end_of_anybody(session_id, request.actor):
            raise SessionNotFound()
        return self._answer({"session_id": str(session_id)})

    def key(self, key_id: UUID) -> ApiKey:
        """Raises KeyNotFound."""
        key = self._keys.find(key_id)
        if key is None:
            raise KeyNotFound()
        return key

    def _made(self, owner: Owner, expires_at: datetime | None, request: Request, by: Subject) -> Answer:
        kind = KeyKind.PERSON if owner.is_person else KeyKind.CLIENT
        _refuse_more([owner, *self._live(owner.name, kind)], by)
        if expires_at is not None and expires_at <= request.received_at:
            raise InvalidInput("A key expires in the future.", path="expires_at", code="in_past")
        key_id = request.new_id(self._ids)
        key = self._keys.make(key_id, owner, expires_at=expires_at, operator=request.actor)
        return self._answer({"key_id": str(key_id), "name": owner.name, "key": key}, created=True)

    def _live(self, name: str, kind: KeyKind) -> list[Owner]:
        """Returns the owner as their live keys have them. All of these act as one, so a further key is like each."""
        question = KeyQuestion(limit=MOST_LIVE, kind=kind, name=name, state=KeyState.LIVE)
        return [key.owner for key in self._keys.some(question)]

    def _answer(self, body: dict[str, object], *, created: bool = False, duplicate: bool = False) -> Answer:
        return Answer(body=body, position=self._store.head(), created=created, duplicate=duplicate)


def _refuse_more(owners: Sequence[Owner], by: Subject) -> None:
    """Raises GivesMore unless `by` may do all that these owners of keys may."""
    if ADMIN not in by.scopes and not all(owner.allowed <= by.scopes for owner in owners):
        raise GivesMore()
