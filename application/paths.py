"""Adds the place of a refused value in a command to its error."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import InvalidInput


@contextmanager
def under(path: str) -> Iterator[None]:
    """Puts this path in front of the path of an InvalidInput that is raised inside."""
    try:
        yield
    except InvalidInput as refused:
        raise refused.at(path) from refused
