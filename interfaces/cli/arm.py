"""`farley arm` lets the dispatcher send again after the log was restored."""

import getpass

import click

from interfaces.cli import wiring


@click.command
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def arm(yes: bool) -> None:
    """Let the dispatcher send again after a restore.

    Once the log's database was restored, the dispatcher of this home sends nothing until you do so. Run this with the
    dispatcher's settings, on its machine. Before, end the runs that have already sent their messages.
    """
    with wiring.noted() as (reason, arm_for):
        if reason is None:
            click.echo("The dispatcher is armed already: the log has the fact that was noted.")
            return
        click.echo(reason)
        if not yes:
            click.confirm(
                "Messages that were sent after the backup may be sent again, and complaints that came after it are"
                " not known. Have you ended the open runs that must not go on?",
                abort=True,
            )
        head = arm_for(getpass.getuser())
    click.echo(f"The dispatcher may send again. The log's position {head} is noted.")
