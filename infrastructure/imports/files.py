"""The files of imports, in a folder of the installation that only its owner can read."""

import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from application.imports.service import (
    LARGEST_FILE,
    EmptyFile,
    FileCutOff,
    FileGone,
    FileTooLarge,
    NoRefusedRows,
    NoRoomForFile,
    Readable,
)

AT_ONCE = 1024 * 1024
SPARED = 256 * 1024 * 1024
"""The free bytes that an upload leaves on the disk, for the databases."""
FILE, PART, REFUSED = "file", "{}.part", "refused-{}.jsonl"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def free_bytes(folder: Path) -> int:
    """Returns the free bytes, for users other than root, on the disk of this folder."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


@dataclass(frozen=True, kw_only=True)
class ReceivedFile:
    """A file that was written beside the place where it will be kept."""

    path: Path
    size: int
    sha256: bytes

    def keep(self) -> None:
        self.path.replace(self.path.with_name(FILE))

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


class FolderOfImports:
    """The ImportFiles port: a folder for each import, with its file and the refused rows of its jobs."""

    def __init__(self, folder: Path, free: Callable[[Path], int] = free_bytes) -> None:
        self._folder = folder
        self._free = free

    def receive(self, import_id: UUID, stream: Readable, size: int | None) -> ReceivedFile:
        if size is not None and size > LARGEST_FILE:
            raise FileTooLarge(path="file", code="too_large")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._refuse_full_disk(size or 0)
        place = self._of(import_id)
        place.mkdir(mode=0o700, exist_ok=True)
        path = place / PART.format(uuid4())
        try:
            return self._written(path, stream, size)
        except BaseException:
            path.unlink(missing_ok=True)
            with suppress(OSError):  # another upload of the same import is there
                place.rmdir()
            raise

    def has(self, import_id: UUID) -> bool:
        return (self._of(import_id) / FILE).exists()

    @contextmanager
    def opened(self, import_id: UUID) -> Iterator[BinaryIO]:
        try:
            file = (self._of(import_id) / FILE).open("rb")
        except FileNotFoundError as error:
            raise FileGone() from error
        with file:
            yield file

    @contextmanager
    def refused(self, import_id: UUID, job_id: UUID) -> Iterator[BinaryIO]:
        try:
            file = self._refused_of(import_id, job_id).open("rb")
        except FileNotFoundError as error:
            raise NoRefusedRows() from error
        with file:
            yield file

    @contextmanager
    def refusing(self, import_id: UUID, job_id: UUID, begin: int) -> Iterator[BinaryIO]:
        """Opens the refused rows of a job to write on from this byte. What is behind it is cut off."""
        path = self._refused_of(import_id, job_id)
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            file.truncate(begin)
            file.seek(begin)
            yield file

    def written_of(self, import_id: UUID, job_id: UUID) -> int:
        """Returns how many bytes of refused rows of a job are there."""
        path = self._refused_of(import_id, job_id)
        return path.stat().st_size if path.exists() else 0

    def folders(self) -> dict[UUID, Path]:
        """Returns the folders of all imports by their ids, which are the folders' names."""
        if not self._folder.exists():
            return {}
        return {UUID(path.name): path for path in self._folder.iterdir() if _ID.fullmatch(path.name)}

    def rests_for(self, folder: Path) -> float:
        """Returns for how many seconds nothing was written into a folder or its files."""
        return time.time() - max(path.stat().st_mtime for path in (folder, *folder.iterdir()))

    def discard_file(self, import_id: UUID) -> None:
        (self._of(import_id) / FILE).unlink(missing_ok=True)

    def discard_parts(self, import_id: UUID, rest_for: float) -> None:
        """Deletes what killed processes left of uploads: parts into which nothing was written for so many seconds."""
        for path in self._of(import_id).glob(PART.format("*")):
            if time.time() - path.stat().st_mtime > rest_for:
                path.unlink(missing_ok=True)

    def discard_refused(self, import_id: UUID, but_of: UUID | None) -> None:
        """Deletes the refused rows of all jobs of an import but this one."""
        kept = None if but_of is None else self._refused_of(import_id, but_of)
        for path in self._of(import_id).glob(REFUSED.format("*")):
            if path != kept:
                path.unlink(missing_ok=True)

    def discard(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    def _refuse_full_disk(self, size: int) -> None:
        """Raises NoRoomForFile unless so many bytes can be written. Other files are written meanwhile."""
        if self._free(self._folder) < SPARED + size:
            raise NoRoomForFile()

    def _of(self, import_id: UUID) -> Path:
        return self._folder / str(import_id)

    def _refused_of(self, import_id: UUID, job_id: UUID) -> Path:
        return self._of(import_id) / REFUSED.format(job_id)

    def _written(self, path: Path, stream: Readable, size: int | None) -> ReceivedFile:
        digest, written = hashlib.sha256(), 0
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for piece in _pieces(stream):
                    written += len(piece)
                    if written > LARGEST_FILE:
                        raise FileTooLarge(path="file", code="too_large")
                    self._refuse_full_disk(len(piece))
                    file.write(piece)
                    digest.update(piece)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise NoRoomForFile() from error
        if not written:
            raise EmptyFile(path="file", code="empty")
        if size is not None and written < size:
            raise FileCutOff(path="file", code="cut_off")
        return ReceivedFile(path=path, size=written, sha256=digest.digest())


def _pieces(stream: Readable) -> Iterator[bytes]:
    try:
        while piece := stream.read(AT_ONCE):
            yield piece
    except OSError as error:
        raise FileCutOff(path="file", code="cut_off") from error
