"""`farley check`: is everything as it should be, and what to do where it is not?"""

import sys

import click

from application.findings import Finding
from interfaces.cli import wiring


@click.command
def check() -> None:
    """Look at configuration, servers, keys, projections and roles; exit code 1 where something is wrong."""
    found = list(map(_told, wiring.findings()))
    wrong = sum(one.wrong for one in found)
    click.echo(f"{wrong} things to do." if wrong else "All is well.")
    sys.exit(1 if wrong else 0)


def _told(finding: Finding) -> Finding:
    mark = click.style("wrong", fg="red") if finding.wrong else click.style("ok   ", fg="green")
    remedy = f" {finding.remedy}" if finding.remedy else ""
    click.echo(f"{mark}  {finding.subject}: {finding.said}{remedy}")
    return finding
