"""Measures Farley beside its baselines, prints a table and writes bench/results/latest.json.

    python -m bench [WORD ...]

Only the rows whose names contain one of the words are measured, all without a word. `FULL=1` takes the large sizes.
`FULL=1` or the word `ten` also measures the first rows at ten times as many stored facts.
"""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from bench import (
    audiences,
    commands,
    folds,
    imports,
    larger,
    memory,
    pages,
    past,
    questions,
    runs,
    waiting,
    watching,
)
from bench.measuring import HEADER, Figure, Row, line, measured, write
from bench.servers import Farley, farley

RESULTS = Path(__file__).parent / "results" / "latest.json"
GROUPS: tuple[Callable[[Farley], AbstractContextManager[list[Row]]], ...] = (
    commands.rows,
    lambda running: nullcontext(imports.rows(running)),
    questions.rows,
    pages.rows,
    audiences.rows,
    past.rows,
    runs.rows,
    watching.rows,
    lambda running: nullcontext(folds.rows(running)),
    lambda running: nullcontext(waiting.rows(running)),
    lambda running: nullcontext(memory.rows(running)),
)


def main() -> None:
    words = sys.argv[1:]
    load_before = os.getloadavg()[0]
    print(f"load before: {load_before:.1f}\n{HEADER}", flush=True)
    figures: list[Figure] = []
    full = os.environ.get("FULL") == "1" or larger.WORD in words
    with farley(FARLEY_REGION="DE") as running:
        for group in (*GROUPS, larger.rows) if full else GROUPS:
            with group(running) as rows:
                for row in rows:
                    if not words or any(word in row.name for word in words):
                        figures.append(measured(row))
                        print(line(figures[-1]), flush=True)
    write(figures, RESULTS, postgresql=running.postgresql, load_before=load_before)
    below = [figure.row.name for figure in figures if not figure.reaches_floor]
    print(f"below the floor: {', '.join(below)}" if below else "every floor is reached")


if __name__ == "__main__":
    main()
