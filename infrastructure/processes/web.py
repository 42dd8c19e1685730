"""The web process: gunicorn with threads on 127.0.0.1, a pool of connections in each worker."""

import importlib
import logging
import os
import shutil
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger

from domain.errors import Unavailable
from infrastructure.bootstrap import Installation
from infrastructure.home import Located

HOST = "127.0.0.1"
METRICS = "PROMETHEUS_MULTIPROC_DIR"
GRACEFUL_SECONDS = 6
"""How long a request that is being answered may take when the process stops: longer than Farley-Wait-For."""


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
    """The listening socket that the supervisor hands down: no request is refused while this starts."""
    return socket.socket(fileno=descriptor)


def run_web(located: Located, listening: socket.socket) -> None:
    """Serves on this socket until SIGTERM."""
    os.environ[METRICS] = str(_empty(located.settings.home / "run" / "metrics"))
    # Here and not above: metrics choose their files when they are imported. Before the fork it is done once.
    importlib.import_module("interfaces.http.app")
    arbiter = os.getpid()
    try:
        Arbiter(WebServer(located, listening.detach())).run()
    except SystemExit as ended:
        if os.getpid() != arbiter:
            # A worker: what the arbiter opened is not a worker's to close.
            os._exit(ended.code if isinstance(ended.code, int) else 1)
        if ended.code:
            raise


def _empty(folder: Path) -> Path:
    """What other processes counted before is gone: a metric counts from the start."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


class WebServer(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    """gunicorn's settings in code; each worker opens its own installation after the fork."""

    cfg: Config

    def __init__(self, located: Located, descriptor: int) -> None:
        self._located = located
        self._descriptor = descriptor
        self._opened = ExitStack()
        super().__init__()

    def load_config(self) -> None:
        settings = self._located.settings
        wanted = {
            "bind": f"fd://{self._descriptor}",
            "worker_class": "gthread",
            "workers": settings.workers,
            "threads": settings.threads,
            "graceful_timeout": GRACEFUL_SECONDS,
            "keepalive": 5,
            "control_socket_disable": True,
            "logger_class": JsonLogger,
            "proc_name": "farley",
            "child_exit": _forget_metrics,
            "worker_exit": lambda _, __: self._opened.close(),
        }
        for name, value in wanted.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from interfaces.http.app import create_app

        installation = Installation(self._located, pool_size=self._located.settings.pool_size)
        self._opened.callback(installation.close)
        return create_app(installation.services())


class JsonLogger(Logger):  # type: ignore[misc] # gunicorn has no types
    """gunicorn's lines go where all others go."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.handlers[:] = []
            log.propagate = True
        self.error_log.setLevel(logging.WARNING)


def _forget_metrics(_: Arbiter, worker: Any) -> None:
    multiprocess = importlib.import_module("prometheus_client.multiprocess")
    multiprocess.mark_process_dead(worker.pid)
