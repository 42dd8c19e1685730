"""The form of text in identifiers: trimmed, composed, without invisible characters, controls and surrogates."""

import re
from unicodedata import normalize

from domain.errors import InvalidInput
from domain.plain_text import TURNS, WHITE_SPACE, without_invisible, without_margins

LONGEST_EMAIL = 320
LONGEST = 512

_WHITE_RUN = re.compile(f"[{WHITE_SPACE}]+")
_REFUSED = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff{TURNS}]")
_UNUSABLE = "The character U+{:04X} cannot stand in this value: leave it out."


def text_form(raw: str, *, longest: int, refusal: type[InvalidInput]) -> str:
    """Returns `raw` trimmed, without invisible characters and in NFC, with its case kept.

    Two values that look the same are one value, except where a joiner changes a letter. A value that is shown
    in another order than it is read in is refused.

    Raises `refusal` for an empty text, more than `longest` characters, or characters that are not allowed.
    """
    if not isinstance(raw, str):
        raise refusal()
    trimmed = without_invisible(without_margins(raw))
    # The length is also checked before composing: composing a long run of marks takes quadratic time.
    if not 0 < len(trimmed) <= longest:
        raise refusal()
    if unusable := _REFUSED.search(trimmed):
        raise refusal(_UNUSABLE.format(ord(unusable.group())), code="unusable_character")
    composed = normalize("NFC", trimmed)
    if len(composed) > longest:
        raise refusal()
    return composed


def lower_form(text: str) -> str:
    """Returns the text in lower case and NFC.

    The second composition is needed because lower case can make letters composable (J and caron).
    """
    return normalize("NFC", normalize("NFC", text).lower())


def one_line(raw: str) -> str:
    """Returns the text with each run of white space replaced by one space."""
    return _WHITE_RUN.sub(" ", raw)
