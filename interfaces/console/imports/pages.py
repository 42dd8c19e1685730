"""Imports: upload a file, map its columns, check it, import it, and see which rows were refused."""

from urllib.parse import urlencode
from uuid import UUID

from flask import Response

from application.imports.service import FileIsAnother, NoRoomForFile, TooManyUploads
from application.jobs import JobState
from domain.errors import FarleyError, InvalidInput
from interfaces.console.asking import ask, may, upload
from interfaces.console.files_in_forms import FileInForm
from interfaces.console.imports.mapping import mapping_shown
from interfaces.console.imports.reports import report_shown
from interfaces.console.jobs.pages import MOVING, moved
from interfaces.console.live import show_live
from interfaces.console.notices import done
from interfaces.console.paths import path_of_import
from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import formats, go_to, own_texts, show
from interfaces.http.blueprint import Arriving
from interfaces.http.contexts.imports.routes import download_refused
from interfaces.http.current import this_request
from interfaces.http.problems import kebab, status_of
from interfaces.http.refusals import InvalidFields

room = Room("imports")
HERE = f"{ROOT}/imports"


@room.page("/imports", "imports:read")
def imports_page() -> Response:
    """Shows the imports, the last uploaded first, and the form for the next file."""
    return _list()


@room.upload("/imports/upload", "imports:write", stands_for="imports.upload_file")
def upload_file(file: FileInForm | None) -> Response:
    """Writes the file to the disk as it arrives. The form's token is the import's id: sent twice, it is one import."""
    import_id = this_request().form_nonce
    if file is None or import_id is None:
        return _list(own_texts()("imports.no_file"), 422)
    name = file.name.replace("\\", "/").rpartition("/")[2]
    try:
        arriving = Arriving(file, None)
        answer = upload("imports.upload_file", {"file_name": name}, arriving, import_id=import_id)
    except (InvalidFields, InvalidInput, FileIsAnother, NoRoomForFile, TooManyUploads) as refused:
        return _list(_said(refused), status_of(refused))
    return go_to(done(path_of_import(import_id), "file_uploaded", answer))


@room.page("/imports/<uuid:import_id>", "imports:read")
def import_page(import_id: UUID) -> Response:
    """Shows how far an import is and what came of it; while its file is there, also how its columns are mapped."""
    return show_import(import_id)


@room.page("/imports/<uuid:import_id>/refused", "imports:read")
def refused_page(import_id: UUID) -> Response:
    """Downloads the refused rows."""
    answer: Response = download_refused(import_id=import_id)
    return answer


def show_import(import_id: UUID, refused: FarleyError | None = None) -> Response:
    """Returns the page of an import. `refused`: why it was not run as it was asked."""
    t, f = own_texts(), formats()
    known = ask("imports.show_import", import_id=import_id)
    moving = known["state"] in MOVING
    is_imported = known["state"] == JobState.FINISHED and not known["dry_run"]
    can_run = not (moving or is_imported) and known["has_file"] and may("imports.run_import")
    return show_live(
        "import",
        position=moved(known) if "progress" in known else 0,
        moving=moving,
        status=200 if refused is None else 422,
        report=report_shown(known, t, f),
        is_gone=is_imported or not known["has_file"],
        mapping=mapping_shown(known, t) if can_run else None,
        problem=None if refused is None else _said(refused),
    )


def _list(error: str | None = None, status: int = 200) -> Response:
    t, f, given = own_texts(), formats(), this_request().args
    listed = ask("imports.list_imports", {"cursor": given["cursor"]} if given.get("cursor") else {})
    cursor = listed["next_cursor"]
    return show(
        "imports",
        status=status,
        rows=[report_shown(one, t, f) for one in listed["items"]],
        error=error,
        may_upload=may("imports.upload_file"),
        next_page=f"{HERE}?{urlencode({'cursor': cursor})}" if cursor else None,
    )


def _said(refused: FarleyError) -> str:
    """Returns what was refused, in the person's language where there is a text for it."""
    t, name = own_texts(), f"problem.{kebab(type(refused).__name__)}"
    if name in t:
        return t(name)
    if isinstance(refused, InvalidFields):
        return " ".join(f"{error['path']}: {error['message']}" for error in refused.errors)
    return refused.message
