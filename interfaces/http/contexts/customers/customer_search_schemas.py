"""Schemas of the search for people by their names and towns."""

from application.name_index import WordOf
from domain.customers.details import CustomerKind
from interfaces.http.contexts.customers.schemas import LONGEST_PERSON_NAME
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import ReadOut, StoredOut
from interfaces.http.schemas.fields import Flag, Id, Instant, Many, Part, Text, Whole, Word
from interfaces.http.schemas.fields.texts import LONGEST_PROSE

MOST_PEOPLE = 100


class SearchCustomersIn(BodyIn):
    """Whole words of names and towns, at most 10, such as `garcía valencia`. A postal code is a word of a town."""

    words = Text(required=True, longest=LONGEST_PERSON_NAME)
    limit = Whole(low=1, high=MOST_PEOPLE, load_default=20)


class MatchedWordOut(BodyOut):
    """A word as it was compared, without case and accents, and what it belongs to: `name`, `town`, or both."""

    word = Text(required=True, longest=LONGEST_PROSE)
    of = Many(Word(list(WordOf)), required=True)


class TownOut(BodyOut):
    """The town of a live postal address. A part that nobody stated is null."""

    city = Text(required=True, allow_none=True, longest=LONGEST_PERSON_NAME)
    postal_code = Text(required=True, allow_none=True, longest=LONGEST_PERSON_NAME)
    country = Text(required=True, allow_none=True, longest=LONGEST_PERSON_NAME)


class FoundPersonOut(BodyOut):
    """A person who has all words. `last_active_at`: the last registration, order, touchpoint or complaint.

    `name` is that of the profile whose id stands for the person. The words may be of another linked profile.
    """

    customer_id = Id(required=True)
    kind = Word(list(CustomerKind), required=True)
    name = Text(required=True, allow_none=True, longest=LONGEST_PERSON_NAME)
    towns = Many(Part(TownOut), required=True)
    matched = Many(Part(MatchedWordOut), required=True)
    last_active_at = Instant(required=True, allow_none=True)


class FoundPeopleOut(StoredOut, ReadOut):
    """The people with all words. `more`: there are more, or may be: add a word, or raise `limit`.

    Of more than 1,000 profiles with all words, any 1,000 are looked at. `position`: up to which names are known.
    """

    items = Many(Part(FoundPersonOut), required=True)
    more = Flag(required=True)
