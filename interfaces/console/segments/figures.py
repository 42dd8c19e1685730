"""The figures of criteria: how many people, how many of them can be reached, and what stops the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from application.places import TooManyQuestions
from domain.errors import InvalidInput
from interfaces.console.asking import ask_by_body
from interfaces.console.charts.shares import Bars, Part, balance
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_person
from interfaces.console.segments.sentences import Sentences
from interfaces.http.problems import errors_in
from interfaces.http.refusals import InvalidFields

PREVIEW = "segments.preview_audience"
MOST_PEOPLE = 20
_TONES = ("amber", "violet", "sky", "red", "grey")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """An answer of the preview as a page shows it; `busy` if others keep all its places.

    `sizes`: how many people meet the criterion at each path. `sizes_known`: whether they were asked for.
    `errors`: refusals with their paths.
    """

    answer: Mapping[str, Any] | None = None
    errors: Sequence[Mapping[str, str]] = ()
    busy: bool = False

    @property
    def sizes(self) -> Mapping[str, int]:
        return {one["path"]: one["size"] for one in (self.answer or {}).get("parts", ())}


def figures_of(question: Mapping[str, Any]) -> Figures:
    """Asks the preview. What it refuses, and that it has no place, is part of the answer."""
    try:
        return Figures(answer=ask_by_body(PREVIEW, dict(question)))
    except (InvalidInput, InvalidFields) as refused:
        return Figures(errors=errors_in(refused))
    except TooManyQuestions:
        return Figures(busy=True)


def shown_figures(figures: Figures, t: Texts, f: Formats, sentences: Sentences) -> dict[str, Any]:
    """Returns what the templates show. `size` and `reachable` are None where they are not known."""
    answer = figures.answer or {}
    size, reachable = answer.get("size"), answer.get("reachable")
    interval = answer.get("interval")
    return {
        "busy": figures.busy,
        "size": None if size is None else f.number(size),
        "people": t("segments.people"),
        "reachable": None if reachable is None else f.number(reachable),
        "asked_reachable": "reachable" in answer,
        "estimated": bool(answer.get("estimated")),
        "interval": _interval(interval, t, f) if interval else None,
        "balance": _balance(answer, t, f) if size and reachable is not None else None,
        "sample": [
            (
                one.get("name") or t("person.unnamed"),
                path_of_person(one["customer_id"]),
                str(one["customer_id"]),
            )
            for one in answer.get("sample", ())
        ],
        "why": _why(answer["explanation"], t, sentences) if "explanation" in answer else None,
    }


def _interval(interval: Mapping[str, int], t: Texts, f: Formats) -> str:
    return t("segments.interval", low=f.number(interval["low"]), high=f.number(interval["high"]))


def _balance(answer: Mapping[str, Any], t: Texts, f: Formats) -> Bars:
    """Returns one bar: who can be reached, and by the first reason who cannot. The parts add up to the size."""
    size = answer["size"]
    stopped = sorted(answer["stopped_by"].items(), key=lambda one: (-one[1], one[0]))
    parts = [_share(t("segments.reachable"), answer["reachable"], size, "green", f)]
    parts += [
        _share(t.word("reason", code), n, size, _TONES[min(place, len(_TONES) - 1)], f)
        for place, (code, n) in enumerate(stopped)
        if n
    ]
    columns = [t("segments.why_not"), t("segments.people_column"), t("segments.share")]
    return balance(t("segments.balance"), columns, parts)


def _share(label: str, n: int, size: int, tone: str, f: Formats) -> Part:
    return Part(label=label, number=n, text=f.number(n), share=f.percent(n / size), tone=tone)


def _why(explanation: Mapping[str, Any], t: Texts, sentences: Sentences) -> dict[str, Any]:
    stopping = [rule["code"] for rule in explanation.get("rules", ()) if not rule["passed"]]
    return {
        "path": path_of_person(explanation["customer_id"]),
        "in_audience": explanation["in_audience"],
        "criteria": [(one["met"], sentences.of(one["criterion"])) for one in explanation["criteria"]],
        "decided": "verdict" in explanation,
        "reasons": [t.word("reason", code) for code in stopping],
    }
