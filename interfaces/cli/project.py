"""`farley project` shows the state of the projections, rebuilds or verifies some, pauses and resumes one."""

import getpass
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from domain.errors import InvalidInput, RuleBroken
from interfaces.cli import wiring
from projections.engine.definitions import PROJECTIONS, folded_together
from projections.engine.rebuilding import rebuild as rebuilt
from projections.engine.runner import Intervention, head, intervene, resume, standings
from projections.engine.runner import pause as pause_projection
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
    """Show the state of the projections, rebuild or verify some, pause or resume one."""


@project.command
def status() -> None:
    """Show position, lag and state of every projection."""
    with wiring.folding() as connection:
        end, by_name = head(connection), standings(connection)
    width = max(map(len, by_name))
    click.echo(f"{'head':<{width}}  {end:>12}")
    for name, standing in sorted(by_name.items()):
        error = f"  {standing.error} (at {standing.error_at})" if standing.error else ""
        click.echo(
            f"{name:<{width}}  {standing.position:>12}  {end - standing.position:>8} behind  {standing.state}{error}"
        )


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
    """Fold each NAME again from the first fact on, beside the tables that serve, and then switch to the new tables.

    Projections that read each other's tables are rebuilt together. Paused ones are live afterwards.
    """
    with wiring.folding() as connection:
        rebuilding = rebuilt(connection, *names, sleep=wiring.new_sleep(), tell=_say_wait)
        steps = [*_shown(connection, names, rebuilding)]
        reached = steps[-1][0] if steps else 0
        for name in names:
            intervene(connection, getpass.getuser(), Intervention.REBUILD, name, reached)
    verb = "is" if len(names) == 1 else "are"
    click.echo(f"{', '.join(names)} {verb} rebuilt up to position {reached}.")


def _say_wait(reason: str) -> None:
    click.echo(reason, err=True)


@project.command
@_chosen
def verify(names: list[str]) -> None:
    """Fold each NAME afresh into temporary tables and compare these with the tables that serve.

    Folding and reading go on meanwhile. The exit code is 1 if a table differs. Projections that read each other's
    tables are verified together.
    """
    with wiring.folding() as connection:
        verification = Verification(connection, names)
        for _ in _shown(connection, names, verification.run()):
            pass
        for name, position in verification.positions.items():
            intervene(connection, getpass.getuser(), Intervention.VERIFY, name, position)
    for name, position in verification.positions.items():
        if not any(one.projection == name for one in verification.differences):
            click.echo(f"{name} equals a fresh fold at position {position}.")
    if verification.differences:
        raise DiffersFromFold(" ".join(map(_difference, verification.differences)))


def _difference(found: TableDifference) -> str:
    return (
        f"{found.projection}: the table {found.table} differs from a fresh fold at position {found.position}"
        f" ({found.rows} rows, {found.rows_afresh} afresh). Run `farley project rebuild {found.projection}`."
    )


def _shown(
    connection: "Connection[Any]", names: Sequence[str], steps: Iterator[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Passes the steps on and shows each as progress."""
    # Importing rich takes a tenth of a second, so only long work imports it.
    from rich.progress import Progress

    with Progress() as progress:
        task = progress.add_task(
            "all" if len(names) == len(PROJECTIONS) else ", ".join(names), total=head(connection) or None
        )
        for reached, end in steps:
            progress.update(task, completed=reached, total=end)
            yield reached, end


@project.command
@click.argument("name", type=click.Choice(PROJECTIONS))
def pause(name: str) -> None:
    """Stop folding the projection NAME until `farley project retry NAME`. Its tables serve on as they are."""
    with wiring.folding() as connection:
        position = pause_projection(connection, name, operator=getpass.getuser())
    if position is None:
        raise NotLive(f"{name} is paused already: see `farley project status`.")
    click.echo(f"{name} is paused at position {position}. `farley project retry {name}` lets it continue.")


@project.command
@click.argument("name", type=click.Choice(PROJECTIONS))
def retry(name: str) -> None:
    """Resume the paused projection NAME, at the fact that it could not fold if that paused it."""
    position = _resume(name, skip=False)
    click.echo(f"{name} goes on from position {position}.")


@project.command
@click.argument("name", type=click.Choice(PROJECTIONS))
def skip(name: str) -> None:
    """Resume the paused projection NAME after the fact that it could not fold."""
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
