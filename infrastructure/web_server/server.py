"""The WSGI server of one web process: waitress, whose main thread reads and writes all connections."""

import logging
import socket
import time
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from infrastructure.machine.settings import Network
from infrastructure.web_server import limits
from infrastructure.web_server.channel import TimedChannel
from infrastructure.web_server.parser import StrictParser
from infrastructure.web_server.room import Room
from infrastructure.web_server.uploads import Uploads

HEALTH = "/health/"


class Server(TcpWSGIServer):  # type: ignore[misc] # waitress has no types
    """Serves `application` on a listening socket that the parent process keeps open.

    A thread of its own answers requests for /health/ while all others are occupied: they may be waiting for
    PostgreSQL. `trusted` are proxies: they may have any number of connections and the whole room for bodies, as may
    this machine.
    """

    channel_class = TimedChannel
    stopping = False

    def __init__(
        self,
        application: Any,
        listening: socket.socket,
        *,
        threads: int,
        largest_body: int,
        trusted: Sequence[Network] = (),
        uploads: Uploads | None = None,
    ) -> None:
        StrictParser.uploads = uploads or Uploads()
        _speak_without_quoting()
        self.room = Room()
        adjustments = _adjustments(listening, threads, largest_body)
        self._trusted = trusted
        self._health_tasks = ThreadedTaskDispatcher()
        self._health_tasks.set_thread_count(1)
        address = listening.getsockname()
        place = (listening.family, listening.type, listening.proto, address)
        tasks = ThreadedTaskDispatcher()
        tasks.set_thread_count(threads)
        super().__init__(
            application,
            {},
            True,
            listening,
            dispatcher=tasks,
            adj=adjustments,
            sockinfo=place,
            bind_socket=False,
        )

    def run(self) -> None:
        """Serves until `stop` is called; then finishes what is being answered, and returns."""
        while not self.stopping:
            self._turn(1.0)
        self.del_channel()
        self.socket.close()
        deadline = time.monotonic() + limits.STOPPING_SECONDS
        while self.active_channels and time.monotonic() < deadline:
            self.maintenance(time.time())
            self._turn(0.1)
        for tasks in (self.task_dispatcher, self._health_tasks):
            tasks.shutdown(timeout=0.5)

    def stop(self, *_: object) -> None:
        """Takes no more connections. May be called by a signal's handler."""
        self.stopping = True
        self.pull_trigger()

    def add_task(self, channel: TimedChannel) -> None:
        if channel.total_outbufs_len:
            channel.waits_for_client = True
            return
        tasks = self.task_dispatcher
        if tasks.active_count >= self.adj.threads and _is_health(channel.requests[0]):
            tasks = self._health_tasks
        tasks.add_task(channel)

    def maintenance(self, now: float) -> None:
        for channel in list(self.active_channels.values()):
            channel.look_after(now)

    def handle_accept(self) -> None:
        try:
            accepted = self.accept()
        except OSError:
            # out of descriptors: the connection waits in the queue
            return
        if accepted is None:
            return
        connection, address = accepted
        if self._is_crowded(address[0]):
            connection.close()
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.channel_class(self, connection, address, self.adj, map=self._map)

    def is_limited(self, host: str) -> bool:
        """Whether this address has a limit of its own."""
        address = ip_address(host)
        return not (address.is_loopback or any(address in network for network in self._trusted))

    def _is_crowded(self, host: str) -> bool:
        if not self.is_limited(host):
            return False
        open_now = [channel.addr[0] for channel in self.active_channels.values()].count(host)
        return open_now >= limits.CONNECTIONS_OF_AN_ADDRESS

    def _turn(self, timeout: float) -> None:
        self.asyncore.loop(timeout=timeout, map=self._map, use_poll=True, count=1)


def _is_health(request: Any) -> bool:
    return str(getattr(request, "path", "")).startswith(HEALTH)


def _adjustments(listening: socket.socket, threads: int, largest_body: int) -> Adjustments:
    return Adjustments(
        sockets=[listening],
        threads=threads,
        ident=None,
        cleanup_interval=1,
        connection_limit=limits.CONNECTIONS,
        recv_bytes=limits.READ_AT_ONCE,
        # waitress refuses a size that reaches its limit
        max_request_header_size=limits.LARGEST_HEAD + 1,
        max_request_body_size=largest_body + 1,
        inbuf_overflow=limits.IN_MEMORY,
        outbuf_overflow=limits.IN_MEMORY,
        outbuf_high_watermark=limits.IN_MEMORY,
        log_socket_errors=False,
        clear_untrusted_proxy_headers=False,
    )


def _speak_without_quoting() -> None:
    """Replaces waitress's log messages, which quote paths, with the place in the code and the error's class."""
    logging.getLogger("waitress").addFilter(_without_message)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def _without_message(record: logging.LogRecord) -> bool:
    record.msg, record.args = f"waitress: {record.funcName}", ()
    return True
