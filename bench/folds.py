"""Rows of folds: timeline and audience, and all projections together, live and rebuilt."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

import domain.registry  # noqa: F401 - the batch has a view over every kind of fact
from bench import library, mix
from bench.baselines import selected
from bench.clients import post
from bench.commands import BATCH, ask_all
from bench.imports import imported
from bench.measuring import Row
from bench.servers import KEY, Farley
from infrastructure.postgres.connections import as_role
from projections.engine import batch
from projections.engine.definitions import PROJECTIONS
from projections.engine.rebuilding import rebuild

LIVE_FACTS = 20_000
LIBRARY_FACTS = 2_000


def rows(running: Farley) -> list[Row]:
    """The rows of folds, over what the log of this Farley holds."""
    people = mix.People(10_000, seed=3)

    def copy() -> float:
        return selected.facts_a_second(running.url)

    return [
        Row(
            name="timeline and audience",
            unit="facts/s",
            size="the whole log",
            floor=40,
            aim=80,
            ours=lambda: _rebuilt(running, "timeline", "audience"),
            baseline=lambda: library.facts_a_second(running.url, LIBRARY_FACTS),
        ),
        Row(
            name="all projections together, live",
            unit="facts/s",
            size=f"{LIVE_FACTS:,} facts",
            floor=0.1,
            aim=0.25,
            ours=lambda: _live(running, people),
            baseline=copy,
        ),
        Row(
            name="all projections together, rebuilt",
            unit="facts/s",
            size="the whole log",
            floor=0.1,
            aim=0.25,
            ours=lambda: _rebuilt(running, *PROJECTIONS),
            baseline=copy,
            rounds=1,
        ),
    ]


def _live(running: Farley, people: mix.People) -> float:
    """Folds new facts by the running projector. Returns facts per second."""
    before = running.head()
    with _stopped(running, "projector"):
        _tell(running, people, LIVE_FACTS)
    facts, began = running.head() - before, time.perf_counter()
    running.wait_until_folded()
    return facts / (time.perf_counter() - began)


def _rebuilt(running: Farley, *names: str) -> float:
    """Rebuilds these projections from the whole log. Returns facts per second."""
    facts, began = running.head(), time.perf_counter()
    url = as_role(running.url, "farley_projector")
    with psycopg.connect(url, autocommit=True) as connection:
        batch.prepare(connection)
        for _ in rebuild(connection, *names, sleep=time.sleep, operator="bench"):
            pass
        return facts / (time.perf_counter() - began)


def _tell(running: Farley, people: mix.People, number: int) -> None:
    """Records about so many facts: 90 % touchpoints, 8 % orders, 1 % complaints, 1 % consents."""
    touchpoints = [mix.touchpoint(people) for _ in range(number * 9 // 10)]
    batches = (touchpoints[at : at + BATCH] for at in range(0, len(touchpoints), BATCH))
    ask_all(running.port, [post("/api/touchpoints/batch", KEY, mix.as_batch(batch)) for batch in batches])
    imported(running, "orders", (mix.order(people) for _ in range(number * 8 // 100)))
    imported(running, "consents", map(mix.consent, range(number // 100)))
    complaints = (json.dumps(mix.complaint(person)).encode() for person in range(number // 100))
    ask_all(running.port, [post("/api/complaints", KEY, body) for body in complaints])


@contextmanager
def _stopped(running: Farley, process: str) -> Iterator[None]:
    """Stops a process of this Farley for the time of the block."""
    pid = running.child(process)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
