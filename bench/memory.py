"""Rows of memory: the most that one process takes during an import, a rebuild and a preview of the past."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

from bench import mix
from bench.measuring import Row
from bench.servers import Farley
from infrastructure.machine.settings import ROOT
from infrastructure.postgres.postmaster import live_postmaster
from infrastructure.postgres.server_place import settle

FULL = os.environ.get("FULL") == "1"
IMPORTED = 1_000_000 if FULL else 50_000
LIMIT = 512
LOOK_SECONDS = 0.1


def rows(running: Farley) -> list[Row]:
    """The rows of memory."""
    people = mix.People(100_000, seed=9)

    def importing() -> float:
        file = running.home / "memory.jsonl"
        with file.open("w") as lines:
            lines.writelines(f"{json.dumps(mix.touchpoint(people))}\n" for _ in range(IMPORTED))
        return _most(running, "import", "touchpoints", str(file), "--source", "memory")

    def rebuilding() -> float:
        running.wait_until_folded()
        return _most(running, "project", "rebuild", "--all")

    def previewing() -> float:
        running.wait_until_folded()
        message = ("--channel", "email", "--purpose", "marketing")
        return _most(running, "audience", '{"all": []}', "--as-of", datetime.now(UTC).isoformat(), *message)

    return [
        Row(
            name=f"memory of {what}",
            unit="MiB",
            size=size,
            floor=LIMIT,
            aim=LIMIT,
            at_least=False,
            ours=ours,
            rounds=1,
        )
        for what, size, ours in (
            ("farley import", f"{IMPORTED:,} rows", importing),
            ("farley project rebuild --all", "the whole log", rebuilding),
            ("farley audience --as-of", "the whole log", previewing),
        )
    ]


def _most(running: Farley, *words: str) -> float:
    """Runs a verb. Returns the most MiB that its process or one of the server's processes took for itself."""
    environment = {**os.environ, "FARLEY_HOME": str(running.home)}
    command = [sys.executable, "-m", "interfaces.cli.main", *words]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        ended = threading.Event()
        most: dict[str, int] = {"process": 0, "server": 0}
        looking = threading.Thread(target=_look, args=[running, process.pid, ended, most])
        looking.start()
        returned = process.wait()
        ended.set()
        looking.join()
        if returned:
            output.seek(0)
            raise SystemExit(f"farley {' '.join(words)} failed: {output.read()[-2000:].decode()}")
    print(
        f"  its process {most['process'] >> 10} MiB, one of the server {most['server'] >> 10} MiB", flush=True
    )
    return max(most.values()) / 1024


def _look(running: Farley, pid: int, ended: threading.Event, most: dict[str, int]) -> None:
    while not ended.wait(LOOK_SECONDS):
        most["process"] = max(most["process"], _own_kibibytes(pid))
        most["server"] = max(most["server"], *map(_own_kibibytes, _server_processes(running)))


def _server_processes(running: Farley) -> list[int]:
    postmaster = live_postmaster(settle(running.home / "postgres").data)
    assert postmaster is not None
    children = Path(f"/proc/{postmaster.pid}/task/{postmaster.pid}/children").read_text().split()
    return [postmaster.pid, *map(int, children)]


def _own_kibibytes(pid: int) -> int:
    """Returns the memory that a process shares with no other, 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("RssAnon")), 0)
