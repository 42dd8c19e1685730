"""Rows of the benchmark: each measures Farley beside its baseline, in alternation, in the same run."""

import json
import os
import platform
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROUNDS = 3
LIBRARIES = ("eventsourcing", "flask", "marshmallow", "psycopg", "waitress", "msgspec", "cryptography")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table.

    `ours` and `baseline` measure once and return a figure in `unit`. The ratio is ours divided by the baseline's.
    `floor` and `aim` are ratios: at least these if `at_least`, else at most. A row without a baseline has its floor
    in its own unit.
    """

    name: str
    unit: str
    size: str
    floor: float | None
    aim: float | None
    ours: Callable[[], float]
    baseline: Callable[[], float] | None = None
    at_least: bool = True
    rounds: int = ROUNDS


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What was measured for a row: medians, and the median of the ratios of the rounds."""

    row: Row
    ours: float
    baseline: float | None
    ratio: float
    rounds: list[tuple[float, float | None]]

    @property
    def reaches_floor(self) -> bool:
        return self._reaches(self.row.floor)

    @property
    def reaches_aim(self) -> bool:
        return self._reaches(self.row.aim)

    def _reaches(self, bound: float | None) -> bool:
        return bound is None or (self.ratio >= bound if self.row.at_least else self.ratio <= bound)

    def as_json(self) -> dict[str, Any]:
        row = self.row
        return {
            "name": row.name,
            "unit": row.unit,
            "size": row.size,
            "ours": self.ours,
            "baseline": self.baseline,
            "ratio": self.ratio,
            "floor": row.floor,
            "aim": row.aim,
            "at_least": row.at_least,
            "rounds": self.rounds,
        }


def measured(row: Row) -> Figure:
    """Measures the row's rounds: the baseline first in every other round."""
    rounds: list[tuple[float, float | None]] = []
    for number in range(row.rounds):
        before = row.baseline() if row.baseline and number % 2 == 0 else None
        ours = row.ours()
        rounds.append((ours, before if before is not None else row.baseline() if row.baseline else None))
    ours = statistics.median(ours for ours, _ in rounds)
    baselines = [baseline for _, baseline in rounds if baseline is not None]
    ratio = statistics.median(o / b for o, b in rounds if b is not None) if baselines else ours
    return Figure(
        row=row,
        ours=ours,
        baseline=statistics.median(baselines) if baselines else None,
        ratio=ratio,
        rounds=rounds,
    )


HEADER = f"{'what':58} {'unit':12} {'Farley':>10} {'baseline':>10} {'ratio':>8} {'floor':>7} {'aim':>7}"


def line(figure: Figure) -> str:
    """Returns the figure as a line of the table."""
    row = figure.row
    verdict = "aim" if figure.reaches_aim else "floor" if figure.reaches_floor else "BELOW"
    return (
        f"{f'{row.name}, {row.size}':58.58} {row.unit:12} {_short(figure.ours):>10} {_short(figure.baseline):>10}"
        f" {figure.ratio:8.3g} {_bound(row, row.floor):>7} {_bound(row, row.aim):>7}  {verdict}"
    )


def write(figures: list[Figure], path: Path, *, postgresql: str, load_before: float) -> None:
    """Writes the results as JSON. `postgresql` is the server's version."""
    libraries = {name: version(name) for name in LIBRARIES}
    results = {
        "machine": {
            "processors": os.cpu_count(),
            "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
            "platform": platform.platform(),
            "load_before": load_before,
        },
        "versions": {"python": platform.python_version(), "postgresql": postgresql, **libraries},
        "rows": [figure.as_json() for figure in figures],
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n")


def _short(figure: float | None) -> str:
    return "" if figure is None else f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def _bound(row: Row, bound: float | None) -> str:
    return "" if bound is None else f"{'>=' if row.at_least else '<='}{bound:g}"
