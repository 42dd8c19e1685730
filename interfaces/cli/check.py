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
    wrong. What may be intended, such as a process that does not run, is to be looked at.
    """
    findings = list(map(_echoed, wiring.findings()))
    wrong = sum(finding.wrong for finding in findings)
    doubtful = sum(finding.doubtful for finding in findings)
    click.echo(_end(wrong, doubtful))
    sys.exit(1 if wrong else 0)


def _end(wrong: int, doubtful: int) -> str:
    if not doubtful:
        return f"{how_many(wrong, 'thing')} to do." if wrong else "All is well."
    end = f"{how_many(wrong, 'thing')} to do." if wrong else "Nothing is wrong."
    return f"{end} To be looked at: {doubtful}."


def _echoed(finding: Finding) -> Finding:
    remedy = f" {finding.remedy}" if finding.remedy else ""
    click.echo(f"{_mark(finding)}  {finding.subject}: {finding.message}{remedy}")
    return finding


def _mark(finding: Finding) -> str:
    if finding.wrong:
        return click.style("wrong", fg="red")
    return click.style("look ", fg="yellow") if finding.doubtful else click.style("ok   ", fg="green")
