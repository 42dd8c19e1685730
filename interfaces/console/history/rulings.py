"""The rules of a decision as pages show them, from answers of the API, and the strip of time that they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.deciding.codes import Verdict
from interfaces.console.asking import ask, may
from interfaces.console.charts.strips import Mark, Stretch, Strip, strip
from interfaces.console.formats import Formats, Moment
from interfaces.console.languages import Texts

Answer = Mapping[str, Any]
LIST_FACTS = "facts.list_facts"
MOST_FACTS = 100
STATES = {
    Verdict.ELIGIBLE: "ok",
    Verdict.HELD_OUT: "warn",
    Verdict.DEFERRED: "warn",
    Verdict.SUPPRESSED: "stop",
}
"""The state of a badge for each verdict."""


@dataclass(frozen=True, kw_only=True)
class ShownRule:
    """A rule: its name in words, its code, whether it passed, the positions of its facts, and until when it stops."""

    title: str
    code: str
    passed: bool
    facts: Sequence[int]
    until: Moment | None


@dataclass(frozen=True, kw_only=True)
class ShownDecision:
    """A decision: its verdict in a sentence, all its rules in order, what they rest on in time, and how it was made.

    `state`: that of a badge. `basis`: pairs of a name and its value. `read_position`: up to which the log was read.
    """

    title: str
    sentence: str
    state: str
    rules: Sequence[ShownRule]
    strip: Strip | None
    basis: Sequence[tuple[str, str]]
    read_position: int


def shown_rules(rules: Sequence[Answer], t: Texts, f: Formats) -> list[ShownRule]:
    return [
        ShownRule(
            title=t.word("rule", one["code"]),
            code=one["code"],
            passed=one["passed"],
            facts=[int(position) for position in one["facts"]],
            until=f.moment(instant(one["until"])) if one["until"] else None,
        )
        for one in rules
    ]


def reasons_of(rules: Sequence[Answer], t: Texts) -> str:
    """Returns what stopped the message, in words."""
    return ", ".join(t.word("reason", one["code"]) for one in rules if not one["passed"])


def named_facts(rules: Sequence[Answer]) -> dict[int, Answer]:
    """Returns what happened at the positions that these rules rest on, by position; nothing unless one may know."""
    positions = sorted({int(position) for one in rules for position in one["facts"]})[-MOST_FACTS:]
    if not positions or not may(LIST_FACTS):
        return {}
    listed = ask(LIST_FACTS, {"positions": ",".join(map(str, positions))})["items"]
    return {int(one["position"]): one for one in listed}


def strip_of(
    rules: Sequence[Answer],
    facts: Mapping[int, Answer],
    decided_at: datetime,
    changes_at: datetime | None,
    t: Texts,
    f: Formats,
) -> Strip | None:
    """Returns the strip from the facts that stopped the message to when that may change; None with only one mark.

    `changes_at`: from when the message may be sent, by the same facts, if that is known.
    """
    stopping = [one for one in rules if not one["passed"]]
    marks = [
        _mark(fact["occurred_at"], t.word("fact", fact["type"]), f)
        for fact in (facts[place] for place in _places(stopping) if place in facts)
    ]
    begins = min((mark.at for mark in marks), default=decided_at)
    marks.append(_mark(decided_at, t("decision.decided"), f, "now"))
    ends = {instant(one["until"]) for one in stopping if one["until"]} | (
        {changes_at} if changes_at else set()
    )
    marks += [_mark(at, t("decision.may_change"), f, "end") for at in sorted(ends)]
    if len(marks) == 1:
        return None
    columns = [t("decision.day"), t("decision.what")]
    stretches = [Stretch(begins=begins, ends=max([decided_at, *ends]))] if stopping else []
    return strip(t("decision.strip"), columns, marks, stretches)


def instant(text: str) -> datetime:
    """Returns an instant of an answer to a question by body, which is a text there."""
    return datetime.fromisoformat(text)


def _places(rules: Sequence[Answer]) -> list[int]:
    return sorted({int(position) for one in rules for position in one["facts"]})


def _mark(at: datetime, name: str, f: Formats, kind: str = "stop") -> Mark:
    return Mark(at=at, name=name, day=f"{f.date(at)}, {f.time(at)}", kind=kind)
