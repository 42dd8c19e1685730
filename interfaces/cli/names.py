"""`farley names` shows how far the index of names is, and makes it anew."""

import click

from interfaces.cli import wiring
from interfaces.plurals import how_many
from projections.engine.runner import position_of


@click.group
def names() -> None:
    """Show or rebuild the index of names and towns."""


@names.command
def status() -> None:
    """Show how far the index has followed the log.

    It follows the read model of customers, which may itself be behind: see `farley project status`.
    """
    with wiring.opened() as opened:
        indexed = opened.services.names.position()
        with opened.services.reading.snapshot() as connection:
            folded = position_of(connection, ["customers"])
    behind = how_many(max(0, folded - indexed), "fact")
    click.echo(f"The index of names is at position {indexed}, {behind} behind the read model of customers.")


@names.command
def rebuild() -> None:
    """Make the hashes of all names and towns anew.

    People are found meanwhile. Nothing else needs this but an index that was lost or damaged.
    """
    with wiring.opened() as opened:
        done = max(opened.rebuild_names())
    click.echo(f"The names and towns of {how_many(done, 'customer')} are indexed anew.")
