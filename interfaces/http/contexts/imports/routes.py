"""Imports: a file is uploaded, looked at, and imported by a job, whose report is kept."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, BinaryIO
from uuid import UUID

from flask import Response

from application.imports.service import Import, NoRefusedRows
from application.receipts import ReceiptExists
from application.requests import Answer
from domain.errors import InvalidInput
from interfaces.http.auth import action
from interfaces.http.blueprint import Arriving, Body, Routes
from interfaces.http.contexts.imports.schemas import (
    ImportOut,
    ImportsOut,
    RunImportIn,
    SampleOut,
    SampleQuery,
    UploadQuery,
)
from interfaces.http.contexts.imports.shown import import_shown
from interfaces.http.csv import csv_response
from interfaces.http.current import services, subject
from interfaces.http.keeping import with_receipt
from interfaces.http.paging import Instant, page, place_of
from interfaces.http.schemas.common import NoQuery, PageQuery
from interfaces.imports.headers import UnreadableFile
from interfaces.imports.jobs import options_of
from interfaces.imports.option_texts import UnusableOption, fields_named_in, said_of_fields
from interfaces.imports.options import plan_of, spelling_of
from interfaces.imports.refused_lines import refused_in, table_of
from interfaces.imports.samples import fields_of, sample_of

imports = Routes("imports", "Files whose rows become facts.")
AN_IMPORT = "/api/imports/<uuid:import_id>"


@imports.upload(f"{AN_IMPORT}/file", UploadQuery, ImportOut, location=AN_IMPORT)
@action("imports:write")
def upload_file(query: Body, file: Arriving, import_id: UUID) -> Answer:
    """Uploads a CSV or JSON lines file of at most 1 GiB, as the body. The client chooses the import's id.

    The same file again changes nothing. The file is written to the disk as it arrives. It is deleted once its rows are
    stored, or after 24 hours.
    """
    known, new = services().imports.upload(
        import_id, query["file_name"], file.stream, file.size, subject().actor
    )
    position = services().store.head()
    body = ImportOut().dump(import_shown(known, position))
    return Answer(body=body, position=position, created=new, duplicate=not new)


@imports.question("/api/imports", PageQuery, ImportsOut)
@action("imports:read")
def list_imports(query: Body) -> dict[str, Any]:
    """Returns the imports of the last 30 days, the last uploaded first."""
    limit, before = query["limit"], place_of(query.get("cursor"), tuple[Instant, UUID])
    listed = services().imports.listed(before=before, limit=limit + 1)
    paged = page(listed, limit, lambda one: (one.uploaded_at, one.import_id))
    position = services().store.head()
    return {**paged, "items": [import_shown(one, position) for one in paged["items"]]}


@imports.question(AN_IMPORT, NoQuery, ImportOut)
@action("imports:read")
def show_import(query: Body, import_id: UUID) -> dict[str, Any]:
    """Returns an import with its progress and its report, which counts the rows so far and names refused ones."""
    known = services().imports.find(import_id)
    return import_shown(known, services().store.head(), with_refused=True)


@imports.question(f"{AN_IMPORT}/sample", SampleQuery, SampleOut)
@action("imports:read")
def show_sample(query: Body, import_id: UUID) -> dict[str, Any]:
    """Returns the columns and the first rows of the file, and the fields that columns can fill."""
    known = services().imports.find(import_id)
    try:
        with services().imports.files.opened(import_id) as file:
            given = {name: query.get(name) for name in ("delimiter", "encoding")}
            sample = sample_of(file, known.file_name, **given)
    except InvalidInput as error:
        raise _over_http(error) from error
    layout = sample.layout
    return {
        "columns": sample.columns,
        "rows": sample.rows,
        "json_lines": layout.json_lines,
        "encoding": layout.encoding,
        **({} if layout.json_lines else {"delimiter": layout.delimiter}),
        **({"possible_fields": fields_of(query["kind"])} if "kind" in query else {}),
        "position": services().store.head(),
    }


@imports.command(f"{AN_IMPORT}/runs", RunImportIn, ImportOut, status=202, location=AN_IMPORT)
@action("imports:write")
def run_import(body: Body, import_id: UUID) -> Answer:
    """Asks for a job that imports the file, or with `dry_run` only checks it. Each row becomes at most one fact.

    The facts name whoever asks as their actor. Wrong rows are refused and named, all others are stored. The same file
    may be imported again: only what is missing is stored.
    """
    question = _question(body, services().imports.find(import_id))
    job = services().imports.run(import_id, question, subject().actor)
    shown = ImportOut().dump(import_shown(services().imports.find(import_id), job.position))
    try:
        return with_receipt(Answer(body=shown, position=job.position, accepted=True))
    except ReceiptExists:
        services().jobs.cancel(job.job_id)
        raise


@imports.route(f"{AN_IMPORT}/refused", methods=["GET"])
@imports.response(200, content_type="text/csv", schema={"type": "string"})
@action("imports:read")
def download_refused(import_id: UUID) -> Response:
    """Returns the refused rows of the last job as CSV: their lines, the reasons, and their cells.

    A cell that a spreadsheet would take for a formula has an apostrophe before it. The rows are kept for 7 days.
    """
    known = services().imports.find(import_id)
    with ExitStack() as opened:
        file = opened.enter_context(services().imports.refused(known))
        if not file.peek(1):  # type: ignore[attr-defined]
            raise NoRefusedRows()
        return csv_response(_refused_table(file, opened.pop_all()), "refused.csv")


def _refused_table(file: BinaryIO, opened: ExitStack) -> Iterator[Sequence[Any]]:
    with opened:
        yield from table_of(refused_in(file))


def _question(body: Body, known: Import) -> dict[str, Any]:
    """Returns the question of the job. Raises InvalidInput if the options cannot be used."""
    asked = {**body}
    dry_run = body.pop("dry_run")
    mapped, constants = body.pop("map", ()), body.pop("set", ())
    options = {
        **body,
        "paths": [f"{one['column']}={one['field']}" for one in mapped],
        "constants": [f"{one['field']}={one['value']}" for one in constants],
    }
    question = {"file_name": known.file_name, "dry_run": dry_run, "options": options}
    try:
        given = options_of(question)
        source = plan_of(given).source
        spelling_of(given)
    except InvalidInput as error:
        raise _over_http(error) from error
    return {**question, "source": source, "asked": asked}


def _over_http(error: InvalidInput) -> InvalidInput:
    """Returns the refusal with the fields of a body in place of the options of the command line."""
    path = error.path or next(fields_named_in(error.message), "")
    code = {UnusableOption: "unusable_option", UnreadableFile: "unreadable_file"}.get(type(error), error.code)
    return type(error)(said_of_fields(error.message), path=path, code=code)
