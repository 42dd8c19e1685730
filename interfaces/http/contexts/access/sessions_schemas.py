"""Schemas of sign-in links and of the sessions of people."""

from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import PageOut, PageQuery, StoredOut
from interfaces.http.schemas.fields import LONGEST_NAME, Id, Instant, Many, Part, Text


class MakeLinkIn(BodyIn):
    """The person whom the link signs in: somebody with a live key."""

    person = Text(required=True, longest=LONGEST_NAME)


class LinkMadeOut(StoredOut):
    """A link that signs the person in once. It is shown this once, and null in the answer to a repeated request."""

    person = Text(required=True)
    link = Text(required=True, allow_none=True, longest=2_000)
    valid_until = Instant(required=True)


class SessionsQuery(PageQuery):
    """The page of the list. `person`: only the sessions of this person."""

    person = Text(longest=LONGEST_NAME)


class SessionOut(BodyOut):
    """A live session. `browser`: what the browser said about itself. `key_id`: the session ends with this key."""

    session_id = Id(required=True)
    person = Text(required=True)
    key_id = Id(required=True)
    browser = Text(required=True, shortest=0)
    began_at = Instant(required=True)
    last_used = Instant(required=True)


class SessionsOut(PageOut):
    """Live sessions, the newest first."""

    items = Many(Part(SessionOut), required=True)


class SessionEndedOut(StoredOut):
    """The session that has ended."""

    session_id = Id(required=True)
