"""`farley project` shows the state of the projections, rebuilds or verifies some, pauses and resumes one."""

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from application import codec
from domain.errors import InvalidInput, RuleBroken
from interfaces.cli import wiring
from interfaces.cli.progress import progress
from interfaces.cli.project_history import history_lines
from interfaces.cli.project_status import status_lines
from projections.engine.beside import CannotBeFolded
from projections.engine.definitions import PROJECTIONS, folded_together
from projections.engine.interventions import newest_interventions
from projections.engine.rebuilding import rebuild as rebuilt
from projections.engine.runner import Intervention, intervene, resume, standings
from projections.engine.runner import pause as pause_projection
from projections.engine.status import folding_status
from projections.engine.verifying import TableDifference, Verification

if TYPE_CHECKING:
    from psycopg import Connection


class NotPaused(InvalidInput):
    """This projection is not paused."""


class NotLive(InvalidInput):
    """This projection is paused already."""


class DiffersFromFold(RuleBroken):
    """A table differs from a fresh fold."""


@click.group
def project() -> None:
    """Show, rebuild, verify, pause and retry projections."""


@project.command
def status() -> None:
    """Show how far each projection is, and its state.

    Shows its last error, too, and how the last rebuild stands. "behind" are the facts that it has not folded, and
    "oldest" is the age of the oldest of them. "facts/s" is what the projector folded over the last minute.
    /health/ready and /metrics show the same.
    """
    with wiring.folding() as connection:
        shown = folding_status(connection)
    click.echo("\n".join(status_lines(shown)))


@project.command
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    metavar="N",
    help="Show at most so many entries.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def history(limit: int, *, as_json: bool) -> None:
    """Show what was done to projections, newest first.

    This is every pause, retry, skip, rebuild and verification, when it was and how it ended. "position" is where the
    projection stood then, or how far the rebuild has come. "who" is the account that typed the command, or the
    projector, which rebuilds by itself what an upgrade changed.
    """
    with wiring.folding() as connection:
        done = newest_interventions(connection, limit + 1)
    shown = done[:limit]
    if as_json:
        for one in shown:
            values = asdict(one)
            del values["number"]
            click.echo(codec.encode(values).decode())
    elif shown:
        click.echo("\n".join(history_lines(shown)))
    else:
        click.echo("Nothing was done to a projection yet.", err=True)
    if len(done) > limit:
        click.echo("There are older entries: a higher --limit shows them.", err=True)


def _chosen(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the arguments NAME... and --all, and passes the projections that they mean as `names`."""

    @click.argument("names", metavar="[NAME]...", nargs=-1, type=click.Choice(PROJECTIONS))
    @click.option(
        "--all", "all_of_them", is_flag=True, help="All projections. Each fact is read once for all."
    )
    @wraps(command)
    def choosing(names: tuple[str, ...], *, all_of_them: bool) -> None:
        if bool(names) == all_of_them:
            raise click.UsageError(
                f"Name the projections to {command.__name__}, or give --all, and not both."
            )
        command([one.name for one in folded_together(PROJECTIONS if all_of_them else names)])

    return choosing


@project.command
@_chosen
def rebuild(names: list[str]) -> None:
    """Fold each NAME again from the first fact on.

    This fills new tables beside those that serve, and then switches to the new ones. Projections that read each other's
    tables are rebuilt together. Paused ones are live afterwards.
    """
    with wiring.folding() as connection:
        folding = rebuilt(
            connection, *names, sleep=wiring.new_sleep(), operator=getpass.getuser(), tell=_say_wait
        )
        with closing(folding):
            steps = [*_shown(names, folding)]
        reached = steps[-1][0] if steps else 0
    verb = "is" if len(names) == 1 else "are"
    click.echo(f"{', '.join(names)} {verb} rebuilt up to position {reached}.")


def _say_wait(reason: str) -> None:
    click.echo(reason, err=True)


@project.command
@_chosen
def verify(names: list[str]) -> None:
    """Compare each NAME with a fresh fold of the log.

    This folds into temporary tables and compares these with the tables that serve. Folding and reading go on meanwhile.
    The exit code is 1 if a table differs. Projections that read each other's tables are verified together.
    """
    with wiring.folding() as connection:
        verification = Verification(connection, names)
        try:
            for _ in _shown(names, verification.run()):
                pass
        except CannotBeFolded as refusal:
            name, position = refusal.details["projection"], refusal.details["position"]
            _note_verified(connection, name, position, f"cannot be folded: {refusal.details['error']}")
            raise
        for name, position in verification.positions.items():
            differing = [one.table for one in verification.differences if one.projection == name]
            note = f"differs: {', '.join(differing)}" if differing else "equal"
            _note_verified(connection, name, position, note)
    for name, position in verification.positions.items():
        if not any(one.projection == name for one in verification.differences):
            click.echo(f"{name} equals a fresh fold at position {position}.")
    if verification.differences:
        raise DiffersFromFold(" ".join(map(_difference, verification.differences)))


def _note_verified(connection: "Connection[Any]", name: str, position: int, note: str) -> None:
    intervene(connection, getpass.getuser(), Intervention.VERIFY, [name], position, note=note)


def _difference(found: TableDifference) -> str:
    return (
        f"{found.projection}: the table {found.table} differs from a fresh fold at position {found.position}"
        f" ({found.rows} rows, {found.rows_afresh} afresh). Run `farley project rebuild {found.projection}`."
    )


def _shown(names: Sequence[str], steps: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Passes the steps on and shows each as progress."""
    with progress("all" if len(names) == len(PROJECTIONS) else ", ".join(names)) as show:
        for reached, end in steps:
            show(reached, end)
            yield reached, end


@project.command
@click.argument("name", metavar="NAME", type=click.Choice(PROJECTIONS))
def pause(name: str) -> None:
    """Stop folding the projection NAME.

    Its tables serve on as they are, until `farley project retry NAME` lets it continue. `farley project status` lists
    the projections.
    """
    with wiring.folding() as connection:
        position = pause_projection(connection, name, operator=getpass.getuser())
    if position is None:
        raise NotLive(f"{name} is paused already: see `farley project status`.")
    click.echo(f"{name} is paused at position {position}. `farley project retry {name}` lets it continue.")


@project.command
@click.argument("name", metavar="NAME", type=click.Choice(PROJECTIONS))
def retry(name: str) -> None:
    """Resume the paused projection NAME.

    It tries the fact that it could not fold once more. `farley project status` lists the projections.
    """
    position = _resume(name, skip=False)
    click.echo(f"{name} goes on from position {position}.")


@project.command
@click.argument("name", metavar="NAME", type=click.Choice(PROJECTIONS))
def skip(name: str) -> None:
    """Resume NAME after the fact that it could not fold.

    `farley project status` lists the projections and shows this fact.
    """
    position = _resume(name, skip=True)
    click.echo(f"{name} skips the fact at position {position} and goes on.")


def _resume(name: str, *, skip: bool) -> int:
    with wiring.folding() as connection:
        position = resume(connection, name, skip=skip, operator=getpass.getuser())
        if position is not None:
            return position
        standing = standings(connection)[name]
    if standing.paused_by_operator:
        raise NotPaused(
            f"An operator paused {name}, so there is no fact to skip: `farley project retry {name}`."
        )
    raise NotPaused(f"{name} is not paused: it is at position {standing.position}.")
