"""The drawings and tables of the overview."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from interfaces.console.charts.lines import Lines, Series, lines
from interfaces.console.charts.shares import Bars, Part, bars
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.overview.periods import View
from projections.figures.periods import By

Answer = Mapping[str, Any]
AGES = ("under_a_day", "one_to_three_days", "three_to_seven_days", "over_seven_days")
SHOWN = ("complaints_opened", "messages_sent", "orders")
"""The figures that the tables of channels and brands show beside the contacts."""


def contacts_by_channel(now: Answer, view: View, t: Texts, f: Formats) -> Bars | None:
    named = [(one["name"], contacts_in(one["summary"])) for one in now["by_channel"]["names"]]
    parts = [
        _part(
            t.word("channel", name) if name else t("overview.no_channel"),
            count,
            f,
            href=_of(view, "channel", name),
        )
        for name, count in sorted(named, key=lambda one: -one[1])
        if count
    ]
    return (
        bars(t("overview.by_channel"), [t("overview.channel"), t("overview.contacts")], parts)
        if parts
        else None
    )


def ages(now: Answer, t: Texts, f: Formats, href: str | None) -> Bars:
    waiting = now["complaints_waiting"]
    tones = dict(zip(AGES, ("blue", "sky", "amber", "red"), strict=True))
    parts = [_part(t(f"queue.{age}"), waiting[age], f, tone=tones[age], href=href) for age in AGES]
    return bars(t("overview.ages"), [t("overview.age"), t("overview.complaints")], parts)


def reasons(now: Answer, t: Texts, f: Formats) -> Bars | None:
    total = now["totals"]["messages_stopped"]
    parts = [
        _part(
            t.word("reason", one["code"]),
            one["count"],
            f,
            tone="amber",
            share=f.percent(one["count"] / total),
        )
        for one in now["stopped_by_reason"]
    ]
    columns = [t("overview.reason"), t("overview.messages"), t("overview.share")]
    return bars(t("overview.stopped_by_reason"), columns, parts) if parts else None


def over_time(
    now: Answer,
    counted: Sequence[tuple[str, str, Callable[[Answer], float]]],
    title: str,
    t: Texts,
    f: Formats,
) -> Lines:
    """Returns a line for each of (name of its text, tone, figure of a part's summary)."""
    parts = now["parts"]
    series = [
        _series(t(f"overview.{name}"), tone, [of(one["summary"]) for one in parts], f)
        for name, tone, of in counted
    ]

    def whole(number: float) -> str:
        return f.number(number) if number == int(number) else ""

    moment = f.time if now["by"] == By.HOUR else f.date
    return lines(title, [moment(one["since"]) for one in parts], series, whole, t("overview.day"))


def names_table(now: Answer, what: str, view: View, t: Texts, f: Formats) -> list[list[Any]]:
    """Returns the rows of a table of channels or brands: a pair of name and path, and the figures."""
    by = now[f"by_{what}"]
    shown = [
        one
        for one in by["names"]
        if contacts_in(one["summary"]) or any(one["summary"][name] for name in SHOWN)
    ]
    rows = [
        _row(_name(what, one["name"], t), _of(view, what, one["name"]), one["summary"], f) for one in shown
    ]
    return [*rows, _row(t("overview.others"), None, by["others"], f)] if by["others"] else rows


def contacts_in(summary: Answer) -> int:
    return int(summary["contacts_inbound"] + summary["contacts_outbound"])


def period_text(of: Answer, f: Formats) -> str:
    """Returns the days from the first to the last: `1 Nov 2026 – 30 Nov 2026`."""
    zoned = f.in_zone(of["time_zone"])
    return f"{zoned.date(of['since'])} – {zoned.date(of['until'] - timedelta(seconds=1))}"


def _series(label: str, tone: str, values: Sequence[float], f: Formats) -> Series:
    return Series(label=label, end=f"{label} {f.number(sum(values))}", values=values, tone=tone)


def _part(
    label: str, number: int, f: Formats, *, tone: str = "blue", share: str = "", href: str | None = None
) -> Part:
    return Part(label=label, number=number, text=f.number(number), tone=tone, share=share, href=href)


def _name(what: str, name: str | None, t: Texts) -> str:
    if name is None:
        return t("overview.no_channel") if what == "channel" else t("overview.no_brand")
    return t.word("channel", name) if what == "channel" else name


def _of(view: View, what: str, name: str | None) -> str | None:
    return None if name is None else view.filtered(what, name).href


def _row(name: str, href: str | None, summary: Answer, f: Formats) -> list[Any]:
    counts = (contacts_in(summary), *(summary[name] for name in SHOWN))
    value = ", ".join(f.money(one["amount"], one["currency"]) for one in summary["order_value"])
    return [(name, href), *map(f.number, counts), value]
