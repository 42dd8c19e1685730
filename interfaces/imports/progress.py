"""Shows how much of a file is read: by a bar on a terminal, else by a line after every EVERY lines."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO

import click

EVERY = 10_000
"""Lines of the file between two lines of progress."""

Advance = Callable[[int], None]


@contextmanager
def opened(path: Path, status: Callable[[], str]) -> Iterator[BinaryIO]:
    """Opens the file; reading it moves the progress on standard error.

    `status` returns the text that is shown beside the progress.
    """
    with path.open("rb") as file:
        if sys.stderr.isatty():
            yield from _with_bar(file, path, status)
        else:
            yield from _with_lines(file, status)


def _with_bar(file: BinaryIO, path: Path, status: Callable[[], str]) -> Iterator[BinaryIO]:
    # Importing rich takes a tenth of a second, so only a terminal's progress imports it.
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(path.name, total=path.stat().st_size)

        def advance(size: int) -> None:
            progress.update(task, advance=size, description=f"{path.name}  {status()}")

        yield Watched(file, advance)  # type: ignore[misc]


def _with_lines(file: BinaryIO, status: Callable[[], str]) -> Iterator[BinaryIO]:
    lines = 0

    def advance(_: int) -> None:
        nonlocal lines
        lines += 1
        if lines % EVERY == 0:
            click.echo(f"{lines} lines read: {status()}", err=True)

    yield Watched(file, advance)  # type: ignore[misc]


class Watched(RawIOBase):
    """A file that calls `advance` with the length in bytes of each line that is read."""

    def __init__(self, file: BinaryIO, advance: Advance) -> None:
        self._file = file
        self._advance = advance

    def readline(self, size: int | None = -1, /) -> bytes:
        line = self._file.readline(-1 if size is None else size)
        if line:
            self._advance(len(line))
        return line

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")
