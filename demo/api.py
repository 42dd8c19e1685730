"""A client of Farley's HTTP interface that keeps one connection for each thread open."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from typing import Any

from demo.errors import ApiRefused

PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.1
TOO_FAR_BEHIND = 503
READY = ("/health/ready", "/api/purposes")
"""Paths that answer 200 once Farley is ready; the second path needs a key."""
Post = tuple[str, Mapping[str, Any]]
"""A path and the body of a POST to this path."""


class ApiClient:
    """Sends requests with the key `key`."""

    def __init__(self, host: str, port: int, key: str) -> None:
        self.host, self.port = host, port
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._of_thread = threading.local()
        self._connections: list[HTTPConnection] = []

    def is_ready(self) -> bool:
        """Says whether all of Farley is ready and accepts the key; False also while nothing listens."""
        try:
            return all(self._answer("GET", path, None, {})[0] == 200 for path in READY)
        except (OSError, HTTPException):
            return False

    def ask(self, path: str, *, at_least: str | None = None) -> Any:
        """Returns the answer to a GET, once the read models have reached the position `at_least`."""
        if at_least is None:
            return self._accepted("GET", path, None, {})
        deadline, waiting = time.monotonic() + PATIENCE_SECONDS, {"Farley-Wait-For": at_least}
        while True:
            status, answer = self._answer("GET", path, None, waiting)
            if status != TOO_FAR_BEHIND or time.monotonic() > deadline:
                return _accepted(status, answer, f"GET {path}")
            time.sleep(POLL_SECONDS)

    def tell(self, path: str, body: Mapping[str, Any], *, if_match: str | None = None) -> Any:
        """Returns the answer to a POST."""
        return self._accepted("POST", path, body, {} if if_match is None else {"If-Match": if_match})

    def tell_all(self, posts: Iterable[Post], *, threads: int, on_answer: Callable[[], None]) -> list[Any]:
        """Sends POSTs from several threads, and returns the answers in their order. Calls `on_answer` after each."""

        def send(post: Post) -> Any:
            answer = self.tell(*post)
            on_answer()
            return answer

        with ThreadPoolExecutor(threads) as pool:
            futures = [pool.submit(send, post) for post in posts]
            try:
                return [future.result() for future in futures]
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def close(self) -> None:
        for connection in self._connections:
            connection.close()

    def _accepted(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Any:
        return _accepted(*self._answer(method, path, body, headers), f"{method} {path}")

    def _answer(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
        """Sends the request, and repeats it on a new connection if the server has closed an idle one.

        The repetition is safe because each fact of the demo has a natural identity.
        """
        data = None if body is None else json.dumps(body).encode()
        connection, fresh = self._connection()
        try:
            return _exchange(connection, method, path, data, {**self._headers, **headers})
        except (ConnectionError, HTTPException):
            connection.close()
            if fresh:
                raise
            return _exchange(connection, method, path, data, {**self._headers, **headers})

    def _connection(self) -> tuple[HTTPConnection, bool]:
        known: HTTPConnection | None = getattr(self._of_thread, "connection", None)
        if known is not None:
            return known, known.sock is None
        made = HTTPConnection(self.host, self.port, timeout=PATIENCE_SECONDS)
        self._of_thread.connection = made
        self._connections.append(made)
        return made, True


def _accepted(status: int, answer: Any, request: str) -> Any:
    if status >= 400:
        raise ApiRefused(f"{request} was refused with {status}: {answer}")
    return answer


def _exchange(
    connection: HTTPConnection, method: str, path: str, data: bytes | None, headers: Mapping[str, str]
) -> tuple[int, Any]:
    connection.request(method, path, body=data, headers=dict(headers))
    response = connection.getresponse()
    received = response.read()
    return response.status, json.loads(received) if received else None
