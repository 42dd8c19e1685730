"""The values that a template can use: plain ones only, so that it cannot reach an attribute or method."""

from collections.abc import Mapping
from decimal import Decimal

from domain.messages.errors import RenderError
from infrastructure.liquid.limits import LARGEST_INTEGER, VALUE_CHARACTERS, VALUE_DEPTH


def plain_values(values: Mapping[str, object]) -> dict[str, object]:
    """A copy. Raises RenderError, naming the path, for anything but text, numbers, None, lists and dictionaries."""
    copy = {name: _plain(value, name, 1) for name, value in values.items()}
    if _characters(copy) > VALUE_CHARACTERS:
        raise RenderError(f"The values have more than {VALUE_CHARACTERS} characters.")
    return copy


def _plain(value: object, path: str, depth: int) -> object:
    # Exact types: a subclass could bring behaviour of its own.
    if value is None or type(value) in (str, bool):
        return value
    if isinstance(value, int | float | Decimal) and type(value) in (int, float, Decimal):
        return _number(value, path)
    if isinstance(value, dict) and type(value) is dict and depth < VALUE_DEPTH:
        return {_name(key, path): _plain(item, f"{path}.{key}", depth + 1) for key, item in value.items()}
    if isinstance(value, list) and type(value) is list and depth < VALUE_DEPTH:
        return [_plain(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
    raise RenderError(f"'{path}' is neither text nor a number nor a list or dictionary of them.")


def _number(value: int | float | Decimal, path: str) -> int | float | Decimal:
    finite = value.is_finite() if isinstance(value, Decimal) else True
    # NaN is in no range.
    if not finite or not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        raise RenderError(f"'{path}' is not a number that can be printed.")
    return value


def _name(key: object, path: str) -> str:
    if type(key) is not str:
        raise RenderError(f"'{path}' has a name that is not text.")
    return key


def _characters(value: object) -> int:
    if isinstance(value, dict):
        return sum(len(key) + _characters(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(map(_characters, value))
    return len(value) if isinstance(value, str) else 1
