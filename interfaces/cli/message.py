"""`farley message` prints a message that was sent to a person, byte for byte."""

import sys
from uuid import UUID

import click

from interfaces.cli import wiring

NOT_THE_SAME = 1


@click.command
@click.argument("message_id", metavar="ID", type=click.UUID)
@click.option(
    "--attempt",
    type=click.IntRange(min=1),
    metavar="N",
    help="Print this handover of the message; by default the last one.",
)
def message(message_id: UUID, attempt: int | None) -> None:
    """Print the message ID as it was handed over.

    It is rendered again from the log and compared with the digest that was recorded. The bytes on standard output are
    those that the mail server got, with CRLF line ends. GET /api/campaigns/{id}/runs/{run_id}/messages lists a run's
    messages with their ids.
    """
    with wiring.opened() as opened:
        shown = opened.services.shown_messages.show(message_id, attempt)
    sys.stdout.buffer.write(shown.content)
    sys.stdout.buffer.flush()
    if not shown.same:
        click.echo(
            f"farley: these are not the bytes that were sent: their SHA-256 was {shown.mime_sha256}.",
            err=True,
        )
        sys.exit(NOT_THE_SAME)
    click.echo(
        f"farley: handover {shown.attempt}, outcome {shown.outcome}, SHA-256 {shown.mime_sha256} as recorded.",
        err=True,
    )
