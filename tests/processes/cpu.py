"""How much time of a processor running processes have taken, as the kernel counts it."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Iterable[int]) -> dict[int, float]:
    """User and system time of each process, in seconds; without those that have ended."""
    return {pid: taken for pid in pids if (taken := _taken(pid)) is not None}


def _taken(pid: int) -> float | None:
    """The scheduler's own count where there is one: ticks of a hundredth of a second are coarse."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
    except OSError:
        pass
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
