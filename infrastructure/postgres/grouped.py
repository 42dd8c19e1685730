"""Carries out at once what several threads of a process ask for at the same time."""

import threading
from collections.abc import Callable, Collection, Hashable, Sequence
from copy import copy
from typing import Any, Generic, TypeVar, cast

from domain.errors import StoreUnavailable

LONGEST_WAIT_SECONDS = 30.0
"""How long a thread waits for the threads that carry out groups before its own."""
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Grouped(Generic[Asked, Answer]):
    """Carries out requests in groups: those that arrive while one group is carried out form the next group.

    There is no thread for it. The thread of the first request leads: it carries out the whole group. Then the thread of
    the first request that has arrived meanwhile leads the next group. If only one thread asks, it waits for no other.

    `carry_out` takes the requests of a group in their order and returns an answer or an exception for each.
    `size` tells how large a request is; a group has at most the size `most`, or one request. `names` returns what a
    request touches: two requests that touch the same are never in one group.
    """

    def __init__(
        self,
        carry_out: Callable[[Sequence[Asked]], Sequence[Answer | Exception]],
        *,
        most: int,
        size: Callable[[Asked], int],
        names: Callable[[Asked], Collection[Hashable]],
        longest_wait: float = LONGEST_WAIT_SECONDS,
    ) -> None:
        self._carry_out = carry_out
        self._most = most
        self._size = size
        self._names = names
        self._longest_wait = longest_wait
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._led = False

    def __call__(self, asked: Asked) -> Answer:
        """Returns the answer to this request. Raises the exception that `carry_out` returned for it, or raised.

        Raises StoreUnavailable if another thread carries out groups for too long. Whether the request was carried out
        is then unknown.
        """
        mine = _Waiting(asked, self._size(asked), frozenset(self._names(asked)))
        with self._lock:
            self._waiting.append(mine)
            leads = mine.leads = not self._led
            self._led = True
        if not leads:  # `mine.leads` may change from here on
            self._wait(mine)
        if mine.leads:
            self._lead()
        if isinstance(mine.answer, BaseException):
            raise mine.answer
        return cast(Answer, mine.answer)

    def _wait(self, mine: "_Waiting") -> None:
        """Returns when the request is answered, or its thread has to lead."""
        try:
            called = mine.called.acquire(timeout=self._longest_wait)
        except BaseException:
            self._withdraw(mine)
            raise
        if not called:
            self._withdraw(mine)
            raise StoreUnavailable()

    def _withdraw(self, mine: "_Waiting") -> None:
        """Takes a request back whose thread does not wait any more. If it had to lead, the next one does."""
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
            if mine.leads:
                self._pass_on()

    def _lead(self) -> None:
        with self._lock:
            group = self._take_group()
        answers: Sequence[Any] = [Interrupted() for _ in group]
        try:
            carried_out = self._carry_out([waiting.asked for waiting in group])
            answers = [answer for _, answer in zip(group, carried_out, strict=True)]
        except Exception as error:  # noqa: BLE001 # each thread of the group raises it
            answers = [error, *(_another(error) for _ in group[1:])]
        finally:
            self._end(group, answers)

    def _end(self, group: "list[_Waiting]", answers: Sequence[Any]) -> None:
        for waiting, answer in zip(group, answers, strict=True):
            waiting.answer, waiting.leads = answer, False
        with self._lock:
            self._pass_on()
        for waiting in group:
            waiting.called.release()

    def _pass_on(self) -> None:
        """Lets the first request that waits lead, if there is one."""
        self._led = bool(self._waiting)
        if self._waiting:
            self._waiting[0].leads = True
            self._waiting[0].called.release()

    def _take_group(self) -> "list[_Waiting]":
        """Takes the first request and all that fit to it. The others keep their order."""
        group: list[_Waiting] = []
        left: list[_Waiting] = []
        touched: set[Hashable] = set()
        room = self._most
        for waiting in self._waiting:
            if group and (waiting.size > room or not touched.isdisjoint(waiting.names)):
                left.append(waiting)
            else:
                group.append(waiting)
                room -= waiting.size
            touched.update(waiting.names)
        self._waiting = left
        return group


def _another(error: Exception) -> Exception:
    """Returns the same error for another thread: each thread adds its own stack to the error that it raises."""
    again = copy(error)
    again.__cause__ = error
    return again


class Interrupted(Exception):
    """The thread that carried out this request together with its own was interrupted."""


class _Waiting:
    """A request whose thread waits until it is answered or has to lead."""

    __slots__ = ("answer", "asked", "called", "leads", "names", "size")

    def __init__(self, asked: Any, size: int, names: frozenset[Hashable]) -> None:
        self.asked = asked
        self.size = size
        self.names = names
        self.answer: Any = None
        self.leads = False
        self.called = threading.Lock()
        self.called.acquire()
