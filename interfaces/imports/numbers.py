"""Numbers as spreadsheets and databases write them."""

import re
from decimal import Decimal
from typing import Any
from unicodedata import category

from domain.errors import InvalidInput
from interfaces.imports.written import unmarked

_SEPARATORS = " \u00a0\u2009\u202f'\u2019"
"""What may stand between thousands, whatever the decimal sign is."""
_MINUS = "\u2212"
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_COMMA = re.compile(r"(?=.*[0-9])(?=.*,)[-+0-9,.' E]+", re.IGNORECASE)
_SEVERAL_POINTS = re.compile(r"[-+]?[0-9]{1,3}(\.[0-9]{3}){2,}")
_ACCOUNTING = re.compile(r"\(.*[0-9].*\)|[0-9][0-9.,]*-")


def _notation(decimal: str, thousands: str) -> re.Pattern[str]:
    grouped = rf"[0-9]{{1,3}}([{_SEPARATORS}{thousands}][0-9]{{3}})+"
    return re.compile(
        rf"(?P<sign>[-+{_MINUS}]?)(?P<whole>{grouped}|[0-9]+)({re.escape(decimal)}(?P<part>[0-9]+))?"
        rf"(E(?P<exponent>[-+]?[0-9]{{1,2}}))?",
        re.IGNORECASE,
    )


_NOTATIONS = {None: _notation(".", ""), ".": _notation(".", ","), ",": _notation(",", ".")}
"""Patterns of numbers by the decimal sign that the plan names."""


def number(text: str, decimal: str | None, path: str) -> str:
    """Returns the number as JSON writes it. `decimal` is the decimal sign of the text, if known.

    Raises InvalidInput, at `path`, if the text does not fit `decimal`, or says how the text can be read. Without
    `decimal`, any other text is returned unchanged, and the schema refuses it.
    """
    plain = unmarked(text)
    match = _NOTATIONS[decimal].fullmatch(plain)
    if match:
        return _written_out(match)
    message = _advice(plain, decimal)
    if message is None and decimal is None:
        return plain
    example = "1.234,50" if decimal == "," else "1,234.50"
    message = message or f"Not a number with {decimal!r} as its decimal sign, such as {example}."
    raise InvalidInput(message, path=path, code="invalid_number")


def json_number(text: str) -> Any:
    """Returns the number. A text that is no number is returned unchanged, and the schema refuses it."""
    if not _PLAIN_NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _written_out(match: re.Match[str]) -> str:
    sign = "-" if match["sign"] in ("-", _MINUS) else ""
    digits = sign + re.sub("[^0-9]", "", match["whole"]) + (f".{match['part']}" if match["part"] else "")
    return format(Decimal(f"{digits}E{match['exponent']}"), "f") if match["exponent"] else digits


def _advice(text: str, decimal: str | None) -> str | None:
    """Returns what to do about a text that is no number, if that is known."""
    if text.startswith("#"):
        return (
            f"The spreadsheet could not compute this cell ({text[:20]}): correct it, or --null '{text[:20]}'."
        )
    if "%" in text:
        return "A percent sign: write 12 % as 12 or as 0.12, as the field means it, without the sign."
    if any(category(character) == "Sc" for character in text):
        return "A currency sign: take it away; --set currency=EUR names a currency."
    if _ACCOUNTING.fullmatch(text):
        return "A negative number begins with a minus, such as -12.50."
    if decimal is None and _COMMA.fullmatch(text):
        return "A comma in a number: --decimal , reads it as the decimal sign, --decimal . skips it."
    if decimal is None and _SEVERAL_POINTS.fullmatch(text):
        return "Points between the thousands: --decimal , reads them."
    return None
