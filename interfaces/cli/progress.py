"""Shows how far long work is, on standard error: by a bar on a terminal, else by a line every EVERY_SECONDS."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from interfaces.cli import wiring

EVERY_SECONDS = 5.0
"""Seconds between two lines of progress. Work that takes less time writes none."""

Reached = Callable[[int, int], None]
"""Is called with the position that the work has reached, and with the last position."""


@contextmanager
def progress(name: str) -> Iterator[Reached]:
    """Yields what shows the progress of the work with this name."""
    if not sys.stderr.isatty():
        yield _in_lines(name)
        return
    # Importing rich takes a tenth of a second, so only a terminal's progress imports it.
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda reached, end: bar.update(task, completed=reached, total=end)


def _in_lines(name: str) -> Reached:
    clock = wiring.new_clock()
    due = clock.monotonic() + EVERY_SECONDS

    def show(reached: int, end: int) -> None:
        nonlocal due
        if clock.monotonic() >= due:
            click.echo(f"{name}: position {reached:,} of {end:,}", err=True)
            due = clock.monotonic() + EVERY_SECONDS

    return show
