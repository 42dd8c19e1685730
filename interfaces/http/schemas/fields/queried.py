"""Fields of query strings, where a + that the client has not written as %2B arrives as a space."""

import re
from collections.abc import Collection
from typing import Any

from domain.errors import InvalidInput
from interfaces.http.schemas.base import refused
from interfaces.http.schemas.fields.texts import String, Text
from interfaces.http.schemas.fields.times import Instant

MOST_POSITIONS = 100
_POSITION = "[0-9]{1,18}"
YES_OR_NO = {"true": True, "false": False}
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


class QueriedFlag(String):
    """true or false."""

    def described(self) -> dict[str, Any]:
        return {"enum": [*YES_OR_NO]}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        given = super()._deserialize(value, attr, data, **kwargs)
        if given not in YES_OR_NO:
            raise refused(f"This must be one of: {', '.join(YES_OR_NO)}.", "unknown_word")
        return YES_OR_NO[given]


class QueriedWords(String):
    """One or several words of a closed list, with commas between them. Any of them will do."""

    def __init__(self, words: Collection[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._words = [str(word) for word in words]

    def described(self) -> dict[str, Any]:
        word = f"({'|'.join(self._words)})"
        return {
            "pattern": f"^{word}(,{word}){{0,{len(self._words) - 1}}}$",
            "description": "One or several words, with commas between them.",
            "example": ",".join(self._words[:2]),
        }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        given = super()._deserialize(value, attr, data, **kwargs).split(",")
        if len(given) > len(self._words) or not {*given} <= {*self._words}:
            listed = ", ".join(self._words)
            raise refused(
                f"This must be one or several of these, with commas between: {listed}.", "unknown_word"
            )
        return sorted({*given})


class QueriedPositions(String):
    """Positions of the log, with commas between them, a hundred at most."""

    def described(self) -> dict[str, Any]:
        return {
            "pattern": f"^{_POSITION}(,{_POSITION}){{0,{MOST_POSITIONS - 1}}}$",
            "description": f"Positions with commas between them, {MOST_POSITIONS} at most.",
            "example": "1,2",
        }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        given = super()._deserialize(value, attr, data, **kwargs).split(",")
        if len(given) > MOST_POSITIONS or not all(map(re.compile(_POSITION).fullmatch, given)):
            raise refused(
                f"This must be positions with commas between them, {MOST_POSITIONS} at most.",
                "invalid_positions",
            )
        return sorted({int(position) for position in given})


def with_hint(refusal: InvalidInput, value: str, path: str) -> InvalidInput:
    """Returns the refusal of a parameter, at its path. If the value has a space, it may have lost a +."""
    hint = " Write + as %2B in a URL." if " " in value else ""
    return type(refusal)(refusal.message + hint, path=path, code=refusal.code)
