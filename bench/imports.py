"""Rows of `farley import`: touchpoints, and customers with three identifiers."""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from typing import Any

from bench import mix
from bench.baselines import copied
from bench.measuring import Row
from bench.servers import Farley
from infrastructure.machine.settings import ROOT

TOUCHPOINTS = 50_000
CUSTOMERS = 5_000


def imported(running: Farley, kind: str, rows: Iterable[dict[str, Any]]) -> tuple[int, float]:
    """Imports these rows by the command line. Returns how many facts the log grew by, and the seconds it took."""
    file = running.home / f"{kind}.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    before, began = running.head(), time.perf_counter()
    command = [sys.executable, "-m", "interfaces.cli.main", "import", kind, str(file), "--source", "bench"]
    environment = {**os.environ, "FARLEY_HOME": str(running.home)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"the import failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return running.head() - before, took


def rows(running: Farley) -> list[Row]:
    """The rows of imports."""
    people = mix.People(50_000, seed=2)
    numbers = itertools.count()

    def touchpoints() -> float:
        facts, seconds = imported(
            running, "touchpoints", [mix.touchpoint(people) for _ in range(TOUCHPOINTS)]
        )
        return facts / seconds

    def customers() -> float:
        new = [mix.customer(next(numbers)) for _ in range(CUSTOMERS)]
        facts, seconds = imported(running, "customers", new)
        return facts / seconds

    return [
        Row(
            name="farley import of touchpoints",
            unit="facts/s",
            size=f"{TOUCHPOINTS:,} rows",
            floor=0.15,
            aim=0.35,
            ours=touchpoints,
            baseline=lambda: copied.facts_a_second(running.url, running.bare_url, TOUCHPOINTS),
        ),
        Row(
            name="farley import of customers with three identifiers",
            unit="facts/s",
            size=f"{CUSTOMERS:,} rows",
            floor=0.05,
            aim=0.15,
            ours=customers,
            baseline=lambda: copied.facts_a_second(running.url, running.bare_url, CUSTOMERS),
        ),
    ]
