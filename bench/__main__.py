"""Measures Farley beside its baselines, prints a table and writes bench/results/latest.json.

    python -m bench [WORD ...]

Only the rows whose names contain one of the words are measured, all without a word. `FULL=1` takes the large sizes.
"""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from bench import commands, folds, imports, questions, runs
from bench.measuring import HEADER, Figure, Row, line, measured, write
from bench.servers import Farley, farley

RESULTS = Path(__file__).parent / "results" / "latest.json"
GROUPS: tuple[Callable[[Farley], AbstractContextManager[list[Row]]], ...] = (
    commands.rows,
    lambda running: nullcontext(imports.rows(running)),
    questions.rows,
    runs.rows,
    lambda running: nullcontext(folds.rows(running)),
)


def main() -> None:
    words = sys.argv[1:]
    print(f"load before: {os.getloadavg()[0]:.1f}\n{HEADER}", flush=True)
    figures: list[Figure] = []
    with farley(FARLEY_REGION="DE") as running:
        for group in GROUPS:
            with group(running) as rows:
                for row in rows:
                    if not words or any(word in row.name for word in words):
                        figures.append(measured(row))
                        print(line(figures[-1]), flush=True)
    write(figures, RESULTS)
    below = [figure.row.name for figure in figures if not figure.reaches_floor]
    print(f"below the floor: {', '.join(below)}" if below else "every floor is reached")


if __name__ == "__main__":
    main()
