"""Faults of those who ask: slow clients on every thread, and input that comes many times, late and out of order."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from itertools import cycle
from random import Random

from tests.faults.trials import checker, stories
from tests.faults.trials.client import HOST
from tests.faults.trials.history import Command, History
from tests.faults.trials.installation import SETTINGS, Installed

SLOW_SECONDS = 2.0
ANSWERED_WITHIN = 10.0
_HALF_HEAD = b"POST /api/customers HTTP/1.1\r\nHost: far"
_HALF_BODY = _HALF_HEAD + b"ley\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
_UNREAD = b"GET /openapi.json HTTP/1.1\r\nHost: farley\r\n\r\n" * 4
SLOW = (_HALF_HEAD, _HALF_BODY, _UNREAD)
"""Half a head, half a body, and requests whose answers are never read."""
COPIES, SENDERS, PEOPLE = 50, 5, 2


class SlowClients:
    """More slow connections than there are threads; others are answered meanwhile."""

    name = "slow"
    settles_within = 30.0

    def inject(self, installed: Installed, rng: Random) -> Counter[str]:
        number = 5 * int(SETTINGS["FARLEY_WORKERS"]) * int(SETTINGS["FARLEY_THREADS"])
        with _slow(installed.up.port, number):
            began = time.monotonic()
            installed.serves_again(began, within=ANSWERED_WITHIN)
            time.sleep(SLOW_SECONDS)
            installed.serves_again(time.monotonic(), within=ANSWERED_WITHIN)
        return Counter({"slow connections": number})


class RepeatedInput:
    """The same commands many times at once and in any order, as a broken webhook sends them."""

    name = "repeats"
    settles_within = 30.0

    def inject(self, installed: Installed, rng: Random) -> Counter[str]:
        commands = [command for _ in range(PEOPLE) for command in _repeatable(rng)]
        histories = [History() for _ in range(SENDERS)]
        threads = [
            threading.Thread(
                target=self._send,
                args=(installed, commands, history, Random(rng.random())),
                daemon=True,  # so that Ctrl-C ends the trials
            )
            for history in histories
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with installed.connect() as connection:
            findings = [f for h in histories for f in checker.commands_happened_once(connection, h, after=0)]
        assert not findings, findings[:3]
        return Counter({"repetitions of a command": len(commands) * COPIES})

    def _send(self, installed: Installed, commands: Sequence[Command], history: History, rng: Random) -> None:
        copies = [replace(command) for command in commands for _ in range(COPIES // SENDERS)]
        rng.shuffle(copies)
        with installed.client(history, rng) as client:
            for copy in copies:
                client.tell(replace(copy, refusals=[]))


def _repeatable(rng: Random) -> Iterator[Command]:
    person = stories.new_id(rng)
    yield stories.registration(person, rng, f"r-{person}@example.org")
    yield stories.touchpoint(person, rng)
    yield stories.order(person, rng)
    yield stories.batch(stories.new_id(rng), rng)


@contextmanager
def _slow(port: int, number: int) -> Iterator[None]:
    with ExitStack() as closed:
        for _, sent in zip(range(number), cycle(SLOW)):
            connection = closed.enter_context(socket.socket())
            # so that the kernel soon takes no more of an answer
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            with suppress(OSError):
                connection.connect((HOST, port))
                connection.sendall(sent)
        yield
