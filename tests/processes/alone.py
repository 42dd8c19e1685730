"""One process of an installation, run alone on the databases of a world."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infrastructure.machine.clock import SystemClock
from tests.processes.up import PATIENCE, environment, places
from tests.smtp_sink import SmtpSink
from tests.world import World


def in_real_time(
    database: Any, home: Path, monkeypatch: pytest.MonkeyPatch, sink: SmtpSink | None = None
) -> Iterator[World]:
    world = World(database, home, sink)
    monkeypatch.setattr(world.clock, "now", SystemClock().now)
    yield world
    world.close()


class Alone:
    """`farley VERB` on the databases of a world. `name`: of its log."""

    def __init__(self, world: World, verb: str, name: str, **more: str) -> None:
        self._log = (world.located.settings.home / f"{name}.log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "interfaces.cli.main", verb],
            env=environment(world.located.settings.home, **places(world.database), **more),
            stderr=self._log,
        )

    def send(self, sent: signal.Signals) -> None:
        self.process.send_signal(sent)

    def says(self, said: str) -> bool:
        whole = Path(self._log.name).read_text().rpartition("\n")[0].splitlines()
        return said in [json.loads(line)["event"] for line in whole]

    def kill(self) -> None:
        """Ends it at once, also while it is stopped."""
        self.process.kill()
        self.process.wait(PATIENCE)
        self._log.close()

    def end(self) -> int:
        """Its exit code."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        self._log.close()
        return code
