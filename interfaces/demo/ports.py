"""What the demo's story needs of the world."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Post = tuple[str, Mapping[str, Any]]
"""A path and the body that goes there."""


class Api(Protocol):
    """Farley over HTTP."""

    def ask(self, path: str, *, at_least: str | None = None) -> Any:
        """What a GET answers, once the read models have reached the position `at_least`."""
        ...

    def tell(self, path: str, body: Mapping[str, Any], *, if_match: str | None = None) -> Any:
        """What a POST answers."""
        ...

    def tell_all(self, posts: Iterable[Post], *, threads: int, told: Callable[[], None]) -> list[Any]:
        """The answers of many POSTs in their order; `told` is called after each."""
        ...


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A running Farley of the demo's own, in the folder `place`.

    `received`: to whom its mail server has got a message, in order. `seconds`: on a clock that never goes back.
    """

    api: Api
    address: str
    place: str
    received: Callable[[], list[str]]
    wait: Callable[[float], None]
    seconds: Callable[[], float]
