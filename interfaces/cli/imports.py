"""`farley import` records facts from CSV and JSON lines; importing a file twice changes nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from interfaces.cli import wiring
from interfaces.cli.import_report import counted, how_to_go_on, report_lines
from interfaces.imports.kinds import KINDS
from interfaces.imports.loading import Loading
from interfaces.imports.option_texts import UnusableOption
from interfaces.imports.options import Options, is_of_json_lines, plan_of, spelling_of
from interfaces.imports.plans import Plan
from interfaces.imports.presets import PRESETS
from interfaces.imports.progress import opened
from interfaces.imports.report import RefusedRows, Report, reasons_beside
from interfaces.imports.spelling import Spelling

SOME_REFUSED = 2
NOTHING_YET = "no row was imported yet"
GO_ON = "Some of the next rows may be stored, too. The same command stores only what is missing."

AN_EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
A_NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command
@click.argument("kind", metavar="KIND", type=click.Choice(list(KINDS)))
@click.argument("file", type=AN_EXISTING_FILE)
@click.option("--preset", type=click.Choice(list(PRESETS)), help="The options for a file in a known format.")
@click.option(
    "--source",
    metavar="NAME",
    help="The system that numbers the rows; by default the file's name without its extension.",
)
@click.option(
    "--key", multiple=True, metavar="COLUMN[,COLUMN]", help="The columns that identify a row in the source."
)
@click.option(
    "--zone", metavar="ZONE", help="The time zone of dates without a time or offset; by default UTC."
)
@click.option(
    "--dates",
    multiple=True,
    metavar="[COLUMN=]PATTERN",
    help="A pattern of dates, such as %d.%m.%Y, for all columns or for one. Several are tried in order; else ISO 8601.",
)
@click.option("--decimal", metavar="SIGN", help="The decimal sign of numbers: a comma or a point.")
@click.option(
    "--null",
    multiple=True,
    metavar="TEXT",
    help=r"Text of further cells that count as empty, besides NULL and \N.",
)
@click.option(
    "--map",
    "paths",
    multiple=True,
    metavar="COLUMN[+COLUMN]=FIELD",
    help="Use the column, or several joined columns, as this field.",
)
@click.option(
    "--set",
    "constants",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Give this field this value in every row.",
)
@click.option("--mapped-only", is_flag=True, help="Leave out columns that are not mapped.")
@click.option("--header", metavar="NAME,NAME", help="The names of the columns, if the file has no header.")
@click.option(
    "--delimiter",
    metavar="CHARACTER",
    help="The character between cells, or the word tab or space (runs of spaces).",
)
@click.option(
    "--encoding",
    metavar="NAME",
    help="The encoding of the file, such as latin-1; by default UTF-8, or UTF-16 if it is detected.",
)
@click.option(
    "--refused",
    "refused_rows",
    type=A_NEW_FILE,
    help="Write refused rows unchanged into this file when the import ends.",
)
def imports(refused_rows: Path | None, **given: Any) -> None:
    """Import customers, orders or other facts from FILE.

    KIND says what the rows are: customers, touchpoints, orders, consents, withdrawals or complaints.

    FILE is CSV whose header names the fields of the HTTP body, with dots for nested fields (identifier.kind,
    lines.0.amount), or JSON lines (.jsonl) of such bodies. A row is recognised by --key, by its own identity
    (number, message_id, customer_id), or by its whole content. So importing FILE again with the same --source and
    --key changes nothing, and two equal rows are two facts. Consents, withdrawals and steps of complaints need a date.

    Cells of attributes that are declared as numbers, booleans, dates or instants are read as such; true, yes, sí
    and 1 are true.

    Wrong rows are refused and reported with their line numbers; all other rows are stored. If any row was
    refused, the exit code is 2. You can correct the file of refused rows and import it again. The file next to
    it that ends in .reasons.jsonl says what was wrong with each row.
    """
    header = () if given["header"] is None else (given["header"],)
    lists = {"key": _listed("--key", given["key"]), "header": _listed("--header", header)}
    options = Options(**{**given, **lists})
    plan = plan_of(options)
    spelling = spelling_of(options)
    with _written_to(refused_rows, options.file, plan) as refused:
        report = Report(refused_rows=refused)
        _load(options.file, plan, spelling, report)
    click.echo("\n".join(report_lines(plan, spelling, options, report)))
    if report.refused:
        if refused_rows is not None:
            click.echo(how_to_go_on(refused_rows, options, plan))
        click.get_current_context().exit(SOME_REFUSED)


def _load(path: Path, plan: Plan, spelling: Spelling, report: Report) -> None:
    try:
        with wiring.opened() as farley, opened(path, lambda: counted(report)) as file:
            Loading(farley.services, plan, spelling, report).load(file)
    except BaseException as stopped:
        if report.rows or isinstance(stopped, KeyboardInterrupt):
            so_far = counted(report) if report.rows else NOTHING_YET
            click.echo(f"Stopped: {so_far}. {GO_ON}", err=True)
        raise


@contextmanager
def _written_to(path: Path | None, imported: Path, plan: Plan) -> Iterator[RefusedRows | None]:
    """Opens the file for refused rows, if a path is given.

    Raises UnusableOption if the path's folder does not exist, if the path would overwrite the imported file or a
    device, or if the file's name would make a later import read the rows in another format.
    """
    if path is None:
        yield None
        return
    if not path.parent.is_dir():
        raise UnusableOption(
            f"--refused names a file in the folder {path.parent}, which does not exist: create the folder first."
        )
    if path.exists() and not path.is_file():
        raise UnusableOption(f"--refused names {path}, which is no regular file: give it the path of a file.")
    if imported.resolve() in (path.resolve(), reasons_beside(path).resolve()):
        raise UnusableOption("--refused names the file that is imported.")
    if is_of_json_lines(path) != plan.layout.json_lines:
        ending = ".jsonl" if plan.layout.json_lines else ".csv"
        raise UnusableOption(
            f"--refused is written as the file that is imported: give it the ending {ending}."
        )
    with RefusedRows.written_to(path) as refused:
        yield refused


def _listed(option: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Returns the names in the option's texts. Raises UnusableOption if the option is given without a name."""
    names = tuple(name.strip() for text in texts for name in text.split(",") if name.strip())
    if texts and not names:
        raise UnusableOption(f"{option} names no column.")
    return names
