"""Fields and validators whose error messages have stable codes."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import validate

from domain.bounds import out_of_bounds, too_many
from domain.errors import InvalidInput
from domain.plain_text import stored_form
from interfaces.http.schemas.base import refused

Messages = dict[str, str | list[Any] | dict[Any, Any]]

_CODES = {
    "required": "missing",
    "invalid": "invalid_type",
    "type": "not_an_object",
    "number_for_money": "invalid_money",
}


class Coded(ma.fields.Field[Any]):
    """A field that reads a text in its stored form, and whose messages have codes.

    A code is marshmallow's key of the message, or a clearer word from _CODES.
    """

    default_error_messages: Messages = {
        "required": "This field is required.",
        "null": "This may not be null; leave the field out.",
        "validator_failed": "This value is not valid.",
    }

    def described(self) -> dict[str, Any]:
        """Returns JSON Schema properties that apispec does not derive from the class and the validators."""
        return {}

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        read = self._read(value) if isinstance(value, str) else value
        return super().deserialize(read, attr, data, **kwargs)

    def _read(self, text: str) -> str:
        """Returns the text without margins and in NFC."""
        try:
            return stored_form(text)
        except InvalidInput as refusal:
            raise refused(refusal.message, refusal.code) from refusal

    def make_error(self, key: str, **kwargs: Any) -> ma.ValidationError:
        return refused(str(self.error_messages[key]), _CODES.get(key, key))


class Length(validate.Length):
    """Refuses values that are too short or too long."""

    def __call__(self, value: Any) -> Any:
        if self.min is not None and len(value) < self.min:
            raise refused("This may not be empty.", "empty")
        if self.max is not None and len(value) > self.max:
            unit = "characters" if isinstance(value, str) else "items"
            raise refused(too_many(self.max, unit, len(value)), "too_long")
        return value


class InRange(validate.Range):
    """Refuses numbers out of bounds."""

    def __call__(self, value: Any) -> Any:
        if not self.min <= value <= self.max:
            raise refused(out_of_bounds(self.min, self.max, value), "out_of_range")
        return value


class OneOf(validate.OneOf):
    """Refuses values that are not in the list."""

    def __call__(self, value: Any) -> Any:
        if value not in self.choices:
            raise refused(f"This must be one of: {', '.join(map(str, self.choices))}.", "unknown_word")
        return value
