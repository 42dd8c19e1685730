"""Rows of commands over HTTP: single touchpoints, and batches."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from bench import mix
from bench.baselines import copied, touchpoint_route
from bench.clients import ask, post
from bench.measuring import Row
from bench.servers import KEY, Farley, bare

PEOPLE = 10_000
CLIENTS = 16
SECONDS = 4.0
BATCH = 500
BATCHES = 12


def seed(running: Farley, people: int = PEOPLE) -> mix.People:
    """Records two touchpoints of each person: by the address and by the number."""
    known = mix.People(people)
    single = [
        {**mix.touchpoint(known, person), "identifier": identifier(person)}
        for person in range(people)
        for identifier in (known.email, known.phone)
    ]
    bodies = (mix.as_batch(single[at : at + BATCH]) for at in range(0, len(single), BATCH))
    requests = [post("/api/touchpoints/batch", KEY, body) for body in bodies]
    ask_all(running.port, requests)
    running.wait_until_folded()
    return known


def ask_all(port: int, requests: list[bytes], clients: int = 2) -> float:
    """Sends these requests, each once, and returns the seconds they took together."""
    return ask(port, iter(requests), clients=min(clients, len(requests))).during


@contextmanager
def rows(running: Farley) -> Iterator[list[Row]]:
    """The rows of commands, on a running Farley that has people."""
    people = seed(running)
    with psycopg.connect(running.bare_url, autocommit=True) as connection:
        connection.execute(touchpoint_route.TABLE.encode())
    with bare("bench.baselines.touchpoint_route", running.bare_url) as bare_port:
        ours = (post("/api/touchpoints", KEY, body) for body in mix.touchpoints(people))
        theirs = (post("/touchpoints", KEY, body) for body in mix.touchpoints(people))

        def single(port: int, requests: Iterator[bytes]) -> float:
            made = iter(list(itertools.islice(requests, int(SECONDS * 3000))))
            return ask(port, made, clients=CLIENTS, seconds=SECONDS).rate

        def batches() -> float:
            made = [
                post("/api/touchpoints/batch", KEY, body)
                for body in itertools.islice(mix.batches(people, BATCH), BATCHES)
            ]
            return BATCH * BATCHES / ask_all(running.port, made)

        yield [
            Row(
                name="single POST /api/touchpoints",
                unit="a second",
                size=f"{CLIENTS} clients, {PEOPLE:,} people",
                floor=0.6,
                aim=0.9,
                ours=lambda: single(running.port, ours),
                baseline=lambda: single(bare_port, theirs),
            ),
            Row(
                name="POST /api/touchpoints/batch",
                unit="facts/s",
                size=f"batches of {BATCH}",
                floor=0.1,
                aim=0.25,
                ours=batches,
                baseline=lambda: copied.facts_a_second(running.url, running.bare_url, BATCH * BATCHES),
            ),
        ]
