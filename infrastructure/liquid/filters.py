"""The filters that templates may use; those of the library that can take unbounded memory are replaced."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from liquid import RenderContext
from liquid.builtin.filters import array, math, misc, string
from liquid.filter import liquid_filter, sequence_filter, string_filter, with_context

from domain.errors import InvalidInput
from infrastructure.liquid.errors import TellableError
from infrastructure.liquid.limits import VALUE_CHARACTERS

Filter = Callable[..., Any]
TRACK = "track"

_DIRECTIVE = re.compile(r"%(-?)(.?)", re.DOTALL)
_DIRECTIVES = frozenset("dmYyHIMSjBbAap")


def allowed_filters() -> dict[str, Filter]:
    """By the name that templates use. No filter reads a clock: the same values always give the same text."""
    return _TEXT | _LISTS | {name: _numeric(function) for name, function in _NUMBERS.items()}


@string_filter
def replace(value: str, old: object, new: object = "") -> str:
    sought, put = str(old), str(new)
    _refuse_above(len(value) + value.count(sought) * (len(put) - len(sought)))
    return value.replace(sought, put)


@sequence_filter
def join(items: list[object], separator: object = " ") -> str:
    parts, between = [str(item) for item in items], str(separator)
    _refuse_above(sum(map(len, parts)) + len(parts) * len(between))
    return between.join(parts)


@liquid_filter
def date(value: object, form: object) -> str:
    """An ISO date or instant, as it stands, in strftime's letters dmYyHIMSjBbAap (`%-d`: without zero)."""
    if not isinstance(value, str) or not isinstance(form, str):
        raise TellableError("date takes an ISO date and a form", token=None)
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise TellableError("date takes an ISO date", token=None) from None
    return _DIRECTIVE.sub(lambda found: _written(instant, *found.groups()), form)


@with_context
@liquid_filter
def track(value: object, *, context: RenderContext) -> str:
    """A link of this one message that leads to the absolute URL that it is given."""
    if not isinstance(value, str):
        raise TellableError(f"{TRACK} takes an absolute URL", token=None)
    link_to: Callable[[str], str] | None = getattr(context, TRACK)
    try:
        return value if link_to is None else link_to(value)
    except InvalidInput as refusal:
        raise TellableError(f"{TRACK}: {refusal.message}", token=None) from None


def _written(instant: datetime, unpadded: str, letter: str) -> str:
    if letter == "%":
        return "%"
    if letter not in _DIRECTIVES or not letter:
        raise TellableError("date does not know this letter", token=None)
    text = instant.strftime(f"%{letter}")
    return text.lstrip("0") or "0" if unpadded else text


def _refuse_above(characters: int) -> None:
    if characters > VALUE_CHARACTERS:
        raise TellableError("a text becomes too long", token=None)


def _numeric(function: Filter) -> Filter:
    """The library's arithmetic takes a Decimal for 0."""

    def with_floats(*arguments: object) -> object:
        return function(*(float(each) if isinstance(each, Decimal) else each for each in arguments))

    return with_floats


# Not here: remove_last, replace_last and uniq (quadratic), base64 (hides text from who approves it).
_TEXT: dict[str, Filter] = {
    "append": string.append,
    "capitalize": string.capitalize,
    "date": date,
    "default": misc.default,
    "downcase": string.downcase,
    "escape": string.escape,
    "lstrip": string.lstrip,
    "prepend": string.prepend,
    "remove": string.remove,
    "remove_first": string.remove_first,
    "replace": replace,
    "replace_first": string.replace_first,
    "rstrip": string.rstrip,
    "size": misc.size,
    "slice": string.slice_,
    "split": string.split,
    "squish": string.squish,
    "strip": string.strip,
    "strip_newlines": string.strip_newlines,
    TRACK: track,
    "truncate": string.truncate,
    "truncatewords": string.truncatewords,
    "upcase": string.upcase,
    "url_encode": string.url_encode,
}
_LISTS: dict[str, Filter] = {
    "compact": array.compact,
    "concat": array.concat,
    "first": array.first,
    "join": join,
    "last": array.last,
    "reverse": array.reverse,
    "sort": array.sort,
}
_NUMBERS: dict[str, Filter] = {
    "abs": math.abs_,
    "at_least": math.at_least,
    "at_most": math.at_most,
    "ceil": math.ceil,
    "divided_by": math.divided_by,
    "floor": math.floor,
    "minus": math.minus,
    "modulo": math.modulo,
    "plus": math.plus,
    "round": math.round_,
    "times": math.times,
}
