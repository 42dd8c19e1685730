"""Imports as jobs: the same loading as on the command line, with a report that is kept, gone on with after a kill."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID

from application.imports.service import ImportFiles
from application.jobs import BegunJob, JobFollower
from application.services import Services
from interfaces.imports.loading import Loading, Manner
from interfaces.imports.options import Options, plan_of, spelling_of
from interfaces.imports.progress import Watched
from interfaces.imports.refused_lines import RefusedLines
from interfaces.imports.report import Report, Settled
from interfaces.imports.spelling import Spelling

MOST_NAMES = 100
"""The most undeclared names, and the most lines of possible doubles, that a report keeps."""


class ImportJobs:
    """Does import jobs. `opened` opens the use cases, for one job."""

    def __init__(self, opened: Callable[[], AbstractContextManager[Services]], files: ImportFiles) -> None:
        self._opened = opened
        self._files = files

    def __call__(self, job: BegunJob, follower: JobFollower) -> Mapping[str, Any]:
        """Imports the file and returns the report. After a kill it goes on behind the rows that were done."""
        import_id, options = UUID(job.question["import_id"]), options_of(job.question)
        plan, spelling = plan_of(options), spelling_of(options)
        with self._opened() as services, self._report(import_id, job) as report:
            with self._files.opened(import_id) as file:
                reading = _Reading(file, report, job, follower)
                manner = Manner(
                    actor=job.owner,
                    correlation_id=job.job_id,
                    dry_run=job.question["dry_run"],
                    between=reading.keep,
                    threads=1,
                )
                Loading(services, plan, spelling, report, manner).load(reading.file)
            return {**shown_report(report, spelling), "attempt": job.attempt}

    @contextmanager
    def _report(self, import_id: UUID, job: BegunJob) -> Iterator[Report]:
        """Opens the report of the job, with what earlier attempts have done."""
        earlier = Settled(**(job.checkpoint or {}).get("settled", {}))
        if self._files.written_of(import_id, job.job_id) < earlier.refused_bytes:
            earlier = Settled()  # the machine lost what was written: the rows are done again, and known again
        with self._files.refusing(import_id, job.job_id, earlier.refused_bytes) as refused:
            yield Report(refused_rows=RefusedLines(refused), earlier=earlier)


class _Reading:
    """The file that is read, whose progress the follower gets."""

    def __init__(self, file: BinaryIO, report: Report, job: BegunJob, follower: JobFollower) -> None:
        self._size = file.seek(0, 2)
        file.seek(0)
        self.file = cast(BinaryIO, Watched(file, self._advance))
        self._read = 0
        self._read_before = (job.checkpoint or {}).get("bytes", 0)
        self._attempt = job.attempt
        self._report = report
        self._follower = follower

    def keep(self) -> None:
        """Stores how far the import is."""
        self._follower.keep({**counted(self._report), "bytes": self._read, "attempt": self._attempt})

    def _advance(self, size: int) -> None:
        self._read += size
        self._follower.reached(max(self._read, self._read_before), self._size)


def options_of(question: Mapping[str, Any]) -> Options:
    """Returns the options of an import that was asked over HTTP."""
    fields = {name: _tuples(value) for name, value in question["options"].items()}
    return Options(file=Path(question["file_name"]), **fields)


def _tuples(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def counted(report: Report) -> dict[str, Any]:
    """Returns how far the import is, and how many rows were done before this attempt."""
    return {"settled": asdict(report.settled()), "rows_before": report.earlier.rows}


def shown_report(report: Report, spelling: Spelling) -> dict[str, Any]:
    """Returns the report as the job keeps it."""
    return {
        **counted(report),
        "completed_dates": spelling.completed,
        "possible_doubles": sorted(report.doubles)[:MOST_NAMES],
        "undeclared": [
            {"path": f"{name.path} {name.name}", "nearest": name.nearest}
            for name, _ in report.undeclared_names.most_common(MOST_NAMES)
        ]
        + [
            {"path": path, "nearest": nearest}
            for path, nearest in islice(report.undeclared_attributes.items(), MOST_NAMES)
        ],
    }
