"""The schema of a stored fact, from the annotations of its class."""

from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from domain.facts import Fact, personal_fields

PLACE = frozenset({"originator_id", "originator_version"})
"""The fields that hold the fact's place in its stream. They are columns of the log, not part of its JSON."""


def schema_of(fact_class: type[Fact]) -> dict[str, Any]:
    """Returns `{"name", "version", "fields": {name: {"type", "personal"?, "optional"?}}}`, in field order."""
    personal = personal_fields(fact_class)
    described = {}
    for name, kind, optional in _fields(fact_class):
        described[name] = {
            "type": kind,
            **({"personal": True} if name in personal else {}),
            **({"optional": True} if optional else {}),
        }
    return {"name": fact_class.stored_name, "version": fact_class.stored_version, "fields": described}


def _fields(cls: type) -> Iterator[tuple[str, Any, bool]]:
    hints = get_type_hints(cls)
    for field in fields(cls):
        if field.name not in PLACE:
            optional = field.default is not MISSING or field.default_factory is not MISSING
            yield field.name, _type(hints[field.name]), optional


def _type(annotation: Any) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        kinds = [_type(option) for option in arguments if option is not NoneType]
        return kinds[0] if len(kinds) == 1 else {"one of": kinds}
    if origin is tuple:
        return [_type(arguments[0])]
    if origin is dict:
        return "object"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {"one of these": [member.value for member in annotation]}
    if is_dataclass(annotation) and isinstance(annotation, type):
        return {name: kind for name, kind, _ in _fields(annotation)}
    return getattr(annotation, "__name__", str(annotation)).lower()
