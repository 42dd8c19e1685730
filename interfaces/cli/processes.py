"""The verbs that run processes, and the verb `migrate`."""

import click

from interfaces.cli import wiring


@click.command
def up() -> None:
    """Run everything under one supervisor, until Ctrl-C."""
    wiring.up(click.echo)


@click.command
@click.option("--descriptor", type=int, hidden=True, help="A listening socket handed down by the supervisor.")
def web(descriptor: int | None) -> None:
    """Run the web process alone: serve HTTP."""
    wiring.web(descriptor)


@click.command
def projector() -> None:
    """Run the projector alone: fold the log into the read models."""
    wiring.projector()


@click.command
def scheduler() -> None:
    """Run the scheduler alone: begin runs when they are due."""
    wiring.scheduler()


@click.command
def dispatcher() -> None:
    """Run the dispatcher alone: decide and send messages."""
    wiring.dispatcher()


@click.command
def migrate() -> None:
    """Migrate the databases to this version."""
    done = wiring.migrate()
    click.echo("\n".join(done) if done else "Nothing to do: the databases are at this version.")
