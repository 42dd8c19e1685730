"""Carries out at once what several threads of a process ask for at the same time."""

import threading
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, Generic, TypeVar, cast

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Grouped(Generic[Asked, Answer]):
    """Carries out requests in groups: those that arrive while one group is carried out form the next group.

    There is no thread for it. The thread of the first request that waits leads: it carries out the whole group, and
    then lets the first thread that waits by then lead the next group. A thread that is alone waits for nobody.

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
    ) -> None:
        self._carry_out = carry_out
        self._most = most
        self._size = size
        self._names = names
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._led = False

    def __call__(self, asked: Asked) -> Answer:
        """Returns the answer to this request. Raises the exception that `carry_out` returned for it, or raised."""
        mine = _Waiting(asked)
        with self._lock:
            self._waiting.append(mine)
            if self._led:
                leads = False
            else:
                leads = self._led = True
        if not leads:
            mine.called.acquire()
        if not mine.done:
            self._lead()
        if isinstance(mine.answer, BaseException):
            raise mine.answer
        return cast(Answer, mine.answer)

    def _lead(self) -> None:
        with self._lock:
            group = self._take_group()
        answers: Sequence[Any] = [Interrupted()] * len(group)
        try:
            answers = self._carry_out([waiting.asked for waiting in group])
        except Exception as error:  # noqa: BLE001 # each thread of the group raises it
            answers = [error] * len(group)
        finally:
            self._end(group, answers)

    def _end(self, group: "list[_Waiting]", answers: Sequence[Any]) -> None:
        for waiting, answer in zip(group, answers, strict=True):
            waiting.answer, waiting.done = answer, True
        with self._lock:
            following = self._waiting[0] if self._waiting else None
            self._led = following is not None
        for waiting in [*group, *([following] if following is not None else [])]:
            waiting.called.release()

    def _take_group(self) -> "list[_Waiting]":
        """Takes the first request and all that fit to it. The others keep their order."""
        group: list[_Waiting] = []
        left: list[_Waiting] = []
        touched: set[Hashable] = set()
        room = self._most
        for waiting in self._waiting:
            names, size = self._names(waiting.asked), self._size(waiting.asked)
            if group and (size > room or not touched.isdisjoint(names)):
                left.append(waiting)
            else:
                group.append(waiting)
                room -= size
            touched.update(names)
        self._waiting = left
        return group


class Interrupted(Exception):
    """The thread that carried out this request together with its own was interrupted."""


class _Waiting:
    """A request whose thread waits until it is answered or has to lead."""

    __slots__ = ("answer", "asked", "called", "done")

    def __init__(self, asked: Any) -> None:
        self.asked = asked
        self.answer: Any = None
        self.done = False
        self.called = threading.Lock()
        self.called.acquire()
