"""The command line's entry to everything: what a verb needs, opened for it and closed after it.

Each function imports what it needs: a start runs three of them at once, and none should wait for the rest.
"""

import os
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from application.findings import Finding
from infrastructure import logs
from infrastructure.home import Located, locate, prepare
from infrastructure.postgres.migrated import refuse_unmigrated, refuse_unsafe
from infrastructure.processes.leaving import stop_server_if_unused
from infrastructure.processes.reporting_access import usual_port
from infrastructure.processes.stopping import end_with_supervisor, stopped_by_signals
from infrastructure.settings import Settings, drop_secrets

if TYPE_CHECKING:
    from psycopg import Connection

    from application.services import Services


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An installation as a verb of the command line uses it. `forget` deletes profiles' keys."""

    services: "Services"
    forget: Callable[[Sequence[UUID]], int]


def up(say: Callable[[str], None]) -> None:
    """Runs everything until it is told to stop."""
    from infrastructure.processes.banner import banner
    from infrastructure.processes.supervisor import run_up

    end_with_supervisor()
    environment = dict(os.environ)
    settings = _settings(os.environ)
    logs.configure("supervisor")
    run_up(environment, settings, lambda started: say(banner(started)))


def web(descriptor: int | None) -> None:
    """Serves HTTP, on a socket that the supervisor hands down or on FARLEY_PORT."""
    from infrastructure.bootstrap import Installation
    from infrastructure.processes.web import listener, run_web, taken_over

    end_with_supervisor()
    logs.configure("web")
    settings = _settings(os.environ)
    listening = taken_over(descriptor) if descriptor is not None else listener(settings.port)
    with listening, _safely_located(settings) as located:
        # What is wrong is said here, before any worker starts.
        Installation(located, pool_size=1).close()
        run_web(located, listening)


def projector() -> None:
    """Folds until it is told to stop."""
    from infrastructure.processes.projector import run_projector

    sleep = stopped_by_signals()
    end_with_supervisor()
    logs.configure("projector")
    with _safely_located(_settings(os.environ)) as located:
        run_projector(located, sleep)


def scheduler() -> None:
    """Begins runs until it is told to stop."""
    from infrastructure.bootstrap import Installation
    from infrastructure.processes.scheduler import run_scheduler

    sleep = stopped_by_signals()
    end_with_supervisor()
    logs.configure("scheduler")
    with (
        _safely_located(_settings(os.environ)) as located,
        Installation(located, role="farley_dispatcher", pool_size=2) as installation,
    ):
        run_scheduler(installation, sleep)


def dispatcher() -> None:
    """Sends until it is told to stop."""
    from infrastructure.bootstrap import Installation
    from infrastructure.processes.dispatcher import run_dispatcher

    sleep = stopped_by_signals()
    end_with_supervisor()
    logs.configure("dispatcher")
    with (
        _safely_located(_settings(os.environ)) as located,
        Installation(located, role="farley_dispatcher") as installation,
    ):
        run_dispatcher(installation, sleep)


def migrate() -> list[str]:
    """Brings the databases to this version; what it did."""
    from infrastructure.bringing_up import bring_up

    logs.configure("migrate")
    settings = prepare(_settings(os.environ))
    located = locate(settings, tcp_port=usual_port(settings.home))
    try:
        return bring_up(located)
    finally:
        stop_server_if_unused(located)


def findings() -> Iterator[Finding]:
    """Everything that is looked at by `farley check`."""
    from infrastructure import checks

    logs.configure("check")
    return checks.findings(os.environ)


@contextmanager
def opened() -> Iterator[Opened]:
    """The use cases, as farley_api."""
    from infrastructure.bootstrap import Installation

    logs.configure("farley")
    with _located(_settings(os.environ)) as located, Installation(located) as installation:
        yield Opened(services=installation.services(), forget=installation.keys.forget)


@contextmanager
def folding() -> "Iterator[Connection[Any]]":
    """A connection on which projections can be folded, its batch prepared."""
    from infrastructure.folding import projector_connection
    from projections.engine import batch

    logs.configure("farley")
    with _located(_settings(os.environ)) as located, projector_connection(located) as connection:
        batch.prepare(connection)
        yield connection


def _settings(environment: MutableMapping[str, str]) -> Settings:
    """Secrets are read once, and are in no environment from then on."""
    settings = Settings.from_env(environment)
    drop_secrets(environment)
    return settings


@contextmanager
def _located(settings: Settings) -> Iterator[Located]:
    located = locate(settings, tcp_port=usual_port(settings.home))
    try:
        refuse_unmigrated(located.database_url)
        yield located
    finally:
        stop_server_if_unused(located)


@contextmanager
def _safely_located(settings: Settings) -> Iterator[Located]:
    """For what runs on: it stores what others are told is stored."""
    with _located(settings) as located:
        refuse_unsafe(located.database_url, located.keys_url)
        yield located
