"""A start with nothing to do takes next to nothing, and begins at once when there is something."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from infrastructure.postgres.embedded import EmbeddedServer
from tests.processes.cpu import cpu_seconds
from tests.processes.up import Up, descendants, eventually

SETTLING_SECONDS, WATCHED_SECONDS = 3.0, 4.0
WINDOWS = 3
"""The machine does other things at the same time: one quiet window of these is enough."""
BEGUN = """
select extract(epoch from min(begun.recorded_at) - max(planned.recorded_at))
from log.facts planned, log.facts begun
where planned.originator_id = %(run)s and planned.topic = 'runs.RunPlanned'
  and begun.originator_id = %(run)s and begun.topic <> 'runs.RunPlanned'
"""


def share_of_a_core(up: Up, seconds: float) -> float:
    """What all its processes took, those of the database too, over so many seconds."""
    server = up.server_pid()
    pids = [up.process.pid, *up.children(), server, *descendants(server)]
    before, began = cpu_seconds(pids), time.monotonic()
    time.sleep(seconds)
    after = cpu_seconds(pids)
    assert before.keys() == after.keys()
    return sum(after[pid] - before[pid] for pid in pids) / (time.monotonic() - began)


@contextmanager
def connected(up: Up) -> Iterator[psycopg.Connection[Any]]:
    server = EmbeddedServer(up.home / "postgres").start()
    with psycopg.connect(server.url("farley"), autocommit=True) as connection:
        yield connection


def begun_after(up: Up, key: str, number: int) -> float:
    """Seconds from a new run's fact to the dispatcher's first about it."""
    run_id = started_run(up, key, number)
    with connected(up) as connection:

        def seconds() -> float | None:
            row = connection.execute(BEGUN, {"run": run_id}).fetchone()
            return float(row[0]) if row and row[0] is not None else None

        assert eventually(lambda: seconds() is not None)
        return seconds() or 0.0


def started_run(up: Up, key: str, number: int) -> str:
    campaign = {
        "name": f"Spring {number}",
        "message_class": "promotional",
        "purpose": "marketing",
        "channel": "email",
        "audience": {"field": "kind", "op": "eq", "value": "person"},
        "template": {"subject": "Hello", "body": "Hello. {{ unsubscribe_url }}"},
    }
    campaign_id = up.answer("/api/campaigns", campaign, key)[1]["campaign_id"]
    up.answer(f"/api/campaigns/{campaign_id}/approvals", {}, key, If_Match='"1"')
    return str(up.answer(f"/api/campaigns/{campaign_id}/runs", {}, key)[1]["run_id"])


def test_with_nothing_open_all_processes_take_under_a_hundredth_of_a_core_and_begin_within_250_ms(
    up: Up,
) -> None:
    key = up.banner["administrator"].split()[0]
    started_run(up, key, 0)
    time.sleep(SETTLING_SECONDS)
    shares = []
    while len(shares) < WINDOWS and (not shares or min(shares) >= 0.01):
        shares.append(share_of_a_core(up, WATCHED_SECONDS))
    assert min(shares) < 0.01, shares
    begun = []
    for number in range(1, 6):
        time.sleep(0.5)
        begun.append(begun_after(up, key, number))
    print(f"idle {min(shares):.2%} of a core; begun after {sorted(begun)} s")
    assert sorted(begun)[1] < 0.25, begun
