"""`farley up`: the embedded server, migrations, web, projector, scheduler, dispatcher: started and ended as one."""

import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg
import structlog

from domain.errors import Unavailable
from domain.ports import Clock
from infrastructure.machine.clock import Interruptible, SystemClock
from infrastructure.machine.home import (
    KEYS_DATABASE,
    STORE_DATABASE,
    Located,
    embedded_server,
    locate,
    prepare,
)
from infrastructure.machine.settings import Settings
from infrastructure.postgres.bringing_up import bring_up
from infrastructure.postgres.connections import as_role, translated
from infrastructure.postgres.process_health import process_parts
from infrastructure.processes.administrator import administrators_link, first_key, settle_configured_key
from infrastructure.processes.children import Child, end_all
from infrastructure.processes.greeting import Greeting
from infrastructure.processes.home_lock import UP, HomeLock
from infrastructure.processes.liveness import lives
from infrastructure.processes.reporting_access import open_to_reporting, usual_port
from infrastructure.processes.reserve import Reserve
from infrastructure.processes.stopping import stopped_by_signals
from infrastructure.processes.web import listener
from infrastructure.wiring.use_cases import UseCases

log = structlog.get_logger("supervisor")

WATCH_SECONDS = 0.5
GREETING_SECONDS = 30.0
ONLY_OURS = ("FARLEY_ADMIN_KEY", "FARLEY_ADMIN_KEY_FILE")


@dataclass(frozen=True, kw_only=True)
class Started:
    """What `farley up` reports to the operator. `new_key` is the administrator's key, if it was just made.

    `sign_in_url` signs the first administrator in to the console, once and for some minutes; None if it is not shown.
    `former_key_ended` means that the earlier key of FARLEY_ADMIN_KEY is refused from now on.
    """

    located: Located
    new_key: str | None
    sign_in_url: str | None
    former_key_ended: bool
    reporting_url: str | None


Remind = Callable[[], None]
"""Shows again what the operator must not miss. It is called once, at the end of the start."""


def run_up(
    environment: Mapping[str, str], settings: Settings, announce: Callable[[Started], Remind | None]
) -> None:
    """Runs until SIGTERM, SIGINT or SIGHUP. Raises FarleyError if it cannot start, and leaves no process running."""
    sleep = stopped_by_signals()
    with ExitStack() as stack:
        settings.home.mkdir(parents=True, exist_ok=True)
        lock = HomeLock.take(settings.home, command=UP, port=settings.port)
        stack.callback(lock.release)
        listening = stack.enter_context(listener(settings.port))
        located = stack.enter_context(_server(prepare(settings)))
        bring_up(located)
        with UseCases(located, pool_size=2) as installation:
            ended = settle_configured_key(installation.access, settings.admin_key)
        if ended:
            log.warning("the former key of FARLEY_ADMIN_KEY is refused from now on")
        supervisor = Supervisor(located, _children(environment, located, lock, listening), sleep)
        stack.callback(end_all, supervisor.children)
        stack.callback(listening.close)
        supervisor.run(lambda: announce(_started(located, ended)))


