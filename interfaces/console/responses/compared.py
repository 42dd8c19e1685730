"""The arms of a campaign side by side, and its lift in words and drawings. All figures are those of the API."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from interfaces.console.charts.estimates import Estimate, estimate
from interfaces.console.charts.lines import Lines, Series, lines
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts

Answer = Mapping[str, Any]
COUNTS = (
    *("people", "sent", "delivered", "bounced", "refused", "opened", "clicked"),
    *("machine_opened", "machine_clicked", "responded", "opted_out", "converted"),
)
DIGITS = 2
"""Digits of a share in per cent, or of a difference in percentage points."""


@dataclass(frozen=True, kw_only=True)
class ShownLift:
    """A lift in words. `number`: the estimate; `text`: what it counts; `sentence`: of all treated people together.

    `badge`: a text and a state; None without an interval, like `chart`.
    """

    number: str
    text: str
    sentence: str
    badge: tuple[str, str] | None
    chart: Estimate | None


def arm_names(known: Answer, t: Texts) -> list[str]:
    return [t("response.held_out") if arm["hold_out"] else t("response.treated") for arm in known["arms"]]


def arm_rows(known: Answer, t: Texts, f: Formats) -> list[list[str]]:
    """Returns the rows of the table: a figure's name, and the figure of each arm."""
    arms = known["arms"]
    rows = [[t(f"response.{name}"), *(f.number(arm[name]) for arm in arms)] for name in COUNTS]
    rows.append([t("response.share"), *(_share(arm, t, f) for arm in arms)])
    for currency in sorted({money["currency"] for arm in arms for money in arm["revenue"]}):
        worth = [_in_currency(arm["revenue"], currency) for arm in arms]
        rows.append(
            [t("response.revenue", currency=currency), *(f.money(amount, currency) for amount in worth)]
        )
    if any(arm["cost"] for arm in arms):
        rows.append([t("response.cost"), *(_money(arm["cost"], f) for arm in arms)])
    return rows


def buyers(known: Answer, t: Texts, f: Formats) -> ShownLift | None:
    """Returns the lift in people, or None without people to compare."""
    share, extra = known["lift"]["conversion"], known["lift"]["extra_buyers"]
    if share is None:
        return None

    def points(value: float) -> str:
        return _signed(round(value * 100, DIGITS), f.number)

    limits = (share["low"], share["high"])
    return ShownLift(
        number=points(share["estimate"]),
        text=t("response.points"),
        sentence=_sentence("response.extra_buyers", extra, f.number, t),
        badge=_badge(limits, t),
        chart=_chart(t("response.points_title"), share["estimate"], limits, points, t),
    )


def revenue(known: Answer, t: Texts, f: Formats) -> ShownLift | None:
    """Returns the lift in money, or None without people to compare."""
    each, extra = known["lift"]["revenue_per_person"], known["lift"]["extra_revenue"]
    if each is None:
        return None
    currency = each["currency"]

    def money(value: float | Decimal) -> str:
        return _signed(value, lambda amount: f.money(str(amount), currency))

    limits = (each["low"], each["high"])
    return ShownLift(
        number=money(each["estimate"]),
        text=t("response.each_person"),
        sentence=_sentence("response.extra_revenue", extra, lambda amount: f.money(amount, currency), t),
        badge=_badge(limits, t),
        chart=_chart(t("response.each_person_title"), each["estimate"], limits, money, t),
    )


def warnings(known: Answer, t: Texts) -> list[str]:
    return [t(f"lift_warning.{code}") for code in known["lift"]["warned_of"]]


def by_day(known: Answer, days: Answer, t: Texts, f: Formats) -> Lines | None:
    """Returns the lines of who had bought by each day, in per cent of the people of each arm."""
    arms = [(place, arm) for place, arm in enumerate(known["arms"]) if arm["people"]]
    if not arms:
        return None
    names, tones = arm_names(known, t), ("blue", "violet")
    series = []
    for place, arm in arms:
        values = list(_grown([day["arms"][place]["converted"] for day in days["days"]], arm["people"]))
        end = f"{names[place]} {f.percent(values[-1] / 100, DIGITS)}"
        series.append(Series(label=names[place], end=end, values=values, tone=tones[place]))
    numbers = [_number(day, t, f) for day in days["days"]]
    return lines(
        t("response.by_day"), numbers, series, lambda value: f.percent(value / 100, DIGITS), t("response.day")
    )


def day_rows(known: Answer, days: Answer, t: Texts, f: Formats) -> list[list[str]]:
    """Returns a row for each day on which somebody did something: the day, then what each arm did."""
    return [
        [_number(day, t, f), *(text for arm in day["arms"] for text in _day(arm, f))]
        for day in days["days"]
        if any(arm["converted"] or arm["responded"] or arm["revenue"] for arm in day["arms"])
    ]


def _number(day: Answer, t: Texts, f: Formats) -> str:
    return t("response.day_number", number=f.number(day["day"]))


def _day(arm: Answer, f: Formats) -> tuple[str, str, str]:
    money = ", ".join(f.money(one["amount"], one["currency"]) for one in arm["revenue"])
    return f.number(arm["converted"]), f.number(arm["responded"]), money or "–"


def _grown(counts: Sequence[int], people: int) -> Iterator[float]:
    total = 0
    for count in counts:
        total += count
        yield 100 * total / people


def _share(arm: Answer, t: Texts, f: Formats) -> str:
    return f.percent(arm["converted"] / arm["people"], DIGITS) if arm["people"] else t("frame.not_known")


def _in_currency(revenue: Sequence[Answer], currency: str) -> str:
    return next((money["amount"] for money in revenue if money["currency"] == currency), "0")


def _money(cost: Answer | None, f: Formats) -> str:
    return f.money(cost["amount"], cost["currency"]) if cost else "–"


def _signed(value: float | Decimal | str, written: Any) -> str:
    return f"{'+' if float(value) > 0 else ''}{written(value)}"


def _sentence(name: str, extra: Answer, written: Any, t: Texts) -> str:
    """Returns what the lift comes to: `About 500 extra buyers, between 223 and 777, 95 times in a hundred.`"""
    if extra["low"] is None or extra["high"] is None:
        return t(f"{name}_alone", extra=written(extra["estimate"]))
    return t(name, extra=written(extra["estimate"]), low=written(extra["low"]), high=written(extra["high"]))


def _badge(limits: tuple[Any, Any], t: Texts) -> tuple[str, str] | None:
    if limits[0] is None or limits[1] is None:
        return None
    if float(limits[0]) > 0 or float(limits[1]) < 0:
        return t("response.beyond_chance"), "ok" if float(limits[0]) > 0 else "stop"
    return t("response.may_be_chance"), "neutral"


def _chart(title: str, value: Any, limits: tuple[Any, Any], written: Any, t: Texts) -> Estimate | None:
    if limits[0] is None or limits[1] is None:
        return None
    columns = [t("response.estimate"), t("response.low"), t("response.high")]
    low, high = (float(limit) for limit in limits)
    return estimate(title, columns, float(value), (low, high), written, t("response.no_effect"))
