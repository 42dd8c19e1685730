"""The form that runs an import, or checks it only."""

from uuid import UUID

from flask import Response

from domain.errors import InvalidInput, RuleBroken, Unavailable
from interfaces.console.asking import command
from interfaces.console.imports.mapping import asked
from interfaces.console.imports.pages import room as room
from interfaces.console.imports.pages import show_import
from interfaces.console.notices import done
from interfaces.console.paths import path_of_import
from interfaces.console.showing import go_to
from interfaces.http.refusals import InvalidFields


@room.form("/imports/<uuid:import_id>/run", "imports:write", stands_for="imports.run_import")
def run_import(import_id: UUID) -> Response:
    """Asks for the job that imports the file as it was mapped, or checks it."""
    body = asked()
    try:
        answer = command("imports.run_import", body, import_id=import_id)
    except (InvalidFields, InvalidInput, RuleBroken, Unavailable) as refused:
        return show_import(import_id, refused)
    name = "import_checks" if body["dry_run"] else "import_runs"
    return go_to(done(path_of_import(import_id), name, answer))
