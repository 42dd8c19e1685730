"""Texts of facts: their stored form, short texts in the clear, and words of closed lists.

This module lists white space itself. The answer of `str.isspace` changes with Python's Unicode tables, but a
stored form must never change.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar
from unicodedata import combining, normalize

from domain.bounds import too_many
from domain.errors import InvalidInput

Word = TypeVar("Word", bound=str)

LONGEST_NAME = 200
LONGEST_NUMBER = 400
"""The longest number from another system: with its source it fits a PostgreSQL index entry (2,704 bytes)."""

MOST_MARKS = 30
"""The most combining marks in a row (Unicode's stream-safe text): composing more takes quadratic time."""
WHITE_SPACE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""The inside of a character class, as each table here: Python and OpenAPI read the same."""
INVISIBLE = (
    r"\xad"  # soft hyphen
    r"\u034f"  # combining grapheme joiner
    r"\u115f\u1160\u3164\uffa0"  # Hangul fillers
    r"\u17b4\u17b5"  # inherent vowels of Khmer
    r"\u061c\u200e\u200f"  # marks of directions
    r"\u180e\u200b\u2060\ufeff"  # vowel separator, zero width space, word joiner, byte order mark
    r"\u2061-\u2065\u206a-\u206f"  # operators that are not written, and deprecated format characters
    r"\u2800"  # empty Braille pattern
    r"\ufff9-\ufffb"  # interlinear annotations
)
"""Characters that print nothing by themselves. Web pages, address books and CSV files leave many around values."""
JOINERS = r"\u200c\u200d"
"""They print nothing either, but inside a word they change its letters (Persian, Hindi, emoji)."""
TURNS = r"\u202a-\u202e\u2066-\u2069"
"""Embeddings, overrides and isolates: inside a text they change the order in which it is shown."""
SELECTORS = r"\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0000-\U000e0fff"
"""Selectors of variants and tags: they choose how the character before them looks."""
MARGINS = WHITE_SPACE + INVISIBLE + JOINERS + TURNS
"""What no stored text begins or ends with. Selectors are no margins: they end emoji."""

_EVERY_MARGIN = "".join(re.findall(f"[{MARGINS}]", "".join(map(chr, range(0x10000)))))
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_UNPRINTED = re.compile(f"[{INVISIBLE}{JOINERS}{TURNS}{SELECTORS}]")
_WHITE_SPACE = re.compile(f"[{WHITE_SPACE}]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def without_margins(text: str) -> str:
    """Returns `text` without white space and invisible characters at its edges."""
    return text.strip(_EVERY_MARGIN)


def without_invisible(text: str) -> str:
    """Returns `text` without invisible characters. Joiners and turns stay, because they change what is shown."""
    return _INVISIBLE.sub("", text)


def stored_form(text: str, path: str = "") -> str:
    """Returns `text` as facts store it: without margins, in NFC. Raises InvalidInput for too many marks."""
    if _is_stored_form(text):
        return text
    trimmed = without_margins(text)
    if trimmed.isascii():
        return trimmed
    if (marks := _marks_in_a_row(trimmed)) > MOST_MARKS:
        message = too_many(MOST_MARKS, "combining marks in a row", marks)
        raise InvalidInput(message, path=path, code="too_many_marks")
    return normalize("NFC", trimmed)


def _is_stored_form(text: Any) -> bool:
    """Says quickly of most texts that they are their own stored form: of ASCII between two visible characters."""
    return type(text) is str and text.isascii() and text[:1] > " " and text[-1:] > " "


def folded(text: str) -> str:
    """Returns the form by which declared names are compared. Spellings that look the same have the same form.

    It has no characters that print nothing, is in NFKC and case-folded, and has single spaces between words. A text
    of nothing but such characters is its own folded form, so that two of them are not one name.
    Folding the result again gives the same. Facts store the folded form beside the name.
    """
    if text.isascii():
        return _single_spaced(text.casefold())
    printed = normalize("NFKC", _UNPRINTED.sub("", text))
    return _single_spaced(normalize("NFKC", printed.casefold())) or text


def _single_spaced(text: str) -> str:
    return _WHITE_SPACE.sub(" ", text).strip(" ")


_Place = tuple[Any, object]
"""Where a value stands: the place of what holds it, and its name or index there. Only a refusal writes it out."""


def stored_tree(value: Any, path: str = "") -> Any:
    """Returns a JSON value with all its texts and names in their stored form.

    Raises InvalidInput, with the path, for a name of margins alone, and for two names of one object with the
    same stored form.
    """
    return _stored(value, (None, path))


def _stored(value: Any, place: _Place) -> Any:
    if isinstance(value, str):
        return _stored_text(value, place)
    if isinstance(value, list):
        return [_stored(item, (place, index)) for index, item in enumerate(value)]
    return _stored_members(value, place) if isinstance(value, dict) else value


def _stored_text(text: str, place: _Place) -> str:
    return text if _is_stored_form(text) else stored_form(text, _path(place))


def _stored_members(members: dict[str, Any], place: _Place) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, item in members.items():
        if name not in tree and _is_stored_form(name) and _is_stored_form(item):
            tree[name] = item
            continue
        below = (place, name)
        stored_name = _stored_text(name, below)
        if not stored_name:
            raise InvalidInput("A name may not be empty.", path=_path(below), code="empty")
        if stored_name in tree:
            message = "This name is given twice, with other margins or another spelling of its accents."
            raise InvalidInput(message, path=_path(below), code="given_twice")
        tree[stored_name] = _stored(item, below)
    return tree


def _path(place: _Place | None) -> str:
    if place is None:
        return ""
    holder, name = place
    return _below(_path(holder), name)


def _below(path: str, name: object) -> str:
    return f"{path}.{name}".strip(".")


def _marks_in_a_row(text: str) -> int:
    longest = length = 0
    for character in text:
        length = length + 1 if combining(character) else 0
        longest = max(longest, length)
    return longest


def plain_text(text: str, path: str, longest: int = LONGEST_NAME) -> str:
    """Returns `text` unchanged. Raises InvalidInput if it is blank, too long or has control characters."""
    if not isinstance(text, str) or not without_margins(text):
        raise InvalidInput("This may not be empty.", path=path, code="empty")
    if len(text) > longest:
        raise InvalidInput(too_many(longest, "characters", len(text)), path=path, code="too_long")
    if _CONTROL.search(text):
        raise InvalidInput("Control characters are not accepted.", path=path, code="control_character")
    return text


def optional_text(text: str | None, path: str, longest: int = LONGEST_NAME) -> str | None:
    """Returns None for None, otherwise the result of `plain_text`."""
    return None if text is None else plain_text(text, path, longest)


def stated_text(text: str, path: str) -> str:
    """Returns free text unchanged. Raises InvalidInput if it is blank."""
    if not without_margins(text):
        raise InvalidInput("This may not be empty.", path=path, code="empty")
    return text


def one_of(word: str, words: Collection[Word] | type[Word], path: str) -> Word:
    """Returns the one of `words`, a collection or an enumeration, that equals `word`.

    Raises InvalidInput, with all words, if none does.
    """
    known = _by_text(words) if isinstance(words, type) else {str(known): known for known in words}
    if word not in known:
        listed = ", ".join(sorted(known))
        raise InvalidInput(f"This must be one of: {listed}.", path=path, code="unknown_word")
    return known[word]


@cache
def _by_text(words: Iterable[Word]) -> Mapping[str, Word]:
    """Returns the words of an enumeration by their texts. A look-up here takes half the time of one there."""
    return {str(word): word for word in words}


def numbering(source: str | None, number: str | None) -> tuple[str, str] | None:
    """Returns source and number, or None without a number. Raises InvalidInput for a number without source."""
    if source is not None:
        plain_text(source, "source")
    if number is None:
        return None
    if source is None:
        raise InvalidInput("A number needs the source that it comes from.", path="source", code="missing")
    return source, plain_text(number, "number", LONGEST_NUMBER)
