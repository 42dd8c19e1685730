"""Sessions of people in the console: begun with a key or a link, ended by hand, by time, or with the key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from application.access.keys import FARLEY, Subject, hash_of
from application.access.random_texts import random_text
from domain.errors import NotFound
from domain.ports import Ids, Randomness

LENGTH = 43
"""The characters of a session's and a link's secret: 256 random bits."""
LONGEST = timedelta(hours=12)
"""How long a session lasts at most. It ends after an hour without a request, too."""
LINK_VALID_FOR = timedelta(minutes=15)
"""How long a sign-in link can be used."""
LONGEST_BROWSER = 200
"""The characters that are kept of what a browser says about itself."""


class PersonNotFound(NotFound):
    """No person with a live key has this name."""


@dataclass(frozen=True, kw_only=True)
class PersonSettings:
    """What a person chose for the console. None: what the browser or the installation says."""

    language: str | None = None
    time_zone: str | None = None
    shortcuts: bool = True


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """The person behind a live session."""

    session_id: UUID
    subject: Subject
    settings: PersonSettings


@dataclass(frozen=True, kw_only=True)
class Session:
    """What a person sees about one of their live sessions. `browser` is what the browser said about itself."""

    session_id: UUID
    browser: str
    began_at: datetime
    last_used: datetime


@dataclass(frozen=True, kw_only=True)
class SessionOfSomebody(Session):
    """What an administrator sees about a live session: whose it is, and the key with which it ends."""

    person: str
    key_id: UUID

    @property
    def place(self) -> tuple[datetime, UUID]:
        """The place in the order of all sessions."""
        return self.began_at, self.session_id


class SessionStore(Protocol):
    """Keeps sessions and links by the hashes of their secrets. Only what belongs to a live key of a person is found."""

    def begin(self, session_id: UUID, session_hash: bytes, key_hash: bytes, browser: str) -> bool:
        """Begins a session of the person with this key. False unless the key is a live key of a person."""

    def begin_by_link(self, session_id: UUID, session_hash: bytes, link_hash: bytes, browser: str) -> bool:
        """Begins a session by a link, which is then used up. False unless the link is valid and unused."""

    def find(self, session_hash: bytes, *, is_use: bool) -> SignedIn | None:
        """Returns who is behind a live session, else None. `is_use`: notes that it was used."""

    def of_person(self, name: str) -> list[Session]:
        """Returns the live sessions of a person, the newest first."""

    def end(self, name: str, session_id: UUID) -> bool:
        """Ends a session of this person. False if they have no such live session."""

    def some(
        self, limit: int, before: tuple[datetime, UUID] | None, person: str | None
    ) -> list[SessionOfSomebody]:
        """Returns live sessions, of one person or of all, the newest first. `before`: only those before this place."""

    def end_of_anybody(self, session_id: UUID, operator: str) -> bool:
        """Ends a session and notes who did it. False if there is no such live session."""

    def add_link(self, name: str, link_hash: bytes, valid_for: timedelta, operator: str) -> datetime | None:
        """Stores a link for the person's newest live key. Returns until when it is valid; None if they have none."""

    def person_of_link(self, link_hash: bytes) -> str | None:
        """Returns the name of the person that a valid link signs in. The link stays unused."""

    def save_settings(self, name: str, settings: PersonSettings) -> None: ...


class Sessions:
    """Begins, recognises and ends the sessions of people. A session is looked up for each request, so that its end and
    the end of its key hold at once in every process."""

    def __init__(self, store: SessionStore, ids: Ids, randomness: Randomness) -> None:
        self._store = store
        self._ids = ids
        self._randomness = randomness

    def sign_in(self, key: str, browser: str) -> str | None:
        """Returns the secret of a new session of the person with this key, or None for any other key."""
        secret = self._secret()
        begun = self._store.begin(self._ids.new(), hash_of(secret), hash_of(key), browser[:LONGEST_BROWSER])
        return secret if begun else None

    def sign_in_by_link(self, link: str, browser: str) -> str | None:
        """Returns the secret of a new session, or None if the link is used up, too old or unknown."""
        secret = self._secret()
        begun = self._store.begin_by_link(
            self._ids.new(), hash_of(secret), hash_of(link), browser[:LONGEST_BROWSER]
        )
        return secret if begun else None

    def make_link(self, name: str, operator: str = FARLEY) -> str:
        """Returns the secret of a link that signs this person in once. Raises PersonNotFound."""
        return self.make_dated_link(name, operator)[0]

    def make_dated_link(self, name: str, operator: str) -> tuple[str, datetime]:
        """Returns the secret of such a link, and until when it is valid."""
        secret = self._secret()
        until = self._store.add_link(name, hash_of(secret), LINK_VALID_FOR, operator)
        if until is None:
            raise PersonNotFound(
                f"There is no person {name!r} with a live key. `farley keys list` shows everybody;"
                f" `farley keys create {name} --person --role agent` adds somebody."
            )
        return secret, until

    def person_of_link(self, link: str) -> str | None:
        """Returns the name of the person that this link signs in, or None if it is not valid. The link stays unused."""
        return self._store.person_of_link(hash_of(link))

    def signed_in(self, secret: str, *, is_use: bool = True) -> SignedIn | None:
        """Returns who is behind this session, or None if it has ended or never was.

        `is_use`: somebody did something. An hour without that ends a session, also while a page asks for itself.
        """
        return self._store.find(hash_of(secret), is_use=is_use) if secret else None

    def of_person(self, name: str) -> Sequence[Session]:
        """Returns the live sessions of a person, the newest first."""
        return self._store.of_person(name)

    def end(self, name: str, session_id: UUID) -> bool:
        """Ends a session of this person. False if they have no such live session."""
        return self._store.end(name, session_id)

    def some(
        self, limit: int, before: tuple[datetime, UUID] | None = None, person: str | None = None
    ) -> Sequence[SessionOfSomebody]:
        """Returns live sessions, of one person or of all, the newest first."""
        return self._store.some(limit, before, person)

    def end_of_anybody(self, session_id: UUID, operator: str) -> bool:
        """Ends somebody's session and notes who did it. False if there is no such live session."""
        return self._store.end_of_anybody(session_id, operator)

    def save_settings(self, name: str, settings: PersonSettings) -> None:
        """Keeps what a person chose for the console."""
        self._store.save_settings(name, settings)

    def _secret(self) -> str:
        return random_text(self._randomness, LENGTH)
