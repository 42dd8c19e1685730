"""Text fields with a closed vocabulary. Criteria spell and refuse their values as customer commands do."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, partial

from domain import cldr
from domain.criteria.errors import InvalidCriteria
from domain.customers.details import COUNTRIES, CustomerKind, country_code
from domain.customers.languages import TWO_LETTERS, language_tag, spelled_subtags
from domain.errors import InvalidInput
from domain.money import CURRENCIES, currency_code
from domain.nearest import nearest
from domain.plain_text import one_of
from domain.touchpoints.events import TouchpointChannel
from domain.zones import known_zone, known_zones


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The values of a text field.

    `read` returns the stored spelling of a value, or raises InvalidInput if no customer can have it.
    `read_part` returns the spelling of a part of a value. `words` returns the known values, which refusals
    suggest, and `names` other names of them; `more` says that there are further values.
    """

    read: Callable[[str], str]
    words: Callable[[], Collection[str]]
    read_part: Callable[[str], str] = str
    names: Callable[[], cldr.Names] = dict
    more: bool = False

    @property
    def ends(self) -> Mapping[str, str]:
        """The values that `lt` and `gt` cannot be followed by: none is below or above, by code points."""
        return {} if self.more else {"lt": min(self.words()), "gt": max(self.words())}


def _languages() -> Collection[str]:
    return TWO_LETTERS - cldr.aliases("languages").keys()


@cache
def _other_names_of_zones() -> cldr.Names:
    """Returns the other names of each zone, and the city in each of its names."""
    names = {zone: [zone] for zone in known_zones()}
    for alias, zone in cldr.aliases("zones").items():
        names[zone].append(alias)
    return {
        zone: [*of_zone, *(name.rpartition("/")[2] for name in of_zone)] for zone, of_zone in names.items()
    }


KIND = Vocabulary(
    read=partial(one_of, words=tuple(CustomerKind), path="kind"), words=lambda: tuple(CustomerKind)
)
LANGUAGE = Vocabulary(
    read=language_tag,
    words=_languages,
    read_part=spelled_subtags,
    names=partial(cldr.names, "languages"),
    more=True,
)
COUNTRY = Vocabulary(
    read=country_code, words=lambda: COUNTRIES, read_part=str.upper, names=partial(cldr.names, "countries")
)
TIME_ZONE = Vocabulary(read=known_zone, words=known_zones, names=_other_names_of_zones)
CURRENCY = Vocabulary(read=currency_code, words=lambda: CURRENCIES, names=partial(cldr.names, "currencies"))
CHANNELS = tuple(TouchpointChannel)
"""The channels of touchpoints. The channel of an order or a complaint may be any text."""


def whole(vocabulary: Vocabulary, text: str, path: str) -> str:
    """Returns the value as customers have it.

    Raises InvalidCriteria, at `path`, which suggests the value that the text probably means.
    """
    try:
        return vocabulary.read(text)
    except InvalidInput as refusal:
        raise _refused(refusal, text, vocabulary, path) from refusal


def part(vocabulary: Vocabulary, text: str, path: str) -> str:
    """Returns a part of a value, for `contains`. Raises InvalidCriteria as `whole` if no value has it."""
    try:
        spelled = vocabulary.read_part(text)
    except InvalidInput as refusal:
        raise _refused(refusal, text, vocabulary, path) from refusal
    if not vocabulary.more and not any(spelled in word for word in vocabulary.words()):
        raise _refused(InvalidInput("No value contains this.", code="unknown_part"), text, vocabulary, path)
    return spelled


def one_word(text: str, words: Collection[str], path: str) -> str:
    """Returns the text if it is one of the words. Raises InvalidCriteria, which may suggest one."""
    return whole(Vocabulary(read=partial(one_of, words=words, path=""), words=lambda: words), text, path)


def _refused(refusal: InvalidInput, text: str, vocabulary: Vocabulary, path: str) -> InvalidCriteria:
    meant = _respelled(text, vocabulary) or nearest(text, vocabulary.words(), vocabulary.names())
    message = refusal.message if meant is None else f"{refusal.message} The nearest is {meant}."
    return InvalidCriteria(message, path=path, code=refusal.code)


def _respelled(text: str, vocabulary: Vocabulary) -> str | None:
    """Returns the value that the text is with hyphens as separators (es-MX for es_mx), or None."""
    try:
        return vocabulary.read(text.replace("_", "-").replace(" ", "-"))
    except InvalidInput:
        return None
