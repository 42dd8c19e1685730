"""A strip of time: what happened when, and which stretches of time something held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from interfaces.console.charts.scales import Figures, Scale, rounded

NARROWEST = 270
"""The width of the narrowest strip in CSS pixels. Texts that would meet there stand in different rows."""
LETTER = 6.8
"""The usual width of a letter of these texts, in CSS pixels."""
BETWEEN = 8
"""The least distance between two texts of a row, in CSS pixels."""
MARGIN = 2.0
"""Before the first mark and after the last, in per cent."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """An instant with its name. `kind`: "stop", "end" or "now"."""

    at: datetime
    name: str
    day: str
    kind: str = "stop"


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A time from one instant to another, in which something stops ("stop") or waits to end ("wait")."""

    begins: datetime
    ends: datetime
    kind: str = "stop"


@dataclass(frozen=True, kw_only=True)
class PlacedText:
    """A text that begins ("start"), ends ("end") or has its middle ("middle") at a mark, in a row from the strip, 0."""

    text: str
    anchor: str
    row: int


@dataclass(frozen=True, kw_only=True)
class PlacedMark:
    """A mark at its place in per cent, with its name above the strip and its day below."""

    kind: str
    place: float
    name: PlacedText
    day: PlacedText


@dataclass(frozen=True, kw_only=True)
class PlacedStretch:
    """A stretch, in per cent of the strip."""

    kind: str
    start: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Marks in the order of time, and how many rows their names and days take."""

    title: str
    marks: Sequence[PlacedMark]
    stretches: Sequence[PlacedStretch]
    name_rows: int
    day_rows: int
    figures: Figures


@dataclass(frozen=True, kw_only=True)
class Extent:
    """Where a text begins and ends, in CSS pixels."""

    left: float
    right: float


def strip(title: str, columns: Sequence[str], marks: Sequence[Mark], stretches: Sequence[Stretch]) -> Strip:
    """Returns the strip from the first mark to the last."""
    ordered = sorted(marks, key=lambda mark: mark.at)
    begins, ends = (mark.at.timestamp() for mark in (ordered[0], ordered[-1]))
    margin = ((ends - begins) or 1.0) * MARGIN / (100 - 2 * MARGIN)
    scale = Scale(low=begins - margin, high=ends + margin)
    places = [scale.place(mark.at.timestamp()) for mark in ordered]
    # From the right to the left: a name stands above those to its right, so that no line goes through it.
    names = _in_rows([mark.name for mark in reversed(ordered)], places[::-1], "start")[::-1]
    days = _in_rows([mark.day for mark in ordered], places, "middle")
    return Strip(
        title=f"{title}: {'; '.join(f'{mark.day} {mark.name}' for mark in ordered)}",
        marks=[
            PlacedMark(kind=mark.kind, place=place, name=name, day=day)
            for mark, place, name, day in zip(ordered, places, names, days, strict=True)
        ],
        stretches=[_placed(stretch, scale) for stretch in stretches],
        name_rows=1 + max(name.row for name in names),
        day_rows=1 + max(day.row for day in days),
        figures=Figures(columns=columns, rows=[[mark.day, mark.name] for mark in ordered]),
    )


def _placed(stretch: Stretch, scale: Scale) -> PlacedStretch:
    start, end = (scale.place(instant.timestamp()) for instant in (stretch.begins, stretch.ends))
    return PlacedStretch(kind=stretch.kind, start=start, width=rounded(end - start))


def _in_rows(texts: Sequence[str], places: Sequence[float], anchor: str) -> list[PlacedText]:
    """Each text goes into the lowest row in which it meets none before it."""
    rows: list[list[Extent]] = []
    placed = []
    for text, place in zip(texts, places, strict=True):
        fitting = _fitting(text, place, anchor)
        extent = _extent(text, place, fitting)
        row = next((row for row, others in enumerate(rows) if not _meets(extent, others)), len(rows))
        if row == len(rows):
            rows.append([])
        rows[row].append(extent)
        placed.append(PlacedText(text=text, anchor=fitting, row=row))
    return placed


def _fitting(text: str, place: float, anchor: str) -> str:
    """The anchor with which the text stays within the strip, the wanted one if possible."""
    inside = (
        tried
        for tried in (anchor, "start", "end")
        if (extent := _extent(text, place, tried)).left >= 0 and extent.right <= NARROWEST
    )
    return next(inside, anchor)


def _extent(text: str, place: float, anchor: str) -> Extent:
    width = len(text) * LETTER
    left = place / 100 * NARROWEST - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    return Extent(left=left, right=left + width)


def _meets(extent: Extent, others: Sequence[Extent]) -> bool:
    return any(
        extent.left < other.right + BETWEEN and other.left < extent.right + BETWEEN for other in others
    )
