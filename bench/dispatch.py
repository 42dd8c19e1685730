"""Measures how many messages a second one dispatcher hands over to a fast next hop, and where the time goes.

    python -m bench.dispatch [--people 3000] [--connections 4]

The benchmark makes a throw-away installation with the embedded server and its real fsync. `farley projector` and
the next hop have processes of their own; the dispatcher's loop runs in this process. For comparison, the same run
measures smtplib alone against the same next hop, with one connection and with as many as the dispatcher has.
"""

import argparse
import os
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from application.campaigns.commands import ApproveCampaign, DraftCampaign, StartRun
from application.customers.commands import GivenContactPoint, GrantConsent, RegisterCustomer
from application.dispatch import handing_over
from application.rendering import Rendering
from application.requests import Request
from bench.phases import Phases
from domain.runs.run import Run
from infrastructure.eventsourcing.store import LogStore
from infrastructure.machine import logs
from infrastructure.machine.clock import Interruptible, SystemClock
from infrastructure.machine.home import Located, embedded_server, locate, prepare
from infrastructure.machine.settings import ROOT, Settings
from infrastructure.mail.departures import Aloft, InParallel, OneByOne
from infrastructure.postgres.bringing_up import bring_up
from infrastructure.postgres.handovers import LockedHandovers
from infrastructure.processes.dispatcher import run_dispatcher
from infrastructure.read_models.known import KnownOnConnection
from infrastructure.read_models.runs import PooledRunReading
from infrastructure.wiring.dispatcher import DispatcherInstallation
from infrastructure.wiring.use_cases import UseCases

