"""Fields of texts, words of a closed list, flags, ids and positions."""

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

import marshmallow as ma

from domain.plain_text import MARGINS
from interfaces.http.schemas.fields.coded import Coded, Length, Messages, OneOf
from interfaces.http.schemas.usual import Reader, usual

LONGEST_PROSE = 20_000
LONGEST_NAME = 200
LONGEST_NUMBER = 512
"""The longest number or id from another system: message ids of mail are long."""

CONTROLS = r"\x00-\x1f\x7f-\x9f"
PROSE = rf"^([^\x00]*[^\x00{MARGINS}][^\x00]*)$"
"""A text that is not empty between its margins and has no NUL, which PostgreSQL cannot store.

The group around the whole pattern is for schemathesis: it writes `maxLength` into a pattern's repetitions, and a
pattern with `{0,19999}` takes half a second to compile. Inside a group it leaves them alone.
"""
LINE = rf"^([{MARGINS}]*[^{CONTROLS}{MARGINS}]([^{CONTROLS}]*[^{CONTROLS}{MARGINS}])?[{MARGINS}]*)$"
"""Such a text without control characters between its margins."""

_CONTROL = re.compile(f"[{CONTROLS}]")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
POSITION = r"[0-9]{1,19}"


def is_usual_text(value: Any) -> bool:
    """Says whether a value is a text of printable ASCII that neither begins nor ends with a space."""
    return (
        type(value) is str and value.isascii() and value.isprintable() and value[:1] > " " and value[-1] > " "
    )


class String(Coded, ma.fields.String):
    """A string. Other JSON types are refused."""

    default_error_messages: Messages = {"invalid": "This must be a string."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return value


class Prose(String):
    """A text of any number of lines and at most `longest` characters, counted in its stored form."""

    def __init__(self, *, longest: int = LONGEST_PROSE, shortest: int = 1, **kwargs: Any) -> None:
        super().__init__(validate=Length(min=shortest, max=longest), **kwargs)
        self._longest = longest
        self._may_be_empty = shortest == 0

    def described(self) -> dict[str, Any]:
        return {} if self._may_be_empty else {"pattern": PROSE}

    def usual_reader(self) -> Reader:
        """Reads printable ASCII on one line, which is its own stored form."""
        longest = self._longest

        def read(value: Any) -> Any:
            return usual(value, is_usual_text(value) and len(value) <= longest)

        return read


class Text(Prose):
    """A text of one line."""

    default_error_messages: Messages = {"control_character": "Control characters are not accepted."}

    def __init__(self, *, longest: int = LONGEST_NAME, pattern: str = LINE, **kwargs: Any) -> None:
        """`pattern`: the texts that the domain accepts, for the OpenAPI document."""
        super().__init__(longest=longest, **kwargs)
        self._pattern = pattern

    def described(self) -> dict[str, Any]:
        return {} if self._may_be_empty else {"pattern": self._pattern}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _CONTROL.search(text):
            raise self.make_error("control_character")
        return text

    usual_reader = Prose.usual_reader


class Word(String):
    """One of a closed list of words."""

    def __init__(self, words: Collection[str], **kwargs: Any) -> None:
        self._words = frozenset(str(word) for word in words)
        super().__init__(validate=OneOf([str(word) for word in words]), **kwargs)

    def usual_reader(self) -> Reader:
        """Reads a word that is written as in the list."""
        words = self._words
        return lambda value: usual(value, type(value) is str and value in words)


class Id(Coded, ma.fields.UUID):
    """A UUID in its usual notation."""

    default_error_messages: Messages = {"invalid_uuid": "This must be a UUID."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _UUID.fullmatch(value):
            raise self.make_error("invalid_uuid")
        return UUID(value)

    def usual_reader(self) -> Reader:
        return lambda value: UUID(usual(value, type(value) is str and _UUID.fullmatch(value) is not None))


class Flag(Coded, ma.fields.Boolean):
    """true or false."""

    default_error_messages: Messages = {"invalid": "This must be true or false."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value

    def usual_reader(self) -> Reader:
        return lambda value: usual(value, type(value) is bool)


class Position(String):
    """A position of the log: a decimal string."""

    default_error_messages: Messages = {"invalid_position": "A position is a decimal string."}

    def described(self) -> dict[str, Any]:
        return {"pattern": f"^{POSITION}$"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(POSITION, text):
            raise self.make_error("invalid_position")
        return text
