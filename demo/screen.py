"""The demo's output: lines, tables and progress bars, at most 100 columns wide."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

WIDEST = 100

Advance = Callable[[int], None]
"""Sets the number of steps that are done so far."""


class Screen:
    """Prints the story. Callers write `simulated` beside everything that is invented."""

    def __init__(self) -> None:
        console = Console(highlight=False)
        self._console = Console(
            highlight=False, width=min(WIDEST, console.width) if console.is_terminal else WIDEST
        )

    def act(self, title: str) -> None:
        """Starts a new part of the story."""
        self._console.print()
        self._console.rule(Text(title, style="bold"), align="left", style="dim")

    def say(self, text: str, *, style: str = "") -> None:
        self._console.print(Text(text, style=style))

    def link(self, name: str, address: str) -> None:
        """Prints an address on a line of its own, however long it is."""
        self._console.print(Text(f"{name:<14} {address}"), soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, marked: str = "") -> None:
        """Prints a table. Rows whose first cell is `marked` are red; columns that start with > align right."""
        headed = any(name.strip(">") for name in columns)
        table = Table(box=None, pad_edge=False, header_style="dim", show_header=headed)
        for name in columns:
            right = name.startswith(">")
            table.add_column(name.lstrip(">"), justify="right" if right else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row), style="bold red" if row[0] == marked else None)
        self._console.print(table)

    @contextmanager
    def progress(self, title: str, total: int) -> Iterator[Advance]:
        """Shows a progress bar for `total` steps while the block runs."""
        columns = (
            TextColumn("{task.description:<44}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console) as bars:
            task = bars.add_task(title, total=total)
            yield lambda done: bars.update(task, completed=done)
