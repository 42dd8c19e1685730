"""The filters that templates may use. Filters of the library that can use unbounded memory are replaced."""

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from liquid import RenderContext
from liquid.builtin.filters import array, math, misc, string
from liquid.filter import int_arg, liquid_filter, math_filter, sequence_filter, string_filter, with_context

from domain.errors import InvalidInput
from infrastructure.liquid.calendar import written
from infrastructure.liquid.errors import TellableError
from infrastructure.liquid.limits import VALUE_CHARACTERS

Filter = Callable[..., Any]
DATE, TRACK = "date", "track"
_MOST_DIGITS = 40
"""The digits on either side of the decimal point. Numbers in templates have at most 31."""


def allowed_filters() -> dict[str, Filter]:
    """Returns the filters by their names in templates. None reads a clock, so equal values give equal text."""
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


@with_context
@liquid_filter
def date(value: object, form: object, *, context: RenderContext) -> str:
    """Formats an ISO date or instant in the person's language, as `calendar.written` does."""
    if not isinstance(value, str) or not isinstance(form, str):
        raise TellableError("date takes an ISO date and a form", token=None)
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise TellableError("date takes an ISO date", token=None) from None
    language = context.globals.get("language")
    return written(instant, form, language if isinstance(language, str) else None)


@math_filter
def round_(number: float, digits: object = 0) -> float:
    """Rounds a half away from zero, to `digits` after the point, or before it if `digits` is negative."""
    if isinstance(number, int) and int_arg(digits, 0) >= 0:
        return number
    places = max(-_MOST_DIGITS, min(int_arg(digits, 0), _MOST_DIGITS))
    with localcontext(prec=2 * _MOST_DIGITS):
        # by its shortest notation: 1.005 is a half, though its binary value is a little less
        rounded = Decimal(str(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return int(rounded) if places <= 0 else float(rounded)


@with_context
@liquid_filter
def track(value: object, *, context: RenderContext) -> str:
    """Returns this message's click link that leads to the given absolute URL."""
    if not isinstance(value, str):
        raise TellableError(f"{TRACK} takes an absolute URL", token=None)
    link_to: Callable[[str], str] | None = getattr(context, TRACK)
    try:
        return value if link_to is None else link_to(value)
    except InvalidInput as refusal:
        raise TellableError(f"{TRACK}: {refusal.message}", token=None) from None


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
    DATE: date,
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
    "round": round_,
    "times": math.times,
}
