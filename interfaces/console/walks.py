"""The list that somebody came from to a person: the one before, the next one, and the way back.

The address of a person's page names the list: the filters of the queue of complaints, or the ids of those whom a search
found. It never has the words of a search.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from domain.errors import InvalidInput
from interfaces.http.refusals import InvalidFields

QUEUE, AMONG = "queue", "among"
BYTES_OF_AN_ID = 16
Ids = Sequence[UUID]


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Where somebody is in a list: `place` of `length`, counted from 1. `previous` and `next` are ids, or None."""

    place: int
    length: int
    previous: UUID | None
    next: UUID | None


def in_queue(filters: Mapping[str, str]) -> str:
    """Returns the query of a link from the queue with these filters."""
    return urlencode({QUEUE: urlencode(filters)})


def among(ids: Ids) -> str:
    """Returns the query of a link from a list of these people."""
    packed = b"".join(one.bytes for one in ids)
    return urlencode({AMONG: urlsafe_b64encode(packed).decode().rstrip("=")})


def kept(given: Mapping[str, str]) -> dict[str, str]:
    """Returns the part of a page's query that names the list, for links that stay on the page."""
    return {name: given[name] for name in (QUEUE, AMONG) if name in given}


def walk(here: UUID, given: Mapping[str, str], queued: Callable[[Mapping[str, str]], Ids]) -> Walk | None:
    """Returns where this person is in the list that the query names; None without one, or if they are not in it.

    `queued`: the people of the queue with some filters.
    """
    ids = list(dict.fromkeys(_named(given, queued)))
    if here not in ids:
        return None
    place = ids.index(here)
    return Walk(
        place=place + 1,
        length=len(ids),
        previous=ids[place - 1] if place > 0 else None,
        next=ids[place + 1] if place + 1 < len(ids) else None,
    )


def _named(given: Mapping[str, str], queued: Callable[[Mapping[str, str]], Ids]) -> Ids:
    if given.get(AMONG):
        return _unpacked(given[AMONG])
    if QUEUE not in given:
        return ()
    try:
        return queued(dict(parse_qsl(given[QUEUE])))
    except (InvalidFields, InvalidInput):
        return ()  # an address that was written by hand: the page is worth showing


def _unpacked(text: str) -> Ids:
    try:
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return ()
    ends = range(BYTES_OF_AN_ID, len(packed) + 1, BYTES_OF_AN_ID)
    return [UUID(bytes=packed[end - BYTES_OF_AN_ID : end]) for end in ends]
