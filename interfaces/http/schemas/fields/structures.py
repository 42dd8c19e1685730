"""Fields of lists and objects."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from application.codec import LARGEST_INTEGER
from domain.errors import InvalidInput
from domain.plain_text import stored_tree
from interfaces.http.schemas.base import BodyIn, CodedMessage
from interfaces.http.schemas.fields.coded import Coded, Length, Messages
from interfaces.http.schemas.fields.texts import LONGEST_NUMBER, PROSE, Text
from interfaces.http.schemas.usual import Reader, Unusual, reader_of_field

MOST_ITEMS = 1_000


FREE = "FreeValue"
FREE_REFERENCE: dict[str, Any] = {"$ref": f"#/components/schemas/{FREE}"}
NAMES: dict[str, Any] = {"propertyNames": {"pattern": PROSE}, "additionalProperties": FREE_REFERENCE}
FREE_VALUE: dict[str, Any] = {
    "description": "Any value without NUL characters, and without integers of more than 64 bits.",
    "anyOf": [
        {"type": "string", "pattern": r"^[^\x00]*$"},
        {"type": ["boolean", "null"]},
        {"type": "number", "minimum": -LARGEST_INTEGER, "maximum": LARGEST_INTEGER},
        {"type": "array", "items": FREE_REFERENCE},
        {"type": "object", **NAMES},
    ],
}


class Open(Coded, ma.fields.Raw):
    """Any JSON value. The code that reads the value validates it."""

    def usual_reader(self) -> Reader:
        """Reads objects, which stay as they are."""
        return lambda value: value if type(value) is dict else self.deserialize(value)


class Tree(Coded, ma.fields.Dict):
    """A free object. Its texts and names are stripped and normalised to NFC; the domain validates them."""

    default_error_messages: Messages = {"invalid": "This must be an object."}

    def described(self) -> dict[str, Any]:
        return NAMES

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping):
            raise self.make_error("invalid")
        try:
            return stored_tree(value)
        except InvalidInput as refusal:
            raise ma.ValidationError(
                {refusal.path: [CodedMessage(refusal.message, refusal.code)]}
            ) from refusal

    def usual_reader(self) -> Reader:
        def read(value: Any) -> Any:
            if type(value) is not dict:
                raise Unusual
            try:
                return stored_tree(value)
            except InvalidInput as refusal:
                raise Unusual from refusal

        return read


class Many(Coded, ma.fields.List[Any]):
    """A list of at most `most` items."""

    default_error_messages: Messages = {"invalid": "This must be a list."}

    def __init__(self, item: Any, *, most: int = MOST_ITEMS, least: int = 0, **kwargs: Any) -> None:
        super().__init__(item, validate=Length(min=least, max=most), **kwargs)
        self._bounds = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)

    def usual_reader(self) -> Reader:
        read_item, (least, most) = reader_of_field(self.inner), self._bounds

        def read(value: Any) -> list[Any]:
            if type(value) is not list or not least <= len(value) <= most:
                raise Unusual
            return [read_item(item) for item in value]

        return read


class Part(Coded, ma.fields.Nested):
    """An object with its own schema."""

    default_error_messages: Messages = {"type": "This must be an object."}

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any
    ) -> Any:
        if not isinstance(value, Mapping):
            raise self.make_error("type")
        return super()._deserialize(value, attr, data, partial, **kwargs)

    def usual_reader(self) -> Reader:
        schema = self.schema
        return schema.read_usual if isinstance(schema, BodyIn) else self.deserialize


class TextOr(Coded):
    """A text, or an object of a schema."""

    default_error_messages: Messages = {"invalid": "This must be a string or an object."}

    def __init__(self, schema: type[BodyIn], *, longest: int = LONGEST_NUMBER, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.schema = schema()
        self.text = Text(longest=longest)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, Mapping):
            return self.schema.load(value)
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return self.text.deserialize(value)

    def usual_reader(self) -> Reader:
        read_text, read_object = reader_of_field(self.text), self.schema.read_usual
        return lambda value: read_object(value) if type(value) is dict else read_text(value)
