"""Opens what a verb of the command line needs, and closes it after the verb.

Each function imports its own modules: `farley up` starts several processes at once, and no process should wait
for modules that it does not use.
"""

import os
import sys
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from application.findings import Finding
from infrastructure.machine import logs
from infrastructure.machine.collecting import spare_what_stands
from infrastructure.machine.home import Located, locate, prepare
from infrastructure.machine.settings import Settings, drop_secrets
from infrastructure.postgres.migrated import refuse_unmigrated, refuse_unsafe
from infrastructure.processes.leaving import stop_server_if_unused
from infrastructure.processes.reporting_access import usual_port
from infrastructure.processes.stopping import end_with_supervisor, stopped_by_signals

if TYPE_CHECKING:
    from psycopg import Connection

    from application.services import Services
    from domain.ports import Clock, Sleep


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An installation as a verb of the command line uses it.

    `forget` deletes the keys of the profiles with these ids and returns how many keys it deleted. `drop_folder` is
    the folder of `.eml` files, or None if an SMTP server takes the messages. `rebuild_names` makes the index of names
    anew and yields how many customers are done.
    """

    services: "Services"
    forget: Callable[[Sequence[UUID]], int]
    rebuild_names: Callable[[], Iterator[int]]
    drop_folder: Path | None


def up(say: Callable[[str], None]) -> None:
    """Runs the supervisor with all its processes until a signal stops it; `say` shows the banner.

    The banner shows a new key. On a terminal the key is shown again at the end of the start, because log lines may
    follow the banner.
    """
    from infrastructure.processes.banner import banner, reminder
    from infrastructure.processes.supervisor import Remind, Started, run_up

    def announce(started: Started) -> Remind | None:
        say(banner(started))
        key = started.new_key
        on_terminal = sys.stdout is not None and sys.stdout.isatty()
        return None if key is None or not on_terminal else lambda: say(reminder(key))

    end_with_supervisor()
    environment = dict(os.environ)
    settings = _settings(os.environ)
    logs.configure("supervisor")
    run_up(environment, settings, announce)


def web(descriptor: int | None) -> None:
    """Serves HTTP on the supervisor's socket with this descriptor, or without a descriptor on FARLEY_PORT."""
    from infrastructure.processes.web import listener, run_web, taken_over
    from infrastructure.wiring.web import refuse_faulty

    end_with_supervisor()
    logs.configure("web")
    settings = _settings(os.environ)
    listening = taken_over(descriptor) if descriptor is not None else listener(settings.port)
    with listening, _safely_located(settings) as located:
        refuse_faulty(located)
        run_web(located, listening)


def projector() -> None:
    """Runs the projector until a signal stops it."""
    from infrastructure.processes.projector import run_projector

    sleep = stopped_by_signals()
    end_with_supervisor()
    logs.configure("projector")
    with _safely_located(_settings(os.environ)) as located:
        spare_what_stands()
        run_projector(located, sleep)


def scheduler() -> None:
    """Runs the scheduler until a signal stops it."""
    from infrastructure.processes.scheduler import run_scheduler
    from infrastructure.wiring.scheduler import SchedulerInstallation

    sleep = stopped_by_signals()
    end_with_supervisor()
    logs.configure("scheduler")
    with (
        _safely_located(_settings(os.environ)) as located,
        SchedulerInstallation(located, pool_size=4) as installation,
    ):
        spare_what_stands()
        run_scheduler(installation, sleep)


def dispatcher() -> None:
    """Runs the dispatcher until a signal stops it."""
    from infrastructure.processes.dispatcher import run_dispatcher
    from infrastructure.wiring.dispatcher import DispatcherInstallation

    sleep = stopped_by_signals()
    end_with_supervisor()
    logs.configure("dispatcher")
    with (
        _safely_located(_settings(os.environ)) as located,
        DispatcherInstallation(located) as installation,
    ):
        spare_what_stands()
        run_dispatcher(installation, sleep)


@contextmanager
def noted() -> Iterator[tuple[str | None, Callable[[str], int]]]:
    """Yields why the dispatcher is disarmed, or None, and what arms it for an operator and returns the log's head."""
    import psycopg

    from infrastructure.machine import noted_position
    from infrastructure.postgres.arming import arm, disagreement
    from infrastructure.postgres.connections import as_role, translated

    logs.configure("farley")
    settings = _settings(os.environ)
    with _located(settings) as located:
        url, path = as_role(located.database_url, "farley_dispatcher"), settings.noted_position
        with translated(), psycopg.connect(url, autocommit=True) as connection:
            reason = disagreement(connection, noted_position.read(path))
        yield reason, lambda operator: arm(url, path, operator).position


def migrate() -> list[str]:
    """Migrates the databases to this version and returns a line for each change."""
    from infrastructure.postgres.bringing_up import bring_up

    logs.configure("migrate")
    settings = prepare(_settings(os.environ))
    located = locate(settings, tcp_port=usual_port(settings.home))
    try:
        return bring_up(located)
    finally:
        stop_server_if_unused(located)


def findings() -> Iterator[Finding]:
    """Yields the findings of `farley check`."""
    from infrastructure import checks

    logs.configure("check")
    return checks.findings(os.environ)


@contextmanager
def opened() -> Iterator[Opened]:
    """Opens the installation's use cases under the database role farley_api."""
    from infrastructure.wiring.name_index import following
    from infrastructure.wiring.use_cases import UseCases

    logs.configure("farley")
    with _located(_settings(os.environ)) as located, UseCases(located) as installation:
        opened = Opened(
            services=installation.services(),
            forget=installation.keys.forget,
            rebuild_names=following(installation).rebuild,
            drop_folder=located.drop_folder if located.drop_folder.is_dir() else None,
        )
        spare_what_stands()
        yield opened


@contextmanager
def folding() -> "Iterator[Connection[Any]]":
    """Opens a connection that can fold projections; its table for the batch is prepared."""
    from infrastructure.postgres.connections import translated
    from infrastructure.wiring.projector import projector_connection
    from projections.engine import batch

    logs.configure("farley")
    with (
        _located(_settings(os.environ)) as located,
        translated(),
        projector_connection(located) as connection,
    ):
        batch.prepare(connection)
        yield connection


def new_clock() -> "Clock":
    """Returns the clock of this machine."""
    from infrastructure.machine.clock import SystemClock

    return SystemClock()


def new_sleep() -> "Sleep":
    """Returns what waits for some seconds."""
    from infrastructure.machine.clock import Interruptible

    return Interruptible()


def _settings(environment: MutableMapping[str, str]) -> Settings:
    """Reads the settings, and then removes the secrets from the environment."""
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
    """Locates the databases for a process that keeps running, and refuses a server that may lose commits.

    Such a process confirms to others that facts are stored.
    """
    with _located(settings) as located:
        refuse_unsafe(located.database_url, located.keys_url)
        yield located
