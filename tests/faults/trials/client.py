"""A client that sends commands as an HTTP client should: again after a lost answer, if the command allows it."""

import json
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from random import Random
from typing import Any, Self

from tests.faults.trials.history import Command, History

HOST = "127.0.0.1"
ANSWER_SECONDS = 12.0
"""How long a client waits for an answer. A supervisor restarts all parts well within this time."""
GIVES_UP_AFTER = 40.0
PAUSE_SECONDS = (0.02, 0.15)
"""Between two attempts. It is shorter than Retry-After asks, so that repeated commands meet their first attempts."""
ASKED_AGAIN = 0.2
"""The share of the acknowledged commands that are sent once more, as if their answer was lost on the way."""
TRY_AGAIN = (408, 429, 500, 502, 503, 504)


class Client:
    """Keeps one connection. Each thread has a client of its own."""

    def __init__(self, port: int, key: str, history: History, rng: Random) -> None:
        self._port, self._key, self._history, self._rng = port, key, history, rng
        self._connection: HTTPConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def tell(self, command: Command) -> Command:
        """Sends the command until it is acknowledged, refused, or may not be sent again."""
        self._history.add(command)
        gives_up = time.monotonic() + GIVES_UP_AFTER
        while not command.is_acknowledged and time.monotonic() < gives_up:
            answered = self._try(command)
            if not command.repeatable or (answered and command.refusals):
                break
            if not command.is_acknowledged:
                time.sleep(self._rng.uniform(*PAUSE_SECONDS))
        if command.is_acknowledged and command.key is not None and self._rng.random() < ASKED_AGAIN:
            self._ask_again(command)
        return command

    def ask(self, path: str, **headers: str) -> tuple[int, Any]:
        """Status and body of a GET. Raises OSError or HTTPException if there is no answer."""
        return self._exchange("GET", path, None, {n.replace("_", "-"): v for n, v in headers.items()})

    def _try(self, command: Command) -> bool:
        """Whether there was a final answer."""
        command.attempts += 1
        try:
            status, body = self._exchange("POST", command.path, command.body, _headers(command))
        except (OSError, HTTPException, ValueError):
            return False
        if status < 300:
            command.answer = body
        elif status not in TRY_AGAIN:
            command.refusals.append(f"{status} {body}")
        elif status == 500:
            command.refusals.append(f"an unexplained {status} {body}")
        elif status == 503:
            command.unavailable += 1
        return True

    def _ask_again(self, command: Command) -> None:
        """The second answer to a key must be the first one."""
        first = command.answer
        for _ in range(100):
            command.attempts += 1
            try:
                status, body = self._exchange("POST", command.path, command.body, _headers(command))
            except (OSError, HTTPException, ValueError):
                continue
            if status < 300:
                if body != first:
                    command.refusals.append(f"another answer to the same key: {first} and then {body}")
                return
            time.sleep(self._rng.uniform(*PAUSE_SECONDS))

    def _exchange(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> tuple[int, Any]:
        if self._connection is None:
            self._connection = HTTPConnection(HOST, self._port, timeout=ANSWER_SECONDS)
        data = None if body is None else json.dumps(body).encode()
        try:
            self._connection.request(method, path, data, {**self._common(), **headers})
            response = self._connection.getresponse()
            received = response.read()
        except (OSError, HTTPException):
            self.close()
            raise
        return response.status, json.loads(received) if received else None

    def _common(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}


def _headers(command: Command) -> dict[str, str]:
    optional = {"Idempotency-Key": command.key, "If-Match": command.if_match}
    return {name: value for name, value in optional.items() if value is not None}
