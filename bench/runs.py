"""Rows of runs and previews: looking at a run, a preview of an audience, the decisions of a run."""

import itertools
import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from application.deciding.asking import Decided, grouped
from application.dispatch.deciding import CHUNK
from application.requests import Answer, Request
from bench.baselines import facts_read
from bench.clients import HOST, ask, get
from bench.commands import SECONDS
from bench.measuring import Row
from bench.servers import KEY, Farley
from domain.deciding.codes import ReasonCode, Verdict, ZoneSource
from domain.deciding.decision import Decision, Ruling, Zone
from domain.facts import Circumstances
from domain.runs.run import Run, run_id
from infrastructure.machine.clock import SystemClock
from infrastructure.machine.home import locate
from infrastructure.machine.settings import Settings
from infrastructure.wiring.use_cases import UseCases

MEMBERS = 1_000_000 if os.environ.get("FULL") else 100_000
TEN = 10
EVERYBODY = {"field": "kind", "op": "eq", "value": "person"}
CAMPAIGN = {
    "name": "Spring",
    "message_class": "promotional",
    "purpose": "marketing",
    "channel": "email",
    "audience": EVERYBODY,
    "template": {
        "subject": "Hello {{ name }}",
        "body": "Dear {{ name }}, spring is here. {{ unsubscribe_url }}",
    },
}
LARGEST = 512.0
"""MiB that a process may take."""


@contextmanager
def rows(running: Farley) -> Iterator[list[Row]]:
    """The rows of runs, on a Farley where people with consent are registered."""
    runs = _Runs(running)
    yield [
        *_looking(running),
        Row(
            name="preview of an audience with reachable and loss",
            unit="seconds",
            size=f"{len(runs.people):,} people",
            floor=4,
            aim=2,
            at_least=False,
            ours=runs.preview,
            baseline=runs.read,
        ),
        Row(
            name="a run's decisions",
            unit="people/s",
            size=f"{len(runs.people):,} people",
            floor=0.2,
            aim=0.4,
            ours=runs.decide,
            baseline=lambda: len(runs.people) / runs.read(),
        ),
        Row(
            name="what a run lists and decides, in the log",
            unit="bytes each",
            size="the last run",
            floor=120,
            aim=60,
            at_least=False,
            rounds=1,
            ours=runs.bytes_each,
        ),
        Row(
            name="memory of the dispatcher at its highest",
            unit="MiB",
            size="after the last run",
            floor=LARGEST,
            aim=None,
            at_least=False,
            rounds=1,
            ours=runs.memory,
        ),
    ]


def _looking(running: Farley) -> list[Row]:
    """Runs that no campaign began: the dispatcher leaves them as they are."""
    large, small = _decided_run(running, MEMBERS), _decided_run(running, TEN)
    running.wait_until_folded()

    def milliseconds(path: str) -> Callable[[], float]:
        def measure() -> float:
            made = (get(path, KEY) for _ in itertools.count())
            return 1000 / ask(running.port, made, clients=1, seconds=SECONDS).rate

        return measure

    return [
        Row(
            name="looking at a run",
            unit="ms",
            size=f"{MEMBERS:,} members beside {TEN}",
            floor=1.5,
            aim=1.1,
            at_least=False,
            ours=milliseconds(large),
            baseline=milliseconds(small),
        )
    ]


def _decided_run(running: Farley, members: int) -> str:
    """Writes the facts of a run whose members nobody knows and all are suppressed. Returns its path."""
    now = SystemClock().now()
    campaign, circumstances = uuid4(), Circumstances(occurred_at=now, actor="bench", correlation_id=uuid4())
    the_run = run_id(campaign, now)
    with UseCases(locate(Settings.from_env({"FARLEY_HOME": str(running.home)}))) as opened:
        run = Run.plan(the_run, circumstances, campaign_id=campaign, planned_for=now, ends_at=None)
        for ordinal in range(0, members, CHUNK):
            listed = [uuid4() for _ in range(min(CHUNK, members - ordinal))]
            run.list_audience(listed, 1, circumstances)
            _save(opened, run)
        run.record_audience(1, circumstances)
        for ordinal in range(0, members, CHUNK):
            _decide(run, min(CHUNK, members - ordinal), circumstances)
            _save(opened, run)
    return f"/api/campaigns/{campaign}/runs/{the_run}"


