"""Processes that the supervisor starts, watches, starts again, and ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from infrastructure.machine.settings import ROOT
from infrastructure.processes.stopping import SUPERVISOR

log = structlog.get_logger("supervisor")

KILL_AFTER = 10.0
"""Seconds that a process has to end by itself."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
SETTLED_AFTER = 5.0
"""Seconds after which a process that ends is started again at once, as if it had never ended before.

A process that cannot work ends within a second or two. One that worked this long and is killed again and again must
not wait for the longest pause each time.
"""
POLL_SECONDS = 0.02


@dataclass(kw_only=True)
class Child:
    """One command of `farley` in a process of its own. `keep` are descriptors that it inherits."""

    verb: str
    arguments: Sequence[str] = ()
    environment: Mapping[str, str]
    keep: Sequence[int]
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    _started: float = field(default=0.0, init=False)
    _due: float = field(default=0.0, init=False)
    _pause: float = field(default=FIRST_PAUSE, init=False)

    def start(self) -> None:
        """Starts the process in a session of its own, so that Ctrl-C reaches only the supervisor."""
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "interfaces.cli.main", self.verb, *self.arguments],
            env={**self.environment, **_found_by_children(self.environment)},
            pass_fds=self.keep,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._started = time.monotonic()
        log.info("started", child=self.verb, pid=self.process.pid)

    def look_after(self) -> None:
        """Starts it again if it has ended, each time later if it keeps ending."""
        now = time.monotonic()
        if self.process is not None:
            status = self.process.poll()
            if status is None:
                return
            self._note_end(status, now)
        if now >= self._due:
            self.start()

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """Kills the process and the processes that it started."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _note_end(self, status: int, now: float) -> None:
        settled = now - self._started > SETTLED_AFTER
        pause = 0.0 if settled else self._pause
        log.error("ended", child=self.verb, status=status, again_in_seconds=pause)
        self.kill()
        self.process = None
        self._due = now + pause
        self._pause = FIRST_PAUSE if settled else min(self._pause * 2, LONGEST_PAUSE)


def end_all(children: Sequence[Child], *, within: float = KILL_AFTER) -> None:
    """Asks all processes to end, and kills those that still live after `within` seconds."""
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + within
    while not all(child.ended() for child in children) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    for child in children:
        if not child.ended():
            log.error("killed", child=child.verb)
        child.kill()


def _found_by_children(environment: Mapping[str, str]) -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(ROOT), environment.get("PYTHONPATH"))))
    return {SUPERVISOR: str(os.getpid()), "PYTHONPATH": path}
