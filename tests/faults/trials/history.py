"""What the clients of a trial asked for, and what they were answered: the record that the log is compared with."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(kw_only=True, eq=False)
class Command:
    """One command, with all attempts to send it.

    `facts` counts the facts by stored name that it appends about `subject`; no other command of the trial appends
    such facts about it. `repeatable` says whether a client may send it again without an answer, because it has an
    Idempotency-Key or an identity of its own. `unavailable` counts the answers that it may be sent again later (503).
    """

    path: str
    body: Mapping[str, Any]
    subject: UUID
    facts: Mapping[str, int]
    key: str | None = None
    repeatable: bool = True
    if_match: str | None = None
    attempts: int = 0
    unavailable: int = 0
    answer: Mapping[str, Any] | None = None
    refusals: list[str] = field(default_factory=list)

    @property
    def is_acknowledged(self) -> bool:
        return self.answer is not None

    def __str__(self) -> str:
        return f"POST {self.path} key={self.key} subject={self.subject} attempts={self.attempts}"


class History:
    """The commands of one trial. Several clients add to it at the same time."""

    def __init__(self) -> None:
        self._commands: list[Command] = []
        self._lock = threading.Lock()

    def add(self, command: Command) -> None:
        with self._lock:
            self._commands.append(command)

    def __iter__(self) -> Iterator[Command]:
        with self._lock:
            return iter(list(self._commands))

    @property
    def acknowledged(self) -> int:
        return sum(command.is_acknowledged for command in self)

    @property
    def repeated(self) -> int:
        """How many commands were sent more than once."""
        return sum(command.attempts > 1 for command in self)
