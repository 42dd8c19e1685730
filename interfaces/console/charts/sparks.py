"""A spark line: small columns, one for each month, of which the last is emphasised."""

from collections.abc import Sequence
from dataclasses import dataclass

from interfaces.console.charts.scales import Figures, rounded
from interfaces.console.charts.shares import Part

FILLED = 0.7
"""The part of its room that a column takes."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A part as a column: its left end and its width in per cent of the drawing's width, its height of the height."""

    part: Part
    start: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Spark:
    """Columns in the order of time."""

    title: str
    columns: Sequence[Column]
    figures: Figures


def spark(title: str, columns: Sequence[str], parts: Sequence[Part]) -> Spark:
    """Returns a column for each part. The largest fills the height."""
    room = 100 / max(len(parts), 1)
    largest = max((part.number for part in parts), default=0) or 1
    return Spark(
        title=title,
        columns=[
            Column(
                part=part,
                start=rounded(place * room + room * (1 - FILLED) / 2),
                width=rounded(room * FILLED),
                height=rounded(100 * part.number / largest),
            )
            for place, part in enumerate(parts)
        ],
        figures=Figures(columns=columns, rows=[[part.label, part.text] for part in parts]),
    )
