"""The scheduler as a process of its own."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from tests.processes.up import PATIENCE, environment, places
from tests.world import World


class SchedulerProcess:
    """`farley scheduler` on the databases of a world."""

    def __init__(self, world: World, name: str) -> None:
        self._log = (world.located.settings.home / f"{name}.log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "interfaces.cli.main", "scheduler"],
            env=environment(world.located.settings.home, **places(world.database)),
            stderr=self._log,
        )

    def send(self, sent: signal.Signals) -> None:
        self.process.send_signal(sent)

    def says(self, said: str) -> bool:
        whole = Path(self._log.name).read_text().rpartition("\n")[0].splitlines()
        return said in [json.loads(line)["event"] for line in whole]

    def end(self) -> int:
        """Its exit code."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        self._log.close()
        return code
