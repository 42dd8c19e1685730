"""Throw-away servers: `farley up` with its real fsync, and a bare application on the same web server."""

import base64
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.clients import HOST
from infrastructure.machine.settings import ROOT
from infrastructure.postgres.embedded import EmbeddedServer, RunningServer

KEY = base64.b32encode(os.urandom(30)).decode()
WORKERS, THREADS = 2, 8
"""The defaults of Farley on this machine's kind, for both servers."""
STARTING_SECONDS = 60.0
BARE_DATABASE = "bare"


class Farley:
    """A running Farley: where it listens, and its databases as the superuser."""

    def __init__(
        self, home: Path, port: int, process: "subprocess.Popen[bytes]", server: RunningServer
    ) -> None:
        self.home, self.port, self.process = home, port, process
        self.postgresql = server.version
        self.url, self.bare_url = server.url("farley"), server.url(BARE_DATABASE)

    def child(self, verb: str) -> int:
        """The id of the process that runs this verb."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return next(int(pid) for pid in children if f"\0{verb}\0" in Path(f"/proc/{pid}/cmdline").read_text())

    def head(self) -> int:
        """The position of the log's last fact."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute("select coalesce(max(notification_id), 0) from log.events").fetchone()
        return int(row[0]) if row else 0

    def wait_until_folded(self) -> None:
        """Waits until the read models have reached the log's head."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            while connection.execute(_BEHIND).fetchone() != (False,):
                time.sleep(0.05)


_BEHIND = """
select exists (select from operation.projections
               where position < coalesce((select max(notification_id) from log.events), 0))
"""


@contextmanager
def farley(**settings: str) -> Iterator[Farley]:
    """Runs `farley up` on a home of its own, which is erased afterwards."""
    with tempfile.TemporaryDirectory(prefix="farley-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        port = free_port()
        environment = {**environment_of(home, port), **settings}
        with serving(port, b"/health/ready", environment, "-m", "interfaces.cli.main", "up") as process:
            server = EmbeddedServer(home / "postgres").start()
            with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
                connection.execute(f"create database {BARE_DATABASE}".encode())
            yield Farley(home, port, process, server)
        EmbeddedServer(home / "postgres").erase()


@contextmanager
def bare(module: str, url: str) -> Iterator[int]:
    """Serves what `make` of a baseline's module returns on Farley's web server, and yields its port."""
    port = free_port()
    number = (str(WORKERS), str(THREADS))
    environment = {**os.environ, "BARE_URL": url}
    with serving(port, b"/", environment, "-m", "bench.bare_server", module, str(port), *number):
        yield port


def environment_of(home: Path, port: int) -> dict[str, str]:
    """Returns the variables of a Farley with this home and port and the benchmark's key."""
    farleys = {"FARLEY_HOME": str(home), "FARLEY_PORT": str(port), "FARLEY_ADMIN_KEY": KEY}
    return {**os.environ, **farleys}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    port: int, path: bytes, environment: dict[str, str], *arguments: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """Runs Python with these arguments, from when it answers 200 at this path until the end of the block."""
    output, command = subprocess.DEVNULL, [sys.executable, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        _wait_for(port, process, path)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]", path: bytes) -> None:
    """Waits until the server answers 200."""
    end = time.monotonic() + STARTING_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            with socket.create_connection((HOST, port), 10) as connection:
                connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: farley\r\n\r\n")
                if connection.recv(4096).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise SystemExit(f"A server on port {port} did not start.")
