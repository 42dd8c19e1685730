"""The words of names and towns, spelled so that people who write them differently find the same person.

A word has no case and no accents. `RULES` has to change with what these functions return: the index of names is then
made anew.
"""

import re
from collections.abc import Iterator
from unicodedata import category, combining, normalize

from domain.customers.errors import NoWords, TooManyWords

RULES = 1
MOST_WORDS = 10
"""The most words of one search."""
_APOSTROPHES = dict.fromkeys(map(ord, "\u00b4`\u2018\u2019\u02bc\u02b9\u02bb\uff07"), "'")
_LETTERS = _APOSTROPHES | str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Those, and Latin letters that Unicode does not decompose into a letter and a mark."""
_JOINED = re.compile(r"['\-\u2010-\u2015]")


def words_of(text: str) -> frozenset[str]:
    """Returns the words of a name or a town.

    A part that a hyphen or an apostrophe joins is a word by itself, and so is what they join: O'Brien has o, brien and
    obrien.
    """
    return frozenset(word for parts in _parts(text) for word in (*parts, "".join(parts)))


def words_asked(text: str) -> tuple[str, ...]:
    """Returns the different words of a search, in their order. Raises NoWords or TooManyWords with the path `words`."""
    words = tuple(dict.fromkeys(part for parts in _parts(text) for part in parts))
    if not words:
        raise NoWords(path="words", code="no_words")
    if len(words) > MOST_WORDS:
        raise TooManyWords(path="words", code="too_many_words")
    return words


def _parts(text: str) -> Iterator[list[str]]:
    """Yields the parts of each piece of the text that has no spaces or signs, but for those that join parts."""
    for piece in _plain(text).split():
        if parts := [part for part in _JOINED.split(piece) if part]:
            yield parts


def _plain(text: str) -> str:
    """Returns the text in small letters without accents, with a space for each sign that joins nothing."""
    small = normalize("NFKD", text.translate(_APOSTROPHES)).casefold().translate(_LETTERS)
    letters = (letter for letter in normalize("NFKD", small) if not combining(letter))
    return "".join(letter if _is_kept(letter) else " " for letter in letters if category(letter) != "Cf")


def _is_kept(letter: str) -> bool:
    return letter.isalnum() or category(letter)[0] == "M" or _JOINED.match(letter) is not None
