"""Base classes and errors of all schemas: coded messages, refused unknown fields, and paths of errors."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

import marshmallow as ma
from marshmallow.exceptions import SCHEMA

from domain.nearest import suggestion
from interfaces.http.schemas.usual import Reader, Unusual, reader_of_schema

MOST_ERRORS = 100
LONGEST_PATH = 200
LONGEST_MESSAGE = 200
MOST_SUGGESTED = 10
"""For so many unknown fields of an object the field that was meant is looked for."""


class CodedMessage(str):
    """An error message with its stable code."""

    code: str

    def __new__(cls, message: str, code: str = "invalid") -> "CodedMessage":
        coded = super().__new__(cls, message)
        coded.code = code
        return coded


UNKNOWN_FIELD = CodedMessage("This field is not known here.", "unknown_field")


class BodyIn(ma.Schema):
    """A request body. Every undeclared field is refused.

    `rules`: conditions between fields, as JSON Schema for the OpenAPI document. The bases' rules hold too.
    `makes`: the class that a loaded body becomes. `example`: a body for the OpenAPI document; a test sends it.
    """

    rules: ClassVar[dict[str, Any]] = {}
    example: ClassVar[dict[str, Any]] = {}
    makes: ClassVar[type] = dict

    class Meta:
        unknown = ma.RAISE

    error_messages = {
        "unknown": UNKNOWN_FIELD,
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

    def handle_error(self, error: ma.ValidationError, data: Any, *, many: bool, **options: Any) -> None:
        """Adds to the refusal of a field that is not known here the field that was probably meant."""
        if not isinstance(error.messages, dict):
            return
        unknown = [name for name, messages in error.messages.items() if _is_unknown(messages)]
        for name in unknown[:MOST_SUGGESTED]:
            meant = suggestion(str(name), self.known_names) or f" Known are: {', '.join(self.known_names)}."
            message = CodedMessage(f"{UNKNOWN_FIELD}{meant}", UNKNOWN_FIELD.code)
            if len(message) <= LONGEST_MESSAGE:
                error.messages[name] = [message]

    @cached_property
    def known_names(self) -> list[str]:
        """The names of the fields, as a body has them."""
        return sorted(field.data_key or name for name, field in self.load_fields.items())

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


def _is_unknown(messages: Any) -> bool:
    return isinstance(messages, list) and messages == [UNKNOWN_FIELD]


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
