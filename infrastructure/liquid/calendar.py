"""Names of months and days by language, and dates written with them."""

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path

from infrastructure.liquid.errors import TellableError

FILE = Path(__file__).parent / "calendar_names.json"
"""From the Unicode CLDR (see LICENSE.unicode), written by tests/infrastructure/commit_calendar_names.py. A name in it
never changes: messages that were sent are rendered again with it."""
DEFAULT_LANGUAGE = "en"

_DIRECTIVE = re.compile(r"%(-?)(.?)", re.DOTALL)
_NUMBERS = frozenset("dmYyHIMSjp")
_NAMES = frozenset("BbAa")

Names = dict[str, list[str]]


def refuse_unknown_letters(form: str) -> None:
    """TellableError for a form that `written` cannot write."""
    for _, letter in _DIRECTIVE.findall(form):
        if letter not in _NUMBERS | _NAMES | {"%"}:
            known = "".join(sorted(_NUMBERS | _NAMES))
            raise TellableError(f"date does not know '%{letter}'; its letters are {known}", token=None)


def written(instant: datetime, form: str, language: str | None) -> str:
    """Formats the instant, without converting its zone, by strftime's letters. `%-d` has no leading zero.

    Names of months and days are in `language`, a tag such as es-MX, or in English if the language is unknown.
    """
    refuse_unknown_letters(form)
    names = _names(language or DEFAULT_LANGUAGE)
    beside_day = any(letter == "d" for _, letter in _DIRECTIVE.findall(form))
    if beside_day:
        names = names | {"B": names.get("B of a day", names["B"])}
    return _DIRECTIVE.sub(lambda directive: _value(instant, directive, names), form)


def _value(instant: datetime, directive: re.Match[str], names: Names) -> str:
    unpadded, letter = directive.groups()
    if letter == "%":
        return "%"
    if letter in _NAMES:
        return names[letter][instant.month - 1 if letter in "Bb" else instant.weekday()]
    number = instant.strftime(f"%{letter}")
    return number.lstrip("0") or "0" if unpadded else number


def _names(language: str) -> Names:
    """Returns the names for the longest known part of the tag: es-MX uses those of es."""
    subtags = language.split("-")
    tags = ("-".join(subtags[:length]) for length in range(len(subtags), 0, -1))
    return next((_all()[tag] for tag in tags if tag in _all()), _all()[DEFAULT_LANGUAGE])


@cache
def _all() -> dict[str, Names]:
    names: dict[str, Names] = json.loads(FILE.read_text(encoding="utf-8"))
    return names