class Supervisor:
    """Watches the processes and the embedded server, and restarts those that end."""

    def __init__(self, located: Located, children: list[Child], sleep: Interruptible) -> None:
        self.children = children
        self._located = located
        self._server = located.server
        self._sleep = sleep
        self._reserve = Reserve(located.settings.home, located.settings.disk_reserve)

    def run(self, announce: Callable[[], Remind | None]) -> None:
        """Starts the processes, announces when the web process answers, and watches them until it is stopped.

        What `announce` returns is called when all processes work, or after GREETING_SECONDS.
        """
        clock = SystemClock()
        remind = announce() if self._greeted(clock) else None
        deadline = clock.monotonic() + GREETING_SECONDS
        while not self._sleep.stopped:
            self._look_after_all()
            if remind is not None and (all_work(self._located) or clock.monotonic() >= deadline):
                remind()
                remind = None
            self._sleep(WATCH_SECONDS)
        log.info("stopping")

    def _greeted(self, clock: Clock) -> bool:
        deadline = clock.monotonic() + GREETING_SECONDS
        with Greeting(self._located.settings.port) as greeting:
            while not self._sleep.stopped and clock.monotonic() < deadline:
                self._look_after_all()
                if greeting.answered(within=WATCH_SECONDS):
                    return True
        if not self._sleep.stopped:
            log.error("the web process does not answer")
        return False

    def _look_after_all(self) -> None:
        self._reserve.look_after()
        self._look_after_server()
        for child in self.children:
            child.look_after()

    def _look_after_server(self) -> None:
        """Restarts an embedded server that died, and also the processes if its socket is in another folder now."""
        if self._server is None or lives(self._server.pid):
            return
        log.error("the embedded server has ended", pid=self._server.pid)
        before = self._server
        try:
            self._server = embedded_server(self._located.settings, tcp_port=before.tcp_port).start()
        except Unavailable as reason:
            log.error("the embedded server does not start", error=reason.message)
            self._sleep(1.0)
            return
        if (self._server.socket_dir, self._server.port) != (before.socket_dir, before.port):
            self._move_children()

    def _move_children(self) -> None:
        assert self._server is not None
        end_all(self.children)
        moved = {
            "DATABASE_URL": self._server.url(STORE_DATABASE),
            "FARLEY_KEYS_URL": self._server.url(KEYS_DATABASE),
        }
        for child in self.children:
            child.environment = {**child.environment, **moved}


@contextmanager
def _server(settings: Settings) -> Iterator[Located]:
    """Yields the settings, with the embedded server and its port for reporting tools. Stops the server at the end."""
    embedded, port = embedded_server(settings), usual_port(settings.home)
    try:
        located = locate(settings, tcp_port=port)
        if located.server is not None and located.server.tcp_port is None:
            embedded.stop()
            located = locate(settings, tcp_port=port)
        yield located
    finally:
        if settings.database_url is None:
            embedded.stop()


def all_work(located: Located) -> bool:
    """Whether the projector, the scheduler and the dispatcher work. False while the database does not answer."""
    url = as_role(located.database_url, "farley_api", statement_timeout="2s")
    try:
        with (
            translated(),
            psycopg.connect(url, autocommit=True, connect_timeout=2) as connection,
        ):
            return all(part["ok"] for part in process_parts(connection, {}).values())
    except (Unavailable, psycopg.Error):
        return False


def _started(located: Located, former_key_ended: bool) -> Started:
    """Makes the key only when it can be shown, because it cannot be shown again.

    The link to sign in is made at the first start, and later for somebody at a terminal: a log is no place for it.
    """
    with UseCases(located, pool_size=2) as installation:
        key = first_key(installation.access)
        is_read = key is not None or (sys.stdout is not None and sys.stdout.isatty())
        sign_in_url = administrators_link(installation.services()) if is_read else None
    return Started(
        located=located,
        new_key=key,
        sign_in_url=sign_in_url,
        former_key_ended=former_key_ended,
        reporting_url=open_to_reporting(located),
    )


def _children(
    environment: Mapping[str, str], located: Located, lock: HomeLock, listening: socket.socket
) -> list[Child]:
    passed = {name: value for name, value in environment.items() if name not in ONLY_OURS}
    if located.server is not None:
        passed |= {"DATABASE_URL": located.database_url, "FARLEY_KEYS_URL": located.keys_url}
    web = Child(
        verb="web",
        arguments=["--descriptor", str(listening.fileno())],
        environment=passed,
        keep=[lock.descriptor, listening.fileno()],
    )
    others = [
        Child(verb=verb, environment=passed, keep=[lock.descriptor])
        for verb in ("projector", "scheduler", "dispatcher")
    ]
    return [web, *others]
