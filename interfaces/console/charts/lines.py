"""Lines over days, each with its name at its end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from interfaces.console.charts.scales import Figures, Scale, Tick, round_values, rounded

LABELS_APART = 9.0
"""The least distance between two names, in per cent of the height: a line of text."""
LOWEST_LABEL = 97.0
"""The height of the lowest name: above the axis."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """The values of one line, one for each day. `end` says its name and last value."""

    label: str
    end: str
    values: Sequence[float]
    tone: str = "blue"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line as points "x,y", in per cent, and the height of its name."""

    series: Series
    points: str
    label_at: float


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Lines over the same days, with the values of the vertical axis and some days below."""

    title: str
    lines: Sequence[Line]
    ticks: Sequence[Tick]
    days: Sequence[Tick]
    figures: Figures


def lines(
    title: str, days: Sequence[str], series: Sequence[Series], written: Callable[[float], str], day: str = ""
) -> Lines:
    """Returns the chart. `written` writes a value, `day` is the title of the days in the table."""
    values = [value for one in series for value in one.values]
    steps = round_values(min([0.0, *values]), max(values, default=1.0))
    scale = Scale(low=steps[0], high=steps[-1])
    ends = _apart([100 - scale.place(one.values[-1]) for one in series])
    return Lines(
        title=f"{title}: {'; '.join(one.end for one in series)}",
        lines=[
            Line(series=one, points=_points(one.values, scale), label_at=end)
            for one, end in zip(series, ends, strict=True)
        ],
        ticks=[Tick(place=rounded(100 - scale.place(step)), text=written(step)) for step in steps],
        days=[Tick(place=0.0, text=days[0]), Tick(place=100.0, text=days[-1])],
        figures=Figures(
            columns=[day, *(one.label for one in series)],
            rows=[[name, *(written(one.values[place]) for one in series)] for place, name in enumerate(days)],
        ),
    )


def _points(values: Sequence[float], scale: Scale) -> str:
    last = max(len(values) - 1, 1)
    return " ".join(
        f"{rounded(100 * place / last):g},{rounded(100 - scale.place(value)):g}"
        for place, value in enumerate(values)
    )


def _apart(ends: Sequence[float]) -> list[float]:
    """The uppermost name stands above its line, the others below theirs, none upon another or below the axis."""
    order = sorted(range(len(ends)), key=lambda place: ends[place])
    heights = [end + LABELS_APART for end in ends]
    heights[order[0]] = ends[order[0]] - 3
    least = LABELS_APART / 2
    for place in order:
        heights[place] = max(heights[place], least)
        least = heights[place] + LABELS_APART
    most = LOWEST_LABEL
    for place in reversed(order):
        heights[place] = min(heights[place], most)
        most = heights[place] - LABELS_APART
    return [rounded(height) for height in heights]
