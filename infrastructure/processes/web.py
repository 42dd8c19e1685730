"""The web process. It keeps the listening socket and forks the workers that serve on it."""

import importlib
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from application.error_traces import where
from domain.errors import Unavailable
from infrastructure.machine.collecting import spare_what_stands
from infrastructure.machine.home import Located
from infrastructure.processes.stopping import SUPERVISOR, end_with_supervisor, stopped_by_signals
from infrastructure.wiring.web import web_app

log = structlog.get_logger("web")

HOST = "127.0.0.1"
ANSWERED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
POLL_SECONDS = 0.2
PAUSE_SECONDS = 0.5
"""Before a worker that ended is started again."""
STOP_SECONDS = 8.0
"""A worker that has not ended by then is killed. It is longer than a worker needs to finish its requests."""


class PortTaken(Unavailable):
    """The port is taken."""


def listener(port: int) -> socket.socket:
    """A socket that listens on this port of 127.0.0.1. PortTaken, naming the variable, if there is none."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        raise PortTaken(
            f"{HOST}:{port} cannot be used ({error.strerror}); set FARLEY_PORT to a free port."
        ) from error
    return listening


def taken_over(descriptor: int) -> socket.socket:
    """Returns the listening socket from the supervisor, so that no request is refused while this process starts."""
    return socket.socket(fileno=descriptor)


def run_web(located: Located, listening: socket.socket) -> None:
    """Serves on this socket until SIGTERM."""
    sleep = stopped_by_signals()
    # Before the fork: the workers share the memory in which requests are counted.
    importlib.import_module("interfaces.http.app")
    workers = Workers(located, listening)
    while not sleep.stopped:
        workers.look_after()
        sleep(POLL_SECONDS)
    workers.end()


class Workers:
    """The worker processes, each with its number. A worker that ends is started again."""

    def __init__(self, located: Located, listening: socket.socket) -> None:
        self._located = located
        self._listening = listening
        self._running: dict[int, int] = {}
        self._due = dict.fromkeys(range(located.settings.workers), 0.0)

    def look_after(self) -> None:
        self._collect()
        for number, due in list(self._due.items()):
            if time.monotonic() >= due:
                del self._due[number]
                self._running[self._fork(number)] = number

    def end(self) -> None:
        """Asks all workers to end, and kills those that do not."""
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self._running and time.monotonic() < deadline:
            self._collect()
            time.sleep(0.02)
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._running:
            os.kill(pid, number)

    def _collect(self) -> None:
        for pid in list(self._running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                number = self._running.pop(pid)
                self._due[number] = time.monotonic() + PAUSE_SECONDS
                level = logging.WARNING if status else logging.INFO
                log.log(level, "a worker has ended", worker=number, status=os.waitstatus_to_exitcode(status))

    def _fork(self, number: int) -> int:
        parent = os.getpid()
        with _signals_wait():
            pid = os.fork()
            if not pid:
                _answer_signals(signal.SIG_DFL)
        if pid:
            return pid
        status = 1
        try:
            os.environ[SUPERVISOR] = str(parent)
            _serve(self._located, self._listening, number)
            status = 0
        except BaseException as error:  # noqa: BLE001 # nothing of the parent's stack may run in its child
            log.error("a worker has failed", **where(error))
        finally:
            sys.stderr.flush()
            # What the parent opened is not a worker's to close.
            os._exit(status)


def _serve(located: Located, listening: socket.socket, number: int) -> None:
    from infrastructure.web_server.server import Server
    from infrastructure.web_server.uploads import Uploads
    from interfaces.http.metrics import count_as
    from interfaces.http.requests_in import LARGEST_BATCH, LARGEST_UPLOAD, UPLOAD_PATHS

    settings = located.settings
    count_as(number)
    with web_app(located) as app:
        server = Server(
            app,
            listening,
            threads=settings.threads,
            largest_body=LARGEST_BATCH,
            trusted=settings.trusted_proxies,
            uploads=Uploads(paths=UPLOAD_PATHS, largest=LARGEST_UPLOAD),
        )
        _answer_signals(server.stop)
        end_with_supervisor()
        spare_what_stands()
        server.run()


def _answer_signals(how: Callable[..., None] | signal.Handlers) -> None:
    for number in ANSWERED:
        signal.signal(number, how)


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Lets signals wait until a worker has handlers of its own.

    With its parent's handlers it would stop the sleep of its parent, whose pipe it shares, and not end.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ANSWERED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
