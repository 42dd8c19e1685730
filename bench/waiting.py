"""Rows of waiting: complaints beside bulk work, and touchpoints until the 360 shows them."""

import itertools
import json
import os
import subprocess
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg

from bench import mix
from bench.clients import ask, post
from bench.commands import PEOPLE
from bench.measuring import Row
from bench.servers import KEY, Farley
from infrastructure.machine.settings import ROOT

FULL = os.environ.get("FULL") == "1"
IMPORTED = 100_000 if FULL else 20_000
SECONDS = 60.0 if FULL else 15.0
ACCEPTED_A_SECOND = 10_000
SMALL_BATCH = 50
CLIENTS = 8
LOOK_SECONDS = 0.005
LOOK = "select clock_timestamp(), min(position) from operation.projections"
RECORDED = "select notification_id, recorded_at from log.events where notification_id > %s order by 1"


def rows(running: Farley) -> list[Row]:
    """The rows of waiting. The Farley needs the people of the commands' rows."""
    persons = itertools.cycle(range(PEOPLE))

    def complaints() -> float:
        with _bulk_work(running) as busy:
            requests = itertools.takewhile(lambda _: busy.is_set(), map(_stopping, persons))
            asked = ask(running.port, requests, clients=1)
        _print(f"complaints and withdrawals, {len(asked.seconds)}", asked.seconds)
        return asked.milliseconds(0.99)

    return [
        Row(
            name="complaints and withdrawals during an import and rebuilds",
            unit="ms at p99",
            size=f"{IMPORTED:,} rows",
            floor=50,
            aim=50,
            at_least=False,
            ours=complaints,
            rounds=1,
        ),
        Row(
            name="touchpoints until the 360 shows them",
            unit="ms at p99",
            size=f"{SECONDS:.0f} s of batches of {SMALL_BATCH}",
            floor=250,
            aim=250,
            at_least=False,
            ours=lambda: _until_shown(running),
            rounds=1,
        ),
    ]


def _stopping(person: int) -> bytes:
    """Returns a complaint or a withdrawal of this person: by half each."""
    who = {"identifier": mix.People.email(person)}
    if person % 2:
        return post(
            "/api/withdrawals", KEY, json.dumps({**who, "channel": "email", "purpose": "marketing"}).encode()
        )
    return post("/api/complaints", KEY, json.dumps(mix.complaint(person)).encode())


@contextmanager
def _bulk_work(running: Farley) -> Iterator[threading.Event]:
    """Imports touchpoints, and rebuilds all projections again and again. The event is set until the import ends."""
    people = mix.People(50_000, seed=7)
    file = running.home / "bulk.jsonl"
    file.write_text("".join(f"{json.dumps(mix.touchpoint(people))}\n" for _ in range(IMPORTED)))
    busy = threading.Event()
    busy.set()
    importing = _farley(running, "import", "touchpoints", str(file), "--source", "bulk")
    rebuilding = threading.Thread(target=_rebuild_while, args=[running, busy])
    rebuilding.start()
    ended = threading.Thread(target=lambda: (importing.wait(), busy.clear()))
    ended.start()
    try:
        yield busy
    finally:
        ended.join()
        rebuilding.join()


def _rebuild_while(running: Farley, busy: threading.Event) -> None:
    while busy.is_set():
        _farley(running, "project", "rebuild", "--all").wait()


def _farley(running: Farley, *words: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "FARLEY_HOME": str(running.home)}
    command = [sys.executable, "-m", "interfaces.cli.main", *words]
    output = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)


def _until_shown(running: Farley) -> float:
    """Records touchpoints for SECONDS. Returns how many milliseconds 99 % of them took to be shown."""
    people = mix.People(PEOPLE, seed=8)
    number = int(ACCEPTED_A_SECOND * SECONDS) // SMALL_BATCH
    bodies = (mix.as_batch([mix.touchpoint(people) for _ in range(SMALL_BATCH)]) for _ in range(number))
    requests = [post("/api/touchpoints/batch", KEY, body) for body in bodies]
    running.wait_until_folded()
    before = running.head()
    with _looking(running) as looks:
        asked = ask(running.port, _paced(requests), clients=CLIENTS, seconds=SECONDS)
        running.wait_until_folded()
        while not looks or looks[-1][1] < running.head():
            time.sleep(LOOK_SECONDS)
    waits = _waits(running, before, looks)
    rate = SMALL_BATCH * len(asked.seconds) / asked.during
    _print(f"{rate:,.0f} touchpoints a second, shown", waits)
    return sorted(waits)[int(len(waits) * 0.99)] * 1000


def _paced(requests: list[bytes]) -> Iterator[bytes]:
    """Yields the requests no faster than ACCEPTED_A_SECOND touchpoints a second."""
    began = time.perf_counter()
    for number, request in enumerate(requests):
        due = began + number * SMALL_BATCH / ACCEPTED_A_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        yield request


@contextmanager
def _looking(running: Farley) -> Iterator[list[tuple[datetime, int]]]:
    """Notes every LOOK_SECONDS the database's clock and the position that all read models have reached."""
    looks: list[tuple[datetime, int]] = []
    done = threading.Event()

    def look() -> None:
        with psycopg.connect(running.url, autocommit=True) as connection:
            while not done.wait(LOOK_SECONDS):
                looks.extend(connection.execute(LOOK).fetchall())

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield looks
    finally:
        done.set()
        looking.join()


def _waits(running: Farley, before: int, looks: list[tuple[datetime, int]]) -> list[float]:
    """Returns the seconds from each fact's recording until the first look at which it was folded."""
    positions = [position for _, position in looks]
    with psycopg.connect(running.url) as connection:
        recorded = connection.execute(RECORDED, [before]).fetchall()
    return [
        (looks[bisect_left(positions, position)][0] - instant).total_seconds()
        for position, instant in recorded
    ]


def _print(what: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    shares = (
        (share, ordered[min(int(len(ordered) * share), len(ordered) - 1)]) for share in (0.5, 0.9, 0.99)
    )
    text = ", ".join(f"{share:.0%} within {took * 1000:.0f} ms" for share, took in shares)
    print(f"  {what}: {text}, all within {ordered[-1] * 1000:.0f} ms", flush=True)
