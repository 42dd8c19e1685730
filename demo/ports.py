"""What the demo's story needs of the world."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
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


class Visitor(Protocol):
    """Somebody with a link of a message, and no key."""

    def look(self, url: str) -> None:
        """Asks for what is there by HEAD and by GET, as link scanners do."""
        ...

    def post(self, url: str, form: Mapping[str, str]) -> None:
        """Sends a form there."""
        ...


class Chance(Protocol):
    """Chance that a seed repeats."""

    def random(self) -> float:
        """From 0 to below 1."""
        ...

    def lognormvariate(self, mu: float, sigma: float) -> float:
        """e to the power of a normal number with this mean and deviation."""
        ...


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A message that the mail server got. `unsubscribe`: the header List-Unsubscribe, `one_click`: its -Post."""

    recipient: str
    unsubscribe: str
    one_click: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A running Farley of the demo's own, in the folder `place`.

    `received`: what its mail server has got, in order. `now`: in UTC. `seconds`: on a clock that never goes back.
    `chance`: by a seed.
    """

    api: Api
    visitor: Visitor
    address: str
    place: str
    received: Callable[[], list[Mail]]
    chance: Callable[[int], Chance]
    now: Callable[[], datetime]
    wait: Callable[[float], None]
    seconds: Callable[[], float]
