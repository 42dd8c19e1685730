"""Rows at ten times as many stored facts: each of the first six rows beside itself on the log as it was before."""

import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property

from bench import commands, folds, imports, mix
from bench.measuring import ROUNDS, Row
from bench.servers import Farley

WORD = "ten"
"""Only FULL=1 or this word measures these rows, because filling the log takes long."""
TIMES = 10
FULL_FACTS = 10_000_000
AT_ONCE = 200_000
FIRST = 6


@contextmanager
def rows(running: Farley) -> Iterator[list[Row]]:
    """The rows of this kind, on a Farley with the facts of all other rows."""
    with ExitStack() as stack:
        first = [*stack.enter_context(commands.rows(running)), *imports.rows(running), *folds.rows(running)]
        larger = Larger(running, first[:FIRST])
        yield [larger.row(row) for row in first[:FIRST]]


class Larger:
    """Measures rows, fills the log, and measures them again."""

    def __init__(self, running: Farley, first: list[Row]) -> None:
        self._running = running
        self._first = first

    def row(self, row: Row) -> Row:
        def again() -> float:
            assert self._before
            return row.ours()

        return Row(
            name=f"{WORD} times: {row.name}",
            unit=row.unit,
            size=f"{TIMES} times the facts",
            floor=0.8,
            aim=0.95,
            ours=again,
            baseline=self._measured_before(row),
        )

    def _measured_before(self, row: Row) -> Callable[[], float]:
        return lambda: self._before[row.name]

    @cached_property
    def _before(self) -> dict[str, float]:
        """The median figures of all rows before the log is filled, which happens then."""
        figures = {row.name: statistics.median(row.ours() for _ in range(ROUNDS)) for row in self._first}
        fill(self._running, facts_wanted(self._running.head()))
        return figures


def facts_wanted(head: int) -> int:
    return FULL_FACTS if os.environ.get("FULL") == "1" else TIMES * head


def fill(running: Farley, facts: int) -> None:
    """Imports touchpoints until the log has as many facts, and waits until all are folded."""
    people = mix.People(100_000, seed=11)
    while (missing := facts - running.head()) > 0:
        touches = (mix.touchpoint(people) for _ in range(min(missing, AT_ONCE)))
        imports.imported(running, "touchpoints", touches)
        print(f"  {running.head():,} facts", flush=True)
    running.wait_until_folded()
