"""Deletes the files of imports when their time is over: they hold personal data."""

from application.imports.service import FILE_HOURS, REFUSED_DAYS
from infrastructure.imports.files import FolderOfImports
from infrastructure.postgres.imports import ImportsAtWork, KeptImport

HOUR = 3600.0


class Tidying:
    """Deletes files that were imported, and those that nobody has imported for a day."""

    def __init__(self, files: FolderOfImports, imports: ImportsAtWork) -> None:
        self._files = files
        self._imports = imports

    def tidy(self) -> None:
        """Deletes what is not needed any more. May be called at any time, by several processes."""
        folders = self._files.folders()
        if not folders:
            return
        self._imports.expire()
        kept = self._imports.kept(list(folders))
        for import_id, folder in folders.items():
            known = kept.get(import_id)
            if known is not None:
                self._tidy(known)
            elif self._files.rests_for(folder) > FILE_HOURS * HOUR:
                self._files.discard(folder)

    def _tidy(self, known: KeptImport) -> None:
        self._files.discard_parts(known.import_id, FILE_HOURS * HOUR)
        if known.is_at_work:
            return
        if known.is_imported or known.rests_for > FILE_HOURS * HOUR:
            self._files.discard_file(known.import_id)
        refused_are_kept = known.rests_for < REFUSED_DAYS * 24 * HOUR
        self._files.discard_refused(known.import_id, but_of=known.job_id if refused_are_kept else None)
