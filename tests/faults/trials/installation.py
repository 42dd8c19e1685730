"""The installation that a row of trials runs on: `farley up` with all its processes, on a server of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import psycopg

from infrastructure.postgres.connections import as_role
from infrastructure.postgres.embedded import EmbeddedServer, RunningServer
from tests.faults.trials import stories
from tests.faults.trials.client import Client
from tests.faults.trials.history import Command, History
from tests.processes.conftest import erase, make_home
from tests.processes.small_disk import disk_of, on_own_disk
from tests.processes.up import PATIENCE, Up, environment, eventually, free_port, running
from tests.smtp_sink import SmtpSink

LEASE_SECONDS = 3
STARTS_WITHIN = 60.0
DISK, RESERVE = 800, 32
"""MiB."""
SETTINGS = {"FARLEY_LEASE_SECONDS": str(LEASE_SECONDS), "FARLEY_WORKERS": "2", "FARLEY_THREADS": "4"}


class NotServing(Exception):
    """The installation does not answer within the time."""


@dataclass(kw_only=True)
class Installed:
    """A running installation. `url` names the log's database as the superuser, past any proxy."""

    up: Up
    key: str
    url: str
    url_of_keys: str
    sink: SmtpSink

    def client(self, history: History, rng: Random) -> Client:
        return Client(self.up.port, self.key, history, rng)

    def connect(self, role: str | None = None) -> psycopg.Connection[Any]:
        url = self.url if role is None else as_role(self.url, role)
        return psycopg.connect(url, autocommit=True, connect_timeout=5)

    def process(self, verb: str) -> int:
        """The process that runs this verb of `farley`."""
        return next(pid for pid in self.up.children() if _runs(pid, verb))

    def serves_again(self, since: float, *, within: float) -> float:
        """Seconds from `since` until a new command is acknowledged and a question that waits for it is answered."""
        history, rng = History(), Random(os.urandom(8))
        with self.client(history, rng) as client:
            while time.monotonic() < since + within:
                if self._serves(client, rng):
                    return time.monotonic() - since
                time.sleep(0.02)
        raise NotServing(
            f"no command and question was answered within {within:.0f} seconds of the fault's end"
        )

    def replayed(self, path: str) -> Any:
        """The answer to a replay of the run at this path."""
        replay = Command(path=f"{path}/replays", body={}, subject=stories.new_id(Random(0)), facts={})
        with self.client(History(), Random(0)) as client:
            told = client.tell(replay)
        return told.answer or {"different": -1, "refused": told.refusals}

    def _serves(self, client: Client, rng: Random) -> bool:
        person = stories.new_id(rng)
        command = Command(
            path="/api/customers",
            body={"customer_id": str(person), "kind": "person"},
            subject=person,
            facts={},
            repeatable=False,
        )
        if not client.tell(command).is_acknowledged:
            return False
        assert command.answer is not None
        try:
            return (
                client.ask(f"/api/customers/{person}", Farley_Wait_For=command.answer["position"])[0] == 200
            )
        except (OSError, HTTPException, ValueError):
            return False


@contextmanager
def installed(**settings: str) -> Iterator[Installed]:
    """Starts everything on an embedded server; its data are erased at the end."""
    with (
        _homes() as home,
        SmtpSink() as sink,
        running(home, free_port(), FARLEY_SMTP_URL=sink.url, **SETTINGS, **settings) as up,
    ):
        yield _ready(up, EmbeddedServer(home / "postgres").start().url, sink)


@contextmanager
def installed_on_small_disk(**settings: str) -> Iterator[Installed]:
    """The same with a small disk of its own for the home. Raises NoSmallDisk where none can be mounted."""
    through, settings = on_own_disk(DISK), {**settings, "FARLEY_DISK_RESERVE": str(RESERVE)}
    with _homes() as home, SmtpSink() as sink:
        home.mkdir()
        with running(
            home, free_port(), through=through, FARLEY_SMTP_URL=sink.url, **SETTINGS, **settings
        ) as up:
            yield _ready(up, _url_on_disk(up), sink)


@contextmanager
def installed_twice(**settings: str) -> Iterator[Installed]:
    """The same with a second projector, scheduler and dispatcher beside those of the supervisor."""
    with installed(**settings) as one, ExitStack() as stack:
        for verb in ("projector", "scheduler", "dispatcher"):
            stack.enter_context(second(one, verb))
        yield one


@contextmanager
def installed_behind(proxied: Callable[[RunningServer], Any], **settings: str) -> Iterator[Installed]:
    """The same with a server of its own, to which all connections go through a proxy.

    `proxied` starts the proxy and returns a context with a function that gives the URL of a database.
    """
    with _homes() as home, SmtpSink() as sink, ExitStack() as stack:
        server = EmbeddedServer(home / "postgres").start()
        _create_databases(server.url())
        url_of = stack.enter_context(proxied(server))
        urls = {"DATABASE_URL": url_of("farley"), "FARLEY_KEYS_URL": url_of("farley_keys")}
        up = stack.enter_context(
            running(home, free_port(), FARLEY_SMTP_URL=sink.url, **urls, **SETTINGS, **settings)
        )
        yield _ready(up, server.url, sink)


@contextmanager
def _homes() -> Iterator[Path]:
    home = make_home()
    try:
        yield home
    finally:
        erase(home)


def _create_databases(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("farley", "farley_keys"):
            connection.execute(f"create database {name}".encode())


def _url_on_disk(up: Up) -> Callable[[str], str]:
    """The URLs of the databases of an embedded server whose home only its own processes see."""
    lines = (disk_of(up) / "postgres/postgres/data/postmaster.pid").read_text().split("\n")
    address = f"host={quote(lines[4], safe='')}&port={lines[3]}"
    return lambda database: f"postgresql://postgres@/{database}?{address}"


def _ready(up: Up, url_of: Callable[[str], str], sink: SmtpSink) -> Installed:
    installed = Installed(
        up=up,
        key=up.banner["administrator"].split()[0],
        url=url_of("farley"),
        url_of_keys=url_of("farley_keys"),
        sink=sink,
    )
    installed.serves_again(time.monotonic(), within=STARTS_WITHIN)
    with installed.client(History(), Random(0)) as client:
        _declare(client)
    return installed


def _declare(client: Client) -> None:
    for path, body in stories.declarations():
        told = client.tell(
            Command(path=path, body=body, subject=stories.new_id(Random(0)), facts={}, key="declared")
        )
        assert told.is_acknowledged, told.refusals


def _runs(pid: int, verb: str) -> bool:
    try:
        return f"\0{verb}\0" in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False


@contextmanager
def second(installed: Installed, verb: str) -> Iterator[None]:
    """Another process of this verb, from when it has started until the end of the block."""
    home = installed.up.home
    urls = {"DATABASE_URL": installed.url, "FARLEY_KEYS_URL": installed.url_of_keys}
    log = home.parent / f"second {verb}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "interfaces.cli.main", verb],
            env=environment(home, FARLEY_SMTP_URL=installed.sink.url, **urls, **SETTINGS),
            stdout=output,
            stderr=output,
        )
    try:
        assert eventually(lambda: '"started"' in log.read_text()), log.read_text()
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
