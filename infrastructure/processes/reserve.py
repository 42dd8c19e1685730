"""Space on the home's disk that is kept for the moment when the disk is full."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

log = structlog.get_logger("supervisor")

LOW_BYTES = 16 * 1024 * 1024
"""With less than this the disk counts as full: PostgreSQL cannot begin another segment of its own log."""


def free_bytes(folder: Path) -> int:
    """Returns the free bytes, for users other than root, on the disk of this folder, which may not exist yet."""
    disk = os.statvfs(next(path for path in (folder, *folder.parents) if path.exists()))
    return disk.f_bavail * disk.f_frsize


def reserve_file(home: Path) -> Path:
    return home / "run" / "reserve"


class Reserve:
    """A file of `size` bytes, deleted when the disk is full and made again when there is space for it twice."""

    def __init__(self, home: Path, size: int, free: Callable[[Path], int] = free_bytes) -> None:
        self._path = reserve_file(home)
        self._size = size
        self._free = free

    def look_after(self) -> None:
        """Makes or deletes the file. If the system refuses, the next call tries again."""
        with suppress(OSError):
            if self._path.exists():
                self._release_if_needed()
            elif self._size:
                self._make_if_possible()

    def _release_if_needed(self) -> None:
        if not self._size or self._free(self._path.parent) < LOW_BYTES:
            self._path.unlink()
            log.error("the disk is full: the reserve is released", bytes=self._size)

    def _make_if_possible(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._free(self._path.parent) < LOW_BYTES + 2 * self._size:
            return
        unfinished = self._path.with_name("reserve.new")
        with unfinished.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, self._size)
        unfinished.replace(self._path)
        log.info("a reserve is kept on the disk", bytes=self._size)
