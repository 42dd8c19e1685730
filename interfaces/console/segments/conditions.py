"""What conditions may be about, and what is typed for them: as criteria have it, and as a form has it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.catalogue.attribute_types import AttributeType
from domain.criteria.fields import ATTRIBUTE_PREFIX, FIELDS, INSTANT, NUMBER, OPERATORS, PLACES_IN_360
from domain.instants import iso_instant
from interfaces.console.segments.draft import Typed

Criterion = Mapping[str, Any]
FIELD, COUNTRY = "field:", "field:country"
DID, DID_NOT, SPENT, SEGMENT = "did", "did_not", "spent", "segment"
KNOWN, UNKNOWN = "known", "unknown"
"""The operator `exists` with its two values. They need no field for the value."""
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_LOCAL = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, kw_only=True)
class Words:
    """What criteria may name here. `attributes`: the types of those that are declared and not personal, by name."""

    attributes: Mapping[str, str]
    segments: Mapping[str, str]
    time_zone: str

    def type_of(self, what: str) -> AttributeType:
        """Returns the type of the field that a condition compares; text for one that there is not."""
        name = what.removeprefix(FIELD)
        if name in FIELDS:
            return FIELDS[name].type
        return AttributeType(self.attributes.get(name.removeprefix(ATTRIBUTE_PREFIX), AttributeType.TEXT))

    def operators(self, what: str) -> Sequence[str]:
        """Returns the operators of a field, as the form names them."""
        return (*(op for op in OPERATORS[self.type_of(what)] if op != "exists"), KNOWN, UNKNOWN)

    def fields(self) -> Sequence[str]:
        """Returns what conditions may compare."""
        names = (*FIELDS, *(f"{ATTRIBUTE_PREFIX}{name}" for name in self.attributes))
        return [f"{FIELD}{name}" for name in names]


def typed_for(criterion: Criterion, words: Words) -> Typed:
    """Returns what the fields of a form have for this criterion, which is no group."""
    for name in (DID, DID_NOT):
        if name in criterion:
            return {"what": name, **_texts(criterion[name])}
    if SPENT in criterion:
        return {"what": SPENT, **_texts(criterion[SPENT])}
    if SEGMENT in criterion:
        return {"what": SEGMENT, "value": str(criterion[SEGMENT])}
    name = PLACES_IN_360.get(criterion["field"], criterion["field"])
    what, op = f"{FIELD}{name}", criterion["op"]
    if op == "exists":
        return {"what": what, "op": KNOWN if criterion.get("value", True) else UNKNOWN, "value": ""}
    values = criterion["value"] if op == "in" else [criterion["value"]]
    shown = [_shown(value, words.type_of(what), words) for value in values]
    return {"what": what, "op": op, "value": ", ".join(shown)}


def criterion_of(typed: Typed, words: Words) -> dict[str, Any] | None:
    """Returns the criterion, or None while something is missing. What cannot be read stays a text: it is refused."""
    what = typed.get("what", COUNTRY)
    if what in (DID, DID_NOT):
        return {what: _history(typed, ("kind", "channel"))}
    if what == SPENT:
        return {SPENT: _history(typed, ("op", "value", "currency"))} if typed.get("value") else None
    if what == SEGMENT:
        return {SEGMENT: typed["value"]} if typed.get("value") else None
    return _compared(what, typed, words)


def _compared(what: str, typed: Typed, words: Words) -> dict[str, Any] | None:
    name, op, text = what.removeprefix(FIELD), typed.get("op", "eq"), typed.get("value", "").strip()
    if op not in words.operators(what):
        op = "eq"
    if op in (KNOWN, UNKNOWN):
        return {"field": name, "op": "exists", "value": op == KNOWN}
    if not text:
        return None
    type_ = words.type_of(what)
    if op == "in":
        values = [_value(part.strip(), type_, words) for part in text.split(",") if part.strip()]
        return {"field": name, "op": op, "value": values}
    return {"field": name, "op": op, "value": _value(text, type_, words)}


def _history(typed: Typed, names: Sequence[str]) -> dict[str, Any]:
    counted = ("at_least", "within_days") if "kind" in names else ("within_days",)
    texts = {name: typed.get(name, "").strip() for name in (*names, *counted)}
    texts = {"kind": "order", **{name: text for name, text in texts.items() if text}}
    if "kind" not in names:
        texts = {"op": "ge", **{name: text for name, text in texts.items() if name != "kind"}}
    return {name: _number(text) if name in counted else text for name, text in texts.items()}


def _value(text: str, type_: AttributeType, words: Words) -> Any:
    if type_ is NUMBER:
        return _number(text)
    if type_ is AttributeType.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    return _instant(text, words.time_zone) if type_ is INSTANT else text


def _number(text: str) -> int | float | str:
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _instant(text: str, time_zone: str) -> str:
    """Returns the instant of a local time of this zone; another text as it is."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if local.tzinfo is not None else local.replace(tzinfo=ZoneInfo(time_zone)).isoformat()


def _shown(value: Any, type_: AttributeType, words: Words) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    instant = iso_instant(value) if type_ is INSTANT and isinstance(value, str) else None
    if instant is None or instant.second or instant.microsecond:
        return str(value)
    try:
        return instant.astimezone(ZoneInfo(words.time_zone)).strftime(_LOCAL)
    except OverflowError:
        return str(value)


def _texts(history: Mapping[str, Any]) -> Typed:
    return {name: str(value) for name, value in history.items()}
