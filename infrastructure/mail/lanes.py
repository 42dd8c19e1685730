"""The threads that send mails. Runs take turns, and no run uses the last thread."""

import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID

from application.mail import Delivery

Attempt = Callable[[], Delivery]


class RunLanes:
    """Has a lane for each run and a thread for each connection.

    However long a run's mails are delayed, a thread is left for the other runs, unless there is only one thread.
    """

    def __init__(self, threads: int) -> None:
        self._size = threads
        self._most_of_a_lane = max(1, threads - 1)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="mail")
        self._waiting: dict[UUID, deque[tuple[Future[Delivery], Attempt]]] = {}
        self._held: Counter[UUID] = Counter()
        self._lock = threading.Lock()

    def has_room(self, lane: UUID) -> bool:
        """Whether a further mail of this lane would be attempted now."""
        with self._lock:
            return self._held.total() < self._size and self._held[lane] < self._most_of_a_lane

    def submit(self, lane: UUID, attempt: Attempt) -> "Future[Delivery]":
        """The attempt's result, once its turn has come."""
        future: Future[Delivery] = Future()
        with self._lock:
            self._waiting.setdefault(lane, deque()).append((future, attempt))
        self._threads.submit(self._work)
        return future

    def close(self) -> None:
        """Drops mails that are still waiting for their turn."""
        with self._lock:
            for future, _ in (mail for lane in self._waiting.values() for mail in lane):
                future.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _work(self) -> None:
        """Sends mails until none is left that may be sent. After a mail it takes the next one of the same lane."""
        while (lane := self._next_lane()) is not None:
            try:
                self._attempt_next(lane)
            finally:
                with self._lock:
                    self._held[lane] -= 1

    def _next_lane(self) -> UUID | None:
        """Returns the lane with the fewest mails being sent that may send another, and counts that mail."""
        with self._lock:
            self._waiting = {lane: mails for lane, mails in self._waiting.items() if mails}
            open_lanes = [lane for lane in self._waiting if self._held[lane] < self._most_of_a_lane]
            lane = min(open_lanes, key=lambda lane: self._held[lane], default=None)
            if lane is not None:
                self._held[lane] += 1
        return lane

    def _attempt_next(self, lane: UUID) -> None:
        with self._lock:
            mails = self._waiting.get(lane)
            if not mails:
                return
            future, attempt = mails.popleft()
        if future.set_running_or_notify_cancel():
            future.set_result(attempt())
