"""Where in a command the refused value stands."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import InvalidInput


@contextmanager
def under(path: str) -> Iterator[None]:
    """Puts what is refused inside below the path of the field it came in."""
    try:
        yield
    except InvalidInput as refused:
        raise refused.at(path) from refused
