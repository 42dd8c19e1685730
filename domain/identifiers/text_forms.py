"""Text as it stands in an identifier: trimmed, composed, without what no key may hold.

White space is listed here and not taken from `str.isspace`, whose answer follows Python's Unicode tables:
a normal form is for ever.
"""

import re
from unicodedata import normalize

from domain.errors import InvalidInput

LONGEST_EMAIL = 320
LONGEST = 512

_WHITE_SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# Marks that copying from web pages, address books and CSV files leaves around a value: zero width space,
# direction marks, word joiner, isolates, byte order mark.
_INVISIBLE_MARKS = "\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_EDGES = re.compile(f"\\A[{_WHITE_SPACE}{_INVISIBLE_MARKS}]+|[{_WHITE_SPACE}{_INVISIBLE_MARKS}]+\\Z")
_WHITE_RUN = re.compile(f"[{_WHITE_SPACE}]+")
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def text_form(raw: str, *, longest: int, refusal: type[InvalidInput]) -> str:
    """`raw` trimmed and in NFC, its case kept; at most `longest` characters. Raises `refusal`."""
    if not isinstance(raw, str):
        raise refusal()
    trimmed = _EDGES.sub("", raw)
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
