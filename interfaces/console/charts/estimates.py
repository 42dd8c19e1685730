"""An estimate with its interval, beside the value that means no effect."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from interfaces.console.charts.scales import Figures, Scale, Tick, round_values, rounded


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The places of the estimate, of both ends of its interval, and of no effect, in per cent.

    `tone` is green above no effect, red below it, and grey where the interval contains it.
    """

    title: str
    value: float
    low: float
    high: float
    nothing: float
    tone: str
    ticks: Sequence[Tick]
    figures: Figures


def estimate(
    title: str,
    columns: Sequence[str],
    value: float,
    interval: tuple[float, float],
    written: Callable[[float], str],
    nothing: str,
) -> Estimate:
    """Returns the chart. `written` writes a value; `nothing` is the text for no effect, in place of its zero."""
    low, high = interval
    steps = round_values(min(low, 0.0), max(high, 0.0))
    scale = Scale(low=steps[0] - (steps[1] - steps[0]) / 2, high=steps[-1] + (steps[1] - steps[0]) / 2)
    row = [written(value), written(low), written(high)]
    return Estimate(
        title=f"{title}: {'; '.join(f'{name} {text}' for name, text in zip(columns, row, strict=True))}",
        value=scale.place(value),
        low=scale.place(low),
        high=scale.place(high),
        nothing=scale.place(0.0),
        tone="green" if low > 0 else "red" if high < 0 else "grey",
        ticks=[
            Tick(place=rounded(scale.place(step)), text=written(step) if step else nothing) for step in steps
        ],
        figures=Figures(columns=columns, rows=[row]),
    )