def _decide(run: Run, members: int, circumstances: Circumstances) -> None:
    decision = Decision(
        verdict=Verdict.SUPPRESSED,
        rules=(Ruling(code=ReasonCode.NO_CONTACT_POINT, passed=False),),
        contact_point=None,
        zone=Zone(name="UTC", source=ZoneSource.INSTALLATION),
        policy_version=1,
        rules_version=1,
    )
    groups = grouped([Decided(uuid4(), decision, None, None) for _ in range(members)])
    run.decide_chunk(
        groups, circumstances, read_position=1, policy_version=1, rules_version=1, smtputf8=False
    )


def _save(opened: UseCases, run: Run) -> None:
    request = Request(actor="bench", received_at=SystemClock().now(), correlation_id=uuid4())
    opened.store.save(run, request=request, answer=Answer())


class _Runs:
    """Previews and runs over everybody who is registered."""

    def __init__(self, running: Farley) -> None:
        self._running = running
        self._last = ""
        with psycopg.connect(running.url) as connection:
            people = "select person_id from read_audience.audience_fact where kind = 'person'"
            self.people: Sequence[UUID] = [row[0] for row in connection.execute(people).fetchall()]

    def read(self) -> float:
        """Returns the seconds of the baseline: reading the same facts and discarding them."""
        return facts_read.seconds(self._running.url, self.people)

    def preview(self) -> float:
        began = time.perf_counter()
        self._post("/api/audiences/preview", {**_MESSAGE, "audience": EVERYBODY})
        return time.perf_counter() - began

    def decide(self) -> float:
        """Returns how many people a second a run decided, by the log's clock.

        Its campaign is paused then, and what it wrote is folded before this returns. Its messages would otherwise be
        handed over while the next round is measured, which would have to share the dispatcher with it.
        """
        campaign = self._post("/api/campaigns", CAMPAIGN)["campaign_id"]
        self._post(f"/api/campaigns/{campaign}/approvals", {}, If_Match="*")
        self._last = self._post(f"/api/campaigns/{campaign}/runs", {})["run_id"]
        with psycopg.connect(self._running.url, autocommit=True) as connection:
            while not (row := connection.execute(_DECIDED, [Run.stream_of(UUID(self._last))]).fetchone()):
                time.sleep(0.1)
        self._post(f"/api/campaigns/{campaign}/pauses", {"reason": "measured"})
        self._running.wait_until_folded()
        return len(self.people) / float(row[0])

    def bytes_each(self) -> float:
        with psycopg.connect(self._running.url) as connection:
            row = connection.execute(_BYTES, [Run.stream_of(UUID(self._last))]).fetchone()
        return float(row[0]) / len(self.people) if row else 0.0

    def memory(self) -> float:
        status = Path(f"/proc/{self._running.child('dispatcher')}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def _post(self, path: str, body: dict[str, Any], **more: str) -> Any:
        url = f"http://{HOST}:{self._running.port}{path}"
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        asked = urllib.request.Request(url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(asked) as answer:
            return json.load(answer)


_MESSAGE = {name: CAMPAIGN[name] for name in ("channel", "purpose", "message_class")}
_DECIDED = """
select extract(epoch from max(recorded_at) - min(recorded_at) filter (where stored_name = 'runs.RunAudienceRecorded'))
from log.events
where stream_id = %s
having count(*) filter (where stored_name = 'runs.RunAudienceRecorded') = 1
   and count(*) filter (where stored_name = 'runs.RunChunkDecided')
       = count(*) filter (where stored_name = 'runs.RunAudienceListed')
"""
_BYTES = """
select sum(octet_length(state)) from log.events
where stream_id = %s and stored_name in ('runs.RunAudienceListed', 'runs.RunChunkDecided')
"""
