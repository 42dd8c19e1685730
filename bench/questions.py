"""Rows of questions over HTTP: the 360 of one customer, and a look-up by phone."""

import itertools
import json
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
from psycopg import ClientCursor

from bench import mix
from bench.baselines import reading_route
from bench.clients import ask, get, post
from bench.commands import CLIENTS, SECONDS, ask_all
from bench.imports import imported
from bench.measuring import Row
from bench.servers import KEY, Farley, bare

CUSTOMERS = 100_000 if os.environ.get("FULL") else 20_000
FIRST = 1_000_000
"""The number of the first of these people: apart from those of other rows."""


@contextmanager
def rows(running: Farley) -> Iterator[list[Row]]:
    """The rows of questions, on a Farley with CUSTOMERS people.

    All are registered with consent, half have touchpoints by their identifiers, and 2 % are linked to another.
    """
    people = range(FIRST, FIRST + CUSTOMERS)
    imported(running, "customers", map(mix.customer, people))
    imported(running, "consents", map(mix.consent, people))
    touched = mix.People(1, seed=12)
    imported(
        running, "touchpoints", (mix.touchpoint(touched, person) for person in (*people[::2], *people[::2]))
    )
    ids = _ids(running)
    ask_all(running.port, [_link(*ids[at : at + 2]) for at in range(0, CUSTOMERS, 100)])
    running.wait_until_folded()
    pick = random.Random(5)
    with bare("bench.baselines.reading_route", running.bare_url) as bare_port:

        def rate(port: int, path: Callable[[], str]) -> float:
            made = (get(path(), KEY) for _ in itertools.count())
            return ask(port, made, clients=CLIENTS, seconds=SECONDS).rate

        def one_row() -> float:
            return rate(bare_port, lambda: f"/customers/{pick.choice(ids)}")

        def phone() -> str:
            number = mix.People.phone(pick.choice(people))["value"]
            return f"/api/customers?phone={quote(number)}"

        yield [
            Row(
                name="the 360 of one customer",
                unit="a second",
                size=f"{CUSTOMERS:,} customers",
                floor=0.15,
                aim=0.4,
                ours=lambda: rate(running.port, lambda: f"/api/customers/{pick.choice(ids)}"),
                baseline=one_row,
            ),
            Row(
                name="look-up by phone",
                unit="a second",
                size=f"{CUSTOMERS:,} customers",
                floor=0.4,
                aim=0.7,
                ours=lambda: rate(running.port, phone),
                baseline=one_row,
            ),
        ]


def _link(one: str, other: str) -> bytes:
    return post(f"/api/customers/{one}/links", KEY, json.dumps({"profile_id": other}).encode())


def _ids(running: Farley) -> list[str]:
    """The ids of the newest registered customers, which the bare route's table gets, too."""
    with psycopg.connect(running.url) as connection:
        found = connection.execute(
            "select originator_id::text from event.customer_registered order by position desc limit %s",
            [CUSTOMERS],
        ).fetchall()
    ids = [row[0] for row in found]
    with psycopg.connect(running.bare_url, autocommit=True, cursor_factory=ClientCursor) as connection:
        connection.execute(reading_route.TABLE.encode(), [ids])
    return ids
