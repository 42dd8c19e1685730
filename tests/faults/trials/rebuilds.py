"""Rebuilds of all projections while clients work, some of them killed, and the switch to the new tables."""

import signal
import subprocess
import sys
import time
from collections import Counter
from random import Random

from tests.faults.trials.installation import SETTINGS, Installed
from tests.processes.up import environment

KILLED = 2
"""How many rebuilds are killed before one comes to its end."""
WINDOW_SECONDS = 4.0
"""From the start of a rebuild's process to the instant at which it is killed, if it has not ended by then."""
ENDS_WITHIN = 60.0
RUNNING = "Another rebuild is running"
"""PostgreSQL has not yet noticed the end of the one that was killed."""


class Rebuilds:
    """Rebuilds that are killed, or that kill the projector, at random instants; then one that nobody kills."""

    name = "rebuilds"
    settles_within = 30.0

    def inject(self, installed: Installed, rng: Random) -> Counter[str]:
        happened: Counter[str] = Counter()
        time.sleep(rng.uniform(0, 0.5))
        for _ in range(KILLED):
            process = _rebuild(installed)
            time.sleep(rng.uniform(0, WINDOW_SECONDS))
            switched = process.poll() == 0
            process.send_signal(signal.SIGKILL)
            process.communicate()
            happened["rebuilds under load that switched" if switched else "rebuilds killed"] += 1
        self._rebuild_to_the_end(installed)
        happened["rebuilds under load that switched"] += 1
        return happened

    def _rebuild_to_the_end(self, installed: Installed) -> None:
        until = time.monotonic() + ENDS_WITHIN
        while True:
            process = _rebuild(installed)
            _, said = process.communicate(timeout=ENDS_WITHIN)
            if process.returncode == 0:
                return
            assert RUNNING in said, said
            assert time.monotonic() < until, "a killed rebuild keeps others from beginning"
            time.sleep(0.2)


def _rebuild(installed: Installed) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "interfaces.cli.main", "project", "rebuild", "--all"],
        env=environment(installed.up.home, **SETTINGS),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
