"""Ends a process after SIGTERM, SIGINT, SIGHUP, or the end of the supervisor that started it."""

import ctypes
import os
import signal
import sys
import threading
import time
from types import FrameType

from infrastructure.machine.clock import Interruptible

SUPERVISOR = "FARLEY_SUPERVISOR"
"""The variable with the supervisor's process id, in the environment of the processes that it starts."""
PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.5


def stopped_by_signals() -> Interruptible:
    """A sleep that these signals end for good."""
    sleep = Interruptible()

    def stop(_: int, __: FrameType | None) -> None:
        sleep.stop()

    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, stop)
    return sleep


def end_with_supervisor() -> None:
    """Sends SIGTERM to this process when the supervisor that started it is gone. Does nothing without a supervisor."""
    supervisor = int(os.environ.get(SUPERVISOR) or 0)
    if not supervisor:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    else:
        threading.Thread(target=_watch, args=[supervisor], daemon=True).start()
    if os.getppid() != supervisor:
        os.kill(os.getpid(), signal.SIGTERM)


def _watch(supervisor: int) -> None:
    while os.getppid() == supervisor:
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
