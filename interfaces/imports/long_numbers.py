"""Phone numbers and other identifiers that a spreadsheet wrote as numbers."""

import re

from domain.customers.details import Channel
from domain.errors import InvalidInput
from domain.plain_text import stored_form
from interfaces.imports.written import TEXT_MARK

PHONE = frozenset({Channel.PHONE, Channel.SMS})
_MARKED = re.compile(rf"{TEXT_MARK}[+0-9][-0-9 .()/]*")
_SCIENTIFIC = re.compile(r"(?P<first>[0-9])([.,](?P<rest>[0-9]+))?E\+(?P<exponent>[0-9]{1,2})", re.IGNORECASE)
_WITH_FRACTION = re.compile(r"(?P<digits>\+?[0-9]{6,})[.,]0+")


def identifier(text: str, path: str) -> str:
    """Returns the identifier without the mark of a text, and a number in scientific notation written out.

    Raises InvalidInput, at `path`, if the notation has lost digits.
    """
    plain = stored_form(text)
    if _MARKED.fullmatch(plain):
        plain = plain.removeprefix(TEXT_MARK)
    match = _SCIENTIFIC.fullmatch(plain)
    if match is None:
        return plain
    digits, length = match["first"] + (match["rest"] or ""), int(match["exponent"]) + 1
    if len(digits) < length or digits[length:].strip("0"):
        raise InvalidInput(
            f"{plain} has lost digits of the number: format the column as text, or as a number without decimals,"
            " and export the file again.",
            path=path,
            code="lost_digits",
        )
    return digits[:length]


def phone(text: str, path: str) -> str:
    """Returns the phone number as `identifier` does, and without a fraction of zeros, such as in 34600111222.0."""
    plain = identifier(text, path)
    match = _WITH_FRACTION.fullmatch(plain)
    return match["digits"] if match else plain
