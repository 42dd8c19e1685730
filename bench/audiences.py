"""The row of audience sizes: five conditions over everybody who is registered, beside the same conditions by hand."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import perf_counter

import psycopg
from psycopg.rows import dict_row

from bench import mix
from bench.baselines import wide_tables
from bench.imports import imported
from bench.measuring import Row
from bench.questions import CUSTOMERS, FIRST
from bench.servers import Farley
from domain.criteria import parse
from infrastructure.postgres.connections import as_role
from projections.audience.reading import size

CONDITIONS = (
    {"field": "country", "op": "eq", "value": "DE"},
    {"field": "language", "op": "in", "value": ["de", "en"]},
    {"field": "open_complaints", "op": "eq", "value": 0},
    {"field": "touchpoint_count", "op": "ge", "value": 1},
    {"did": {"kind": "visit", "within_days": 365}},
)
ASKED = 15
"""How often each round asks. The median counts."""


@contextmanager
def rows(running: Farley) -> Iterator[list[Row]]:
    """The row of sizes, on a Farley where people are registered: each gets two touchpoints."""
    people = mix.People(1, seed=10)
    touchpoints = (
        mix.touchpoint(people, person) | {"occurred_at": f"2026-0{person % 9 + 1}-15T12:00:00Z"}
        for person in range(FIRST, FIRST + CUSTOMERS)
        for _ in range(2)
    )
    imported(running, "touchpoints", touchpoints)
    running.wait_until_folded()
    at = datetime(2026, 11, 1, tzinfo=UTC)
    criteria = parse({"all": list(CONDITIONS)}, declared={}, segment=lambda _: None)
    with (
        psycopg.connect(running.url, autocommit=True) as by_hand,
        psycopg.connect(
            as_role(running.url, "farley_reader"), autocommit=True, row_factory=dict_row
        ) as reader,
    ):
        wide_tables.make(by_hand)
        by_hand.execute("vacuum analyze")

        def ours() -> tuple[int, float]:
            with reader.transaction():
                reader.execute("select operation.use_serving_tables()")
                began = perf_counter()
                return size(reader, criteria, at, currency="EUR"), perf_counter() - began

        def theirs() -> tuple[int, float]:
            return wide_tables.size(by_hand, at)

        found = ours()[0], theirs()[0]
        if found[0] != found[1] or not found[0]:
            raise SystemExit(f"the criteria find {found[0]} people, and {found[1]} by hand")
        yield [
            Row(
                name="size of an audience by five conditions",
                unit="ms",
                size=f"{CUSTOMERS:,} customers",
                floor=1.3,
                aim=1.1,
                at_least=False,
                ours=lambda: _median(ours),
                baseline=lambda: _median(theirs),
            )
        ]


def _median(asked: Callable[[], tuple[int, float]]) -> float:
    """Returns the median of the milliseconds that ASKED questions took."""
    return statistics.median(asked()[1] for _ in range(ASKED)) * 1000
