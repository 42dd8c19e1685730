"""The port through which a marketer's template becomes one person's text."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

Track = Callable[[str], str]
"""From a link's target to the link of this one message that leads there. InvalidInput for what is no target."""


@dataclass(frozen=True)
class Named:
    """A value that a template asks for: the path to it, such as ("attributes", "tier"), and its line.

    A path ends before a part that only a rendering can tell, and before a number of a list's item.
    """

    path: tuple[str, ...]
    line: int


class Templates(Protocol):
    def check(self, source: str) -> None:
        """Raises InvalidTemplate when `source` cannot be read, or prints nothing for anybody."""
        ...

    def names(self, source: str) -> list[Named]:
        """What `source` asks for, in its order. Raises InvalidTemplate when it cannot be read."""
        ...

    def try_out(self, source: str, samples: Iterable[Mapping[str, object]]) -> list[str]:
        """The texts of `source` for those samples of values for which all of it can be rendered.

        The samples are not a customer's: their values may be of classes of their own. Raises InvalidTemplate,
        naming the line, where a part of `source` fails for every sample.
        """
        ...

    def render(self, source: str, values: Mapping[str, object], track: Track | None = None) -> str:
        """The text of `source` for these values: strings, numbers, booleans, None, lists and dictionaries of them.

        A known name without a value is given as None or "". Line ends come out as LF. The filter `track` asks
        `track`; without one it leaves a target as it is.

        Raises InvalidTemplate as `check` does, and RenderError, naming the variable, when one is unknown, or
        printed and empty, and has no `default`.
        """
        ...
