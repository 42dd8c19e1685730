"""Base classes and errors of all schemas: coded messages, refused unknown fields, and paths of errors."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

import marshmallow as ma
from marshmallow.exceptions import SCHEMA

from interfaces.http.schemas.usual import Reader, Unusual, reader_of_schema

MOST_ERRORS = 100
LONGEST_PATH = 200


class CodedMessage(str):
    """An error message with its stable code."""

    code: str

    def __new__(cls, message: str, code: str = "invalid") -> "CodedMessage":
        coded = super().__new__(cls, message)
        coded.code = code
        return coded


class BodyIn(ma.Schema):
    """A request body. Every undeclared field is refused.

    `rules`: conditions between fields, as JSON Schema for the OpenAPI document. The bases' rules hold too.
    `makes`: the class that a loaded body becomes.
    """

    rules: ClassVar[dict[str, Any]] = {}
    makes: ClassVar[type] = dict

    class Meta:
        unknown = ma.RAISE

    error_messages = {
        "unknown": CodedMessage("This field is not known here.", "unknown_field"),
        "type": CodedMessage("This must be an object.", "not_an_object"),
    }

    def load(self, data: Any, **options: Any) -> Any:
        """Does what marshmallow's `load` does. Usual bodies are read faster."""
        if options.get("unknown", ma.RAISE) == ma.RAISE and options.keys() <= {"unknown"}:
            try:
                return self.read_usual(data)
            except (Unusual, ma.ValidationError):
                pass
        return super().load(data, **options)

    @cached_property
    def read_usual(self) -> Reader:
        """Reads a usual body, or raises Unusual or ValidationError."""
        return reader_of_schema(self, self.makes)

    @ma.post_load
    def _made(self, body: dict[str, Any], **_: Any) -> Any:
        return self.makes(**body)


class QueryIn(BodyIn):
    """A query string. Every undeclared parameter is refused."""


class BodyOut(ma.Schema):
    """An answer's body. Later versions may add fields. Tests check every answer against its schema."""


def exactly_one(*names: str) -> dict[str, Any]:
    """Returns the rule that exactly one of these fields is given."""
    return {"oneOf": [{"required": [name]} for name in names]}


def refused(message: str, code: str) -> ma.ValidationError:
    return ma.ValidationError(CodedMessage(message, code))


def errors_of(messages: Any) -> list[dict[str, str]]:
    """Returns marshmallow's nested messages as a flat list of path, code and message, at most a hundred."""
    return list(islice(_flat(messages, ""), MOST_ERRORS))


def _flat(messages: Any, path: str) -> Iterator[dict[str, str]]:
    if isinstance(messages, Mapping):
        for key, nested in messages.items():
            below = path if key == SCHEMA else f"{path}.{key}".strip(".")
            yield from _flat(nested, below)
    elif isinstance(messages, str):
        yield {
            "path": path[:LONGEST_PATH],
            "code": getattr(messages, "code", "invalid"),
            "message": str(messages),
        }
    else:
        for message in messages:
            yield from _flat(message, path)
