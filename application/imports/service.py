"""Imports over HTTP: a file is uploaded, and then a job records its rows."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from threading import BoundedSemaphore
from typing import Any, BinaryIO, Protocol
from uuid import UUID

from application.jobs import AskJob, Job, JobKind, Jobs
from application.store import Store
from domain.errors import InvalidInput, NotFound, RuleBroken, Unavailable
from domain.ports import Ids

LARGEST_FILE = 1024**3
"""The most bytes of a file that is uploaded."""
MOST_UPLOADS = 2
"""The most files that one process receives at the same time: each occupies a thread."""
FILE_HOURS = 24
"""How long a file that was not imported is kept, from its upload or from the end of the last job."""
REFUSED_DAYS = 7
"""How long the refused rows are kept, from the end of the job."""
IMPORT_DAYS = 30
"""How long an import is kept, with its report."""


class ImportNotFound(NotFound):
    """No import has this id. An import and its report are kept for 30 days."""


class FileIsAnother(RuleBroken):
    """Another file was uploaded under this id before."""


class FileGone(RuleBroken):
    """The file is deleted: it is imported already, or was uploaded too long ago. Upload it again under another id."""


class ImportRuns(RuleBroken):
    """A job works on this import already. Wait for its end, or cancel the job."""


class NoRefusedRows(NotFound):
    """There are no refused rows: none was refused, or their time is over. They are kept for 7 days."""


class EmptyFile(InvalidInput):
    """The file is empty."""


class FileTooLarge(InvalidInput):
    """A file has at most 1 GiB: divide it."""


class FileCutOff(InvalidInput):
    """The upload ended before the whole file was there: upload it again."""


class NoRoomForFile(Unavailable):
    """The disk has no room for this file. An operator has to make room; then upload it again."""


class TooManyUploads(Unavailable):
    """Too many files are uploaded at once. Upload it again in a moment."""


@dataclass(frozen=True, kw_only=True)
class Uploaded:
    """A file that was uploaded. `owner`: the actor who did it. `sha256`: of the whole file."""

    import_id: UUID
    owner: str
    file_name: str
    file_bytes: int
    sha256: bytes


@dataclass(frozen=True, kw_only=True)
class Import:
    """An import: its file, and the job that was asked last, if any. `has_file`: whether the file is still there."""

    import_id: UUID
    owner: str
    file_name: str
    file_bytes: int
    sha256: bytes
    uploaded_at: datetime
    job: Job | None
    has_file: bool = False


class Readable(Protocol):
    """A file as it arrives."""

    def read(self, size: int = -1, /) -> bytes:
        """Returns at most so many bytes; nothing at the end. Raises OSError if the upload ended before."""


class ImportRows(Protocol):
    """Keeps imports, without their files."""

    def add(self, uploaded: Uploaded) -> bool:
        """Adds an import. Returns False if there is one with this id."""

    def find(self, import_id: UUID) -> Import:
        """Raises ImportNotFound."""

    def listed(self, *, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Import]:
        """Returns imports, the last uploaded first, from a place on."""

    def begin(self, import_id: UUID, job_id: UUID) -> bool:
        """Makes the job the import's. Returns False if another job of it has not ended."""


class ImportFiles(Protocol):
    """Keeps the files of imports, and their refused rows."""

    def receive(self, import_id: UUID, stream: Readable, size: int | None) -> "Received":
        """Writes an upload to the disk, without keeping it yet.

        `size`: how many bytes are announced. Raises NoRoomForFile, FileTooLarge, FileCutOff or EmptyFile; then nothing
        is left behind.
        """

    def has(self, import_id: UUID) -> bool:
        """Whether the file is there."""

    def opened(self, import_id: UUID) -> AbstractContextManager[BinaryIO]:
        """Opens the file. Raises FileGone."""

    def refused(self, import_id: UUID, job_id: UUID) -> AbstractContextManager[BinaryIO]:
        """Opens the refused rows of a job to read them. Raises NoRefusedRows."""

    def refusing(self, import_id: UUID, job_id: UUID, begin: int) -> AbstractContextManager[BinaryIO]:
        """Opens the refused rows of a job to write on from this byte. What is behind it is cut off."""

    def written_of(self, import_id: UUID, job_id: UUID) -> int:
        """Returns how many bytes of refused rows of a job are there."""


class Received(Protocol):
    """A file that was written to the disk."""

    @property
    def size(self) -> int: ...

    @property
    def sha256(self) -> bytes: ...

    def keep(self) -> None:
        """Keeps it as the import's file."""

    def discard(self) -> None:
        """Deletes it."""


class ImportsService:
    """Imports, for the processes that ask."""

    def __init__(self, rows: ImportRows, files: ImportFiles, jobs: Jobs, store: Store, ids: Ids) -> None:
        self._rows = rows
        self.files = files
        self._jobs = jobs
        self._store = store
        self._ids = ids
        self._uploading = BoundedSemaphore(MOST_UPLOADS)

    def upload(
        self, import_id: UUID, file_name: str, stream: Readable, size: int | None, owner: str
    ) -> tuple[Import, bool]:
        """Writes the file to the disk. Returns the import, and whether it is new.

        Raises TooManyUploads, FileIsAnother, and what ImportFiles.receive raises.
        """
        received = self._received(import_id, stream, size)
        new = self._rows.add(
            Uploaded(
                import_id=import_id,
                owner=owner,
                file_name=file_name,
                file_bytes=received.size,
                sha256=received.sha256,
            )
        )
        if new:
            received.keep()
        else:
            received.discard()
        known = self.find(import_id)
        if known.sha256 != received.sha256:
            raise FileIsAnother()
        return known, new

    def run(self, import_id: UUID, question: Mapping[str, Any], owner: str) -> Job:
        """Asks for a job that imports the file. Raises ImportNotFound, FileGone, ImportRuns or TooManyJobs."""
        known = self.find(import_id)
        if known.job is not None and not known.job.has_ended:
            raise ImportRuns()
        if not known.has_file:
            raise FileGone()
        job = self._jobs.ask(
            AskJob(
                job_id=self._ids.new(),
                kind=JobKind.IMPORT,
                owner=owner,
                question={**question, "import_id": str(import_id)},
                position=self._store.head(),
                of_all=known.file_bytes,
            )
        )
        if not self._rows.begin(import_id, job.job_id):
            self._jobs.cancel(job.job_id)
            raise ImportRuns()
        return job

    def find(self, import_id: UUID) -> Import:
        """Raises ImportNotFound."""
        return self._with_file(self._rows.find(import_id))

    def listed(self, *, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Import]:
        """Returns imports, the last uploaded first, from a place on."""
        return [self._with_file(one) for one in self._rows.listed(before=before, limit=limit)]

    def refused(self, known: Import) -> AbstractContextManager[BinaryIO]:
        """Opens the refused rows of the last job. Raises NoRefusedRows."""
        if known.job is None:
            raise NoRefusedRows()
        return self.files.refused(known.import_id, known.job.job_id)

    def _received(self, import_id: UUID, stream: Readable, size: int | None) -> "Received":
        if not self._uploading.acquire(blocking=False):
            raise TooManyUploads()
        try:
            return self.files.receive(import_id, stream, size)
        finally:
            self._uploading.release()

    def _with_file(self, known: Import) -> Import:
        return replace(known, has_file=self.files.has(known.import_id))
