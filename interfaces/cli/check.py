"""`farley check` says what is wrong with the installation, and what to do about each problem."""

import sys

import click

from application.findings import Finding
from interfaces.cli import wiring
from interfaces.plurals import how_many


@click.command
def check() -> None:
    """Say what is wrong with the installation, and what to do.

    This checks the configuration, servers, keys, projections, processes and roles. The exit code is 1 if anything is
    wrong.
    """
    findings = list(map(_echoed, wiring.findings()))
    wrong = sum(finding.wrong for finding in findings)
    doubtful = sum(finding.doubtful for finding in findings)
    end = f"{how_many(wrong, 'thing')} to do." if wrong else "All is well."
    click.echo(f"{end} To be looked at: {doubtful}." if doubtful else end)
    sys.exit(1 if wrong else 0)


def _echoed(finding: Finding) -> Finding:
    remedy = f" {finding.remedy}" if finding.remedy else ""
    click.echo(f"{_mark(finding)}  {finding.subject}: {finding.message}{remedy}")
    return finding


def _mark(finding: Finding) -> str:
    if finding.wrong:
        return click.style("wrong", fg="red")
    return click.style("look ", fg="yellow") if finding.doubtful else click.style("ok   ", fg="green")
