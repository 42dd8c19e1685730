"""A worker answers signals by itself from its first moment on. None of them reaches what it shares with its parent."""

import subprocess
import sys

from infrastructure.machine.settings import ROOT
from tests.processes.up import PATIENCE

A_SIGNAL_DURING_THE_FORK = """
import os, signal, time
from types import SimpleNamespace
from infrastructure.processes import web
from infrastructure.processes.stopping import stopped_by_signals

fork = os.fork

def signalled_fork():
    pid = fork()
    if not pid:
        os.kill(os.getpid(), signal.SIGTERM)
    return pid

os.fork = signalled_fork
web._serve = lambda *_: None
sleep = stopped_by_signals()
workers = web.Workers(SimpleNamespace(settings=SimpleNamespace(workers=1)), None)
workers.look_after()
(worker,) = workers._running
print("worker", os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))
began = time.monotonic()
sleep(0.5)
print("slept", time.monotonic() - began > 0.4)
os.kill(os.getpid(), signal.SIGTERM)
print("stopped", sleep.stopped)
"""


def test_a_signal_during_the_fork_ends_the_worker_and_not_the_sleep_of_its_parent() -> None:
    done = subprocess.run(
        [sys.executable, "-c", A_SIGNAL_DURING_THE_FORK],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout.splitlines() == ["worker -15", "slept True", "stopped True"], done.stderr
