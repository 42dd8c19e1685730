"""The verbs that run processes, and the one that migrates."""

import click

from interfaces.cli import wiring


@click.command
def up() -> None:
    """Run everything under one supervisor, until Ctrl-C."""
    wiring.up(click.echo)


@click.command
@click.option("--descriptor", type=int, hidden=True, help="A listening socket handed down by the supervisor.")
def web(descriptor: int | None) -> None:
    """Serve HTTP alone."""
    wiring.web(descriptor)


@click.command
def projector() -> None:
    """Fold the log into the read models, alone."""
    wiring.projector()


@click.command
def scheduler() -> None:
    """Begin runs when they are due, alone."""
    wiring.scheduler()


@click.command
def dispatcher() -> None:
    """Decide and send, alone."""
    wiring.dispatcher()


@click.command
def migrate() -> None:
    """Bring the databases to this version."""
    done = wiring.migrate()
    click.echo("\n".join(done) if done else "Nothing to do: the databases are at this version.")
