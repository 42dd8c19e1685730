"""A few threads that work side by side; the work of one lane is done in its order."""

import queue
import threading
import zlib
from collections.abc import Callable
from types import TracebackType
from typing import Self

Work = Callable[[], None]


class RowLanes:
    """Threads for a block such as `with RowLanes(4, waiting=64) as lanes:`, which ends when all work is done.

    The block raises the first error of any work. If `waiting` pieces of work wait for a thread, `put` blocks.
    """

    def __init__(self, count: int, *, waiting: int) -> None:
        self._queues: list[queue.Queue[Work | None]] = [queue.Queue(waiting) for _ in range(count)]
        self._threads = [
            threading.Thread(target=self._work, args=[lane], daemon=True) for lane in self._queues
        ]
        self._failure: BaseException | None = None

    def put(self, lane: str, work: Work) -> None:
        """Queues the work after the earlier work of its lane. Raises the error of any work that has failed."""
        if self._failure is not None:
            raise self._failure
        self._queues[zlib.crc32(lane.encode("utf-8", "surrogatepass")) % len(self._queues)].put(work)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self._failure is None:
            self._failure = error
        for lane in self._queues:
            lane.put(None)
        for thread in self._threads:
            thread.join()
        if error is None and self._failure is not None:
            raise self._failure

    def _work(self, waiting: "queue.Queue[Work | None]") -> None:
        while (work := waiting.get()) is not None:
            if self._failure is not None:
                continue
            try:
                work()
            except BaseException as failure:  # noqa: BLE001 - `put` or the block's end raises it
                self._failure = failure
