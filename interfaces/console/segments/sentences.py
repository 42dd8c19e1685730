"""Criteria as a sentence, in the person's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from babel import Locale

from domain.criteria.fields import ATTRIBUTE_PREFIX, FIELDS, INSTANT, NUMBER, PLACES_IN_360
from domain.criteria.walking import named_segments
from domain.instants import iso_date, iso_instant
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.segments.naming import names_of_segments
from interfaces.console.showing import formats, own_texts
from interfaces.http.current import services

Criteria = Mapping[str, Any]
_PLAIN = "year_of_birth"
"""A number that is written without separators."""


def criteria_sentence(criteria: Criteria) -> str:
    """Returns criteria that the API has accepted as a sentence for the person of this request."""
    return sentences_about(criteria).of(criteria)


def sentences_about(*several: Criteria) -> "Sentences":
    """Returns what writes these criteria for the person of this request. Asks once for the names of their segments."""
    named = {str(segment_id) for criteria in several for _, segment_id in named_segments(criteria)}
    return Sentences(own_texts(), formats(), services().currency, names_of_segments(named))


def field_text(name: str, t: Texts) -> str:
    """Returns the text of a field; an attribute has its own name."""
    name = PLACES_IN_360.get(name, name)
    return t.word("criteria_field", name.removeprefix(ATTRIBUTE_PREFIX))


@dataclass(frozen=True)
class Sentences:
    """Writes criteria in words. `currency`: of amounts that name none. `segments`: names of segments by id."""

    t: Texts
    f: Formats
    currency: str
    segments: Mapping[str, str]

    def of(self, criteria: Criteria, *, within: bool = False) -> str:
        """`within`: whether the criteria are a part of others, so that a group needs brackets."""
        for form, word in (("all", "criteria.and"), ("any", "criteria.or")):
            if form in criteria:
                return self._group(criteria[form], self.t(word), within)
        if "not" in criteria:
            return self.t("criteria.not", what=self.of(criteria["not"]))
        if "segment" in criteria:
            segment_id = str(UUID(criteria["segment"]))
            return self.t("criteria.in_segment", name=self.segments.get(segment_id, segment_id))
        if "spent" in criteria:
            return self._spent(criteria["spent"])
        if "field" in criteria:
            return self._compared(criteria)
        return self._did(criteria["did"]) if "did" in criteria else self._did_not(criteria["did_not"])

    def _group(self, items: list[Criteria], word: str, within: bool) -> str:
        if not items:
            return self.t("criteria.everybody")
        text = f" {word} ".join(self.of(item, within=len(items) > 1) for item in items)
        return f"({text})" if within and len(items) > 1 else text

    def _compared(self, leaf: Criteria) -> str:
        name, op = PLACES_IN_360.get(leaf["field"], leaf["field"]), leaf["op"]
        field = field_text(name, self.t)
        if op == "exists":
            return self.t("criteria.known" if leaf.get("value", True) else "criteria.unknown", field=field)
        if op == "in":
            values = [self._value(name, value) for value in leaf["value"]]
            return self.t("compare.in", field=field, value=f" {self.t('criteria.or')} ".join(values))
        text = f"{_family(name, leaf['value'])}.{op}"
        compared = text if text in self.t else f"compare.{op}"
        return self.t(compared, field=field, value=self._value(name, leaf["value"]))

    def _value(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return self.t("criteria.yes" if value else "criteria.no")
        if isinstance(value, int | float):
            return str(value) if name == _PLAIN else self.f.number(value)
        return self._text(name, value)

    def _text(self, name: str, value: str) -> str:
        locale = Locale(self.t.language)
        if name == "country":
            return str(locale.territories.get(value, value))
        if name == "language":
            return str(locale.languages.get(value, value))
        if name == "kind":
            return self.t.word("customer_kind", value)
        return self._when(value) or f"“{value}”"

    def _when(self, value: str) -> str | None:
        """Returns an instant or a date as it is read; None for another text."""
        instant = iso_instant(value)
        if instant is not None:
            return self.f.instant(instant)
        day = iso_date(value)
        return self.f.calendar_date(day) if day is not None else None

    def _did(self, deed: Criteria) -> str:
        return self.t("criteria.did", what=self._deeds(deed))

    def _did_not(self, deed: Criteria) -> str:
        once = deed.get("at_least", 1) == 1
        return self.t("criteria.never" if once else "criteria.fewer", what=self._deeds(deed))

    def _deeds(self, deed: Criteria) -> str:
        n, channel = int(deed.get("at_least", 1)), deed.get("channel")
        by = self.t("criteria.by", channel=self.t.word("channel", channel)) if channel else ""
        return " ".join(filter(None, (self.t(f"deed.{deed['kind']}", n=n), by, self._lately(deed))))

    def _spent(self, spent: Criteria) -> str:
        amount = self.f.money(spent["value"], spent.get("currency") or self.currency)
        return " ".join(filter(None, (self.t(f"spent.{spent['op']}", amount=amount), self._lately(spent))))

    def _lately(self, history: Criteria) -> str:
        days = history.get("within_days")
        return "" if days is None else self.t("criteria.within", n=int(days))


def _family(name: str, value: Any) -> str:
    """Returns the family of texts for a comparison: of times, of numbers, or of other values."""
    if name in FIELDS:
        return {INSTANT: "compare_time", NUMBER: "compare_number"}.get(FIELDS[name].type, "compare")
    return "compare_number" if isinstance(value, int | float) else "compare"
