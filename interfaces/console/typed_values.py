"""What was typed into a form, as the fields of the API hold it."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from interfaces.console.formats import Formats

_NUMBER = {"en": re.compile(r"-?\d+(\.\d+)?"), "es": re.compile(r"-?\d+(,\d+)?")}
"""A number without marks between thousands, as people write it in a language."""
_GROUPED = {"en": re.compile(r"-?\d{1,3}(,\d{3})+\.\d+"), "es": re.compile(r"-?\d{1,3}(\.\d{3})+,\d+")}
"""A number with marks between thousands. Only its decimals make sure which of the marks is which."""
_MARKS = {"en": ",", "es": "."}


def decimal_text(text: str, language: str) -> str:
    """Returns a number as the API reads it: `1.234,50` in Spanish -> `1234.50`. Other texts stay as they are."""
    if _GROUPED[language].fullmatch(text):
        text = text.replace(_MARKS[language], "")
    return text.replace(",", ".") if language == "es" and _NUMBER[language].fullmatch(text) else text


def value_of(kind: str, text: str, f: Formats) -> Any:
    """Returns what a field of this kind states. What cannot be read stays as it was typed, and the API refuses it."""
    return _READ[kind](text, f) if kind in _READ else text


def put(stated: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Puts a value at its path within the fields of the API."""
    for name in path[:-1]:
        stated = stated.setdefault(name, {})
    stated[path[-1]] = value


def end_of_day(text: str, f: Formats) -> str:
    """Returns the instant at which a day is over for this person."""
    try:
        begin = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), ZoneInfo(f.time_zone))
    except (ValueError, OverflowError):
        return text
    return begin.isoformat()


def _number(text: str, f: Formats) -> Any:
    written = decimal_text(text.strip(), f.language)
    try:
        return int(written) if re.fullmatch(r"-?\d{1,20}", written) else float(written)
    except ValueError:
        return text


def _yes_or_no(text: str, _: Formats) -> Any:
    return {"true": True, "false": False}.get(text, text)


_READ: Mapping[str, Callable[[str, Formats], Any]] = {
    "money": lambda text, f: decimal_text(text.strip(), f.language),
    "number": _number,
    "yes_or_no": _yes_or_no,
    "lines": lambda text, f: [line.strip() for line in text.splitlines() if line.strip()],
    "until": end_of_day,
}
