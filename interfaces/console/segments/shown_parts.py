"""The parts of a draft as the builder shows them: fields by what a condition is about, sizes and errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.catalogue.attribute_types import AttributeType
from domain.criteria.fields import COMPARISONS, DOINGS, FIELDS, INSTANT, NUMBER
from domain.criteria.vocabularies import Vocabulary
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.segments.conditions import (
    COUNTRY,
    DID,
    DID_NOT,
    FIELD,
    KNOWN,
    SEGMENT,
    SPENT,
    UNKNOWN,
    Words,
)
from interfaces.console.segments.draft import GROUPS, Condition, Draft, Group, Part
from interfaces.console.segments.words import (
    Options,
    channels,
    currencies,
    is_yes_or_no,
    subjects,
    suggestions,
)

_INPUTS = {INSTANT: "datetime-local", AttributeType.DATE: "date"}


@dataclass(kw_only=True)
class Shower:
    """Shows the parts of one draft. `sizes`, `errors`: by the number of a part. `lists`: suggestions, by their id."""

    words: Words
    t: Texts
    f: Formats
    sizes: Mapping[int, int]
    errors: Mapping[int, Sequence[str]]
    left_out: Sequence[int]
    counted: int = 0
    lists: dict[str, Options] = field(default_factory=dict)

    def shown(self, draft: Draft) -> dict[str, Any]:
        return self._part(draft.root, is_root=True)

    def _part(self, part: Part, *, is_root: bool = False) -> dict[str, Any]:
        size = self.sizes.get(part.number)
        common = {
            "number": part.number,
            "size": None if size is None else self.t("segments.people_meet", number=self.f.number(size)),
            "errors": self.errors.get(part.number, ()),
        }
        if isinstance(part, Group):
            return {**common, **self._group(part, is_root)}
        return {**common, **self._condition(part)}

    def _group(self, group: Group, is_root: bool) -> dict[str, Any]:
        return {
            "is_group": True,
            "is_root": is_root,
            "kind": group.kind,
            "kinds": [(kind, self.t(f"segments.{kind}")) for kind in GROUPS],
            "label": self.t("segments.whole" if is_root else "segments.group"),
            "items": [self._part(item) for item in group.items],
        }

    def _condition(self, condition: Condition) -> dict[str, Any]:
        self.counted += 1
        what = condition.typed.get("what", COUNTRY)
        return {
            "is_group": False,
            "label": self.t("segments.condition", number=self.counted),
            "left_out": condition.number in self.left_out,
            "what": what,
            "subjects": subjects(self.words, self.t),
            "fields": self._fields(what, condition.typed),
        }

    def _fields(self, what: str, typed: Mapping[str, str]) -> list[dict[str, Any]]:
        if what in (DID, DID_NOT):
            kinds = sorted(((one, self.t(f"deed.{one}", n=1)) for one in DOINGS), key=lambda one: one[1])
            return [
                self._select(
                    "kind", [(kind, text.partition(" ")[2]) for kind, text in kinds], typed, "order"
                ),
                self._select("channel", [("", self.t("segments.any_channel")), *channels(self.t)], typed),
                self._number("at_least", typed, "1"),
                self._number("within_days", typed),
            ]
        if what == SPENT:
            self.lists["currency"] = currencies(self.t)
            return [
                self._select("op", [(op, self._operator(op, NUMBER)) for op in COMPARISONS], typed, "ge"),
                self._text("value", typed),
                self._text("currency", typed, suggested="currency", optional=True),
                self._number("within_days", typed),
            ]
        if what == SEGMENT:
            options = [("", self.t("segments.choose")), *self.words.segments.items()]
            return [self._select("value", options, typed)]
        return self._compared(what, typed)

    def _compared(self, what: str, typed: Mapping[str, str]) -> list[dict[str, Any]]:
        operators = [(op, self._operator(op, self.words.type_of(what))) for op in self.words.operators(what)]
        shown = [self._select("op", operators, typed, "eq")]
        if shown[0]["value"] not in (KNOWN, UNKNOWN):
            shown.append(self._value(what, shown[0]["value"], typed))
        return shown

    def _operator(self, op: str, type_: AttributeType) -> str:
        family = {INSTANT: "op_time", AttributeType.DATE: "op_time", NUMBER: "op_number"}.get(
            type_, "op_text"
        )
        return self.t.word(family, op) if f"{family}.{op}" in self.t else self.t(f"op_any.{op}")

    def _value(self, what: str, op: str, typed: Mapping[str, str]) -> dict[str, Any]:
        name, type_ = what.removeprefix(FIELD), self.words.type_of(what)
        if is_yes_or_no(self.words, what):
            answers = [("true", self.t("criteria.yes")), ("false", self.t("criteria.no"))]
            return self._select("value", [("", self.t("segments.choose")), *answers], typed)
        if name == "kind" and op != "in":
            kinds = [("", self.t("segments.choose")), *suggestions(name, self.t)]
            return self._select("value", kinds, typed)
        shown = self._text("value", typed, hint="in" if op == "in" else None)
        if op != "in":
            shown["type"] = _INPUTS.get(type_, "text")
        if name in FIELDS and isinstance(FIELDS[name].values, Vocabulary):
            self.lists[name] = suggestions(name, self.t)
            shown["suggested"] = name
        shown["inputmode"] = "decimal" if type_ is NUMBER else None
        return shown

    def _select(
        self, name: str, options: Options, typed: Mapping[str, str], default: str = ""
    ) -> dict[str, Any]:
        value = typed.get(name, default)
        known = value if value in dict(options) else (default or (options[0][0] if options else ""))
        return {"name": name, "label": self.t(f"part.{name}"), "options": options, "value": known}

    def _text(
        self,
        name: str,
        typed: Mapping[str, str],
        *,
        suggested: str | None = None,
        optional: bool = False,
        hint: str | None = None,
    ) -> dict[str, Any]:
        return {
            "name": name,
            "label": self.t(f"part.{name}"),
            "options": None,
            "value": typed.get(name, ""),
            "type": "text",
            "suggested": suggested,
            "optional": optional,
            "inputmode": None,
            "hint": self.t("segments.several_values") if hint else None,
        }

    def _number(self, name: str, typed: Mapping[str, str], default: str = "") -> dict[str, Any]:
        shown = self._text(name, {name: typed.get(name, default)}, optional=True)
        return {**shown, "inputmode": "numeric"}
