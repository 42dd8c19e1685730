"""Fields of query strings, where a + that the client has not written as %2B arrives as a space."""

import re

from domain.errors import InvalidInput
from interfaces.http.schemas.fields.texts import Text
from interfaces.http.schemas.fields.times import Instant

_LEADING_PLUS = re.compile(r"^ (?=[1-9][0-9 ().-]*$)")
_PLUS_OF_OFFSET = re.compile(r"(?<=[0-9]) (?=[0-9]{2}(:?[0-9]{2})?$)")
_TIME_OF_DAY = re.compile(r"[Tt ][0-9:.,]+ ")


class QueriedAddress(Text):
    """An address or a phone number. A space before its first digit is read as the + of a phone number."""

    def _read(self, text: str) -> str:
        return super()._read(_LEADING_PLUS.sub("+", text))


class QueriedInstant(Instant):
    """An instant. A space before the hours of its offset is read as a +."""

    def _read(self, text: str) -> str:
        return super()._read(_PLUS_OF_OFFSET.sub("+", text) if _TIME_OF_DAY.search(text) else text)


def with_hint(refusal: InvalidInput, value: str, path: str) -> InvalidInput:
    """Returns the refusal of a parameter, at its path. If the value has a space, it may have lost a +."""
    hint = " Write + as %2B in a URL." if " " in value else ""
    return type(refusal)(refusal.message + hint, path=path, code=refusal.code)