BODY = (
    "Dear {{ name }},\n\n"
    + "Spring is here, and so are the new records. " * 20
    + "\n\nYours, the shop\n\nNo more of these: {{ unsubscribe_url }}\n"
)
LONGEST_WAIT = 600.0
WAITING = "waiting for the projector"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One measured run. `seconds` reach from the first handover to the last outcome, by the database's clock.

    `computing` is the processor time, in seconds, of this process while the dispatcher ran.
    """

    sent: int
    seconds: float
    computing: float

    @property
    def rate(self) -> float:
        return self.sent / self.seconds


def main() -> None:
    asked = _arguments()
    phases = Phases()
    with ExitStack() as stack:
        port = stack.enter_context(_sink())
        located = stack.enter_context(_installation(port, asked.connections))
        stack.enter_context(_projector(located))
        print(f"{asked.people} people are registered ...", flush=True)
        run_id = _run_for(located, asked.people)
        load = os.getloadavg()[0]
        one, several = _bare_rate(port, 1, asked.people), _bare_rate(port, asked.connections, asked.people)
        _show(phases)
        measured = _dispatch(located, run_id, phases)
    print(f"load of the machine's {os.cpu_count()} processors just before: {load:.1f}")
    print(f"bare smtplib, 1 connection:   {one:8.0f} messages/s")
    print(f"bare smtplib, {asked.connections} connections:  {several:8.0f} messages/s")
    print(
        f"dispatcher, {asked.connections} connections:    {measured.rate:8.0f} messages/s"
        f"   ({measured.sent} sent in {measured.seconds:.2f} s, first handover to last outcome)"
    )
    print(f"processor time of its process:  {1000 * measured.computing / measured.sent:6.2f} ms a message")
    _print(phases)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--connections", type=int, default=4)
    return parser.parse_args()


@contextmanager
def _sink() -> Iterator[int]:
    """Runs the next hop in a process that ends with the block, and yields its port."""
    with _process("-m", "bench.smtp_sink", stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())


@contextmanager
def _projector(located: Located) -> Iterator[None]:
    environment = {"FARLEY_HOME": str(located.settings.home)}
    with _process(
        "-m", "interfaces.cli.main", "projector", environment=environment, stderr=subprocess.DEVNULL
    ):
        yield


@contextmanager
def _process(*arguments: str, environment: Any = None, **more: Any) -> Iterator["subprocess.Popen[bytes]"]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    with subprocess.Popen([sys.executable, "-P", *arguments], env=env, **more) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def _installation(port: int, connections: int) -> Iterator[Located]:
    with tempfile.TemporaryDirectory(prefix="farley-bench-") as folder:
        Path(folder).chmod(0o711)
        settings = Settings.from_env(
            {
                "FARLEY_HOME": f"{folder}/home",
                "FARLEY_SMTP_URL": f"smtp://127.0.0.1:{port}",
                "FARLEY_SMTP_CONNECTIONS": str(connections),
            }
        )
        logs.configure("bench")
        try:
            located = locate(prepare(settings))
            bring_up(located)
            yield located
        finally:
            embedded_server(settings).erase()


def _run_for(located: Located, people: int) -> UUID:
    """Registers `people` customers with an address and a consent, starts a run for them, and returns its id."""
    with UseCases(located) as installation:
        services = installation.services()
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda n: _register(services, n), range(people)))
        draft = DraftCampaign(
            name="Spring",
            message_class="promotional",
            purpose="marketing",
            channel="email",
            audience={"field": "kind", "op": "eq", "value": "person"},
            subject="Hello {{ name }}",
            body=BODY,
        )
        campaign_id = UUID(services.campaigns.draft_campaign(draft, _request()).body["campaign_id"])
        services.campaigns.approve_campaign(ApproveCampaign(campaign_id=campaign_id), _request())
        answer = services.campaigns.start_run(StartRun(campaign_id=campaign_id), _request())
        services.reading.wait_for(answer.position, LONGEST_WAIT)
        return UUID(answer.body["run_id"])


def _register(services: Any, number: int) -> None:
    point = GivenContactPoint(channel="email", value=f"person.{number}@example.org")
    registered = services.customers.register_customer(
        RegisterCustomer(kind="person", name=f"Person {number}", contact_points=(point,)), _request()
    )
    consent = GrantConsent(
        customer_id=UUID(registered.body["customer_id"]),
        channel="email",
        purpose="marketing",
        evidence={"source": "bench"},
    )
    services.customers.grant_consent(consent, _request())


def _request() -> Request:
    return Request(actor="bench", received_at=SystemClock().now(), correlation_id=uuid4())


def _bare_rate(port: int, connections: int, messages: int) -> float:
    """Returns the messages a second of smtplib alone, with messages of about the size of the run's messages."""
    content = f"From: a@example.org\r\nTo: b@example.org\r\nSubject: Hello\r\n\r\n{BODY}"
    started = time.perf_counter()
    with ThreadPoolExecutor(connections) as threads:
        list(threads.map(lambda _: _send_bare(port, content, messages // connections), range(connections)))
    return messages // connections * connections / (time.perf_counter() - started)


def _send_bare(port: int, content: str, messages: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for _ in range(messages):
            smtp.sendmail("a@example.org", "b@example.org", content)


def _dispatch(located: Located, run_id: UUID, phases: Phases) -> Measured:
    """Runs the dispatcher's own loop until the log says that the run is finished."""
    sleep = Interruptible()
    with psycopg.connect(located.database_url, autocommit=True) as log:
        watch = threading.Thread(target=_stop_when_finished, args=[log, run_id, sleep])
        watch.start()
        computed = time.process_time()
        phases.show(WAITING, Interruptible, "__call__")
        with DispatcherInstallation(located) as installation:
            run_dispatcher(installation, sleep)
        computed = time.process_time() - computed
        watch.join()
        sent, seconds = _sent(log)
        return Measured(sent=sent, seconds=seconds, computing=computed)


def _stop_when_finished(log: psycopg.Connection[Any], run_id: UUID, sleep: Interruptible) -> None:
    deadline = time.monotonic() + LONGEST_WAIT
    finished = "select 1 from log.events where stream_id = %s and stored_name = 'runs.RunFinished'"
    while time.monotonic() < deadline and log.execute(finished, [Run.stream_of(run_id)]).fetchone() is None:
        time.sleep(0.2)
    sleep.stop()


def _sent(log: psycopg.Connection[Any]) -> tuple[int, float]:
    """Returns the number of sent messages, and the seconds from the first handover to the last outcome."""
    row = log.execute(
        "select count(*) filter (where stored_name = 'messages.MessageSent'),"
        " extract(epoch from max(recorded_at) filter (where stored_name = 'messages.MessageSent')"
        " - min(recorded_at) filter (where stored_name = 'messages.MessageHandedOver'))::float8 from log.events"
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _show(phases: Phases) -> None:
    """Registers the methods that count as each phase. Time outside these methods is in no phase."""
    phases.show("read facts", KnownOnConnection, "facts")
    phases.show("read the run", PooledRunReading, "addressees", "waiting", "open_runs", "anyone_open")
    phases.show(WAITING, PooledRunReading, "position")
    phases.show("settle", PooledRunReading, "handed_over")
    phases.show("read run, campaign, messages", LogStore, "find", "caught_up", "present", "fact")
    phases.show("decide", handing_over, "decide")
    phases.show("render", Rendering, "render")
    phases.show("hand over", LockedHandovers, "hand_over")
    phases.show("SMTP", InParallel, "depart")
    phases.show("SMTP", OneByOne, "depart")
    phases.show("SMTP", Aloft, "landed")
    phases.show("outcomes", LogStore, "save")


def _print(phases: Phases) -> None:
    whole = sum(phases.seconds.values())
    for phase, seconds in sorted(phases.seconds.items(), key=lambda one: -one[1]):
        computing = phases.computing[phase]
        print(f"  {phase:<28} {seconds:7.2f} s  {seconds / whole:5.0%}   computing {computing:6.2f} s")


if __name__ == "__main__":
    main()
