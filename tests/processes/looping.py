"""Runs the loop of a process in a thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from infrastructure.machine.clock import Interruptible


@contextmanager
def looping(loop: Callable[[Any, Interruptible], None], on: Any) -> Iterator[threading.Thread]:
    sleep = Interruptible()
    thread = threading.Thread(target=loop, args=[on, sleep])
    thread.start()
    try:
        yield thread
    finally:
        sleep.stop()
        thread.join(30)
        assert not thread.is_alive()
