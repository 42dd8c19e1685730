"""Text as it stands in an identifier: trimmed, composed, without what no key may hold."""

import re
from unicodedata import normalize

from domain.errors import InvalidInput
from domain.plain_text import WHITE_SPACE, without_margins

LONGEST_EMAIL = 320
LONGEST = 512

_WHITE_RUN = re.compile(f"[{WHITE_SPACE}]+")
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def text_form(raw: str, *, longest: int, refusal: type[InvalidInput]) -> str:
    """`raw` trimmed and in NFC, its case kept; at most `longest` characters. Raises `refusal`."""
    if not isinstance(raw, str):
        raise refusal()
    trimmed = without_margins(raw)
    # Measured before composing as well: composing a long run of marks takes quadratic time.
    if not 0 < len(trimmed) <= longest or _REFUSED.search(trimmed):
        raise refusal()
    composed = normalize("NFC", trimmed)
    if len(composed) > longest:
        raise refusal()
    return composed


def lower_form(text: str) -> str:
    """In lower case and NFC. Composed twice, because lower case can bring letters together (J and caron)."""
    return normalize("NFC", normalize("NFC", text).lower())


def one_line(raw: str) -> str:
    """Each run of white space as one space."""
    return _WHITE_RUN.sub(" ", raw)
