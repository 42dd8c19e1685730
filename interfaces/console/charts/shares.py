"""Parts of a whole: one bar whose parts add up to it, and bars beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from interfaces.console.charts.scales import Figures, rounded

LEAST_WIDTH = 1.0
"""A part that is not empty is at least this wide, in per cent, so that it is seen. The widest part gives way to it."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A number with its texts. `href` leads to what the number counts.

    `tone` is a colour of the style sheet: blue, sky, grey, amber, violet, red, green or ink.
    """

    label: str
    number: float
    text: str
    share: str = ""
    tone: str = "blue"
    href: str | None = None


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A part as a bar, in per cent of the drawing's width."""

    part: Part
    start: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Bars of one chart. `title` says all figures."""

    title: str
    bars: Sequence[Bar]
    figures: Figures


def balance(title: str, columns: Sequence[str], parts: Sequence[Part]) -> Bars:
    """Returns one bar whose parts are beside each other and fill the whole width."""
    widths = _widths([part.number for part in parts])
    starts = [sum(widths[:place]) for place in range(len(parts))]
    bars = [
        Bar(part=part, start=rounded(start), width=rounded(width))
        for part, start, width in zip(parts, starts, widths, strict=True)
    ]
    return _bars(title, columns, bars)


def bars(title: str, columns: Sequence[str], parts: Sequence[Part]) -> Bars:
    """Returns one bar under another. The largest fills the width."""
    largest = max((part.number for part in parts), default=0) or 1
    return _bars(
        title,
        columns,
        [Bar(part=part, start=0.0, width=rounded(100 * part.number / largest)) for part in parts],
    )


def _bars(title: str, columns: Sequence[str], bars: Sequence[Bar]) -> Bars:
    rows = [[bar.part.label, bar.part.text, bar.part.share][: len(columns)] for bar in bars]
    said = "; ".join(f"{label}: {text}" for label, text, *_ in rows)
    return Bars(title=f"{title}: {said}", bars=bars, figures=Figures(columns=columns, rows=rows))


def _widths(numbers: Sequence[float]) -> list[float]:
    total = sum(numbers) or 1
    widths = [max(100 * number / total, LEAST_WIDTH) if number else 0.0 for number in numbers]
    if widths and (taken := sum(widths) - 100) > 0:
        widths[widths.index(max(widths))] -= taken
    return widths
