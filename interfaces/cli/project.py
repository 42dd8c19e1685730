"""`farley project` shows the state of the projections, rebuilds some, and resumes a paused one."""

import getpass

import click

from domain.errors import InvalidInput
from interfaces.cli import wiring
from projections.engine.definitions import PROJECTIONS
from projections.engine.rebuilding import folded_together, rebuild
from projections.engine.runner import Intervention, head, intervene, resume, standings


class NotPaused(InvalidInput):
    """This projection is not paused."""


@click.group
def project() -> None:
    """Show the state of the projections, rebuild some, or resume a paused one."""


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


@project.command("rebuild")
@click.argument("names", metavar="[NAME]...", nargs=-1, type=click.Choice(PROJECTIONS))
@click.option(
    "--all", "all_of_them", is_flag=True, help="Rebuild all projections. Each fact is read once for all."
)
def rebuild_some(names: tuple[str, ...], *, all_of_them: bool) -> None:
    """Fold each NAME again from the first fact on, beside the tables that serve, and then switch to the new tables.

    Projections that read each other's tables are rebuilt together.
    """
    if bool(names) == all_of_them:
        raise click.UsageError("Name the projections to rebuild, or give --all, and not both.")
    # Importing rich takes a tenth of a second, so only long work imports it.
    from rich.progress import Progress

    reached, chosen = 0, [one.name for one in folded_together(PROJECTIONS if all_of_them else names)]
    with wiring.folding() as connection, Progress() as progress:
        task = progress.add_task("all" if all_of_them else ", ".join(chosen), total=head(connection) or None)
        for reached, end in rebuild(connection, *chosen, sleep=wiring.new_sleep()):
            progress.update(task, completed=reached, total=end)
        for name in chosen:
            intervene(connection, getpass.getuser(), Intervention.REBUILD, name, reached)
    verb = "is" if len(chosen) == 1 else "are"
    click.echo(f"{', '.join(chosen)} {verb} rebuilt up to position {reached}.")


@project.command
@click.argument("name", type=click.Choice(PROJECTIONS))
def retry(name: str) -> None:
    """Resume the paused projection NAME at the fact that it could not fold."""
    _resume(name, skip=False)


@project.command
@click.argument("name", type=click.Choice(PROJECTIONS))
def skip(name: str) -> None:
    """Resume the paused projection NAME after the fact that it could not fold."""
    _resume(name, skip=True)


def _resume(name: str, *, skip: bool) -> None:
    with wiring.folding() as connection:
        position = resume(connection, name, skip=skip, operator=getpass.getuser())
        if position is None:
            standing = standings(connection).get(name)
            raise NotPaused(
                f"{name} is not paused: it is at position {standing.position if standing else 0}."
            )
    click.echo(f"{name} {'skips' if skip else 'retries'} a fact and goes on from position {position}.")
