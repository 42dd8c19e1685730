"""The port that renders a marketer's template into one person's text."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

Track = Callable[[str], str]
"""Takes the target of a link and returns the click link of one message that leads there. Raises InvalidInput if the
text is not a valid target."""


@dataclass(frozen=True)
class Named:
    """A value that a template uses: its path, such as ("attributes", "tier"), and the line in the template.

    The path ends before a part that is known only while rendering, and before the index of a list's item.
    """

    path: tuple[str, ...]
    line: int


class Templates(Protocol):
    def check(self, source: str, link: str | None = None) -> None:
        """Raises InvalidTemplate if `source` cannot be parsed, or prints nothing for anybody.

        The value named `link` does not count: a template that prints only this value is refused, too.
        """

    def names(self, source: str) -> list[Named]:
        """Returns the values that `source` uses, in its order. Raises InvalidTemplate if it cannot be parsed."""

    def try_out(self, source: str, samples: Iterable[Mapping[str, object]]) -> list[str]:
        """Renders `source` for each sample. Returns the texts of the samples for which this succeeds.

        The samples are invented values, which may have their own classes. Raises InvalidTemplate, naming the line,
        if a part of `source` fails for every sample.
        """

    def render(self, source: str, values: Mapping[str, object], track: Track | None = None) -> str:
        """Renders `source` with these values: strings, numbers, booleans, None, and lists and dictionaries of them.

        A known name without a value is None or "". Line ends in the result are LF. The template's filter `track`
        calls the argument `track`. Without that argument the filter leaves a target as it is.

        Raises InvalidTemplate as `check` does. Raises RenderError, naming the variable, if a variable is unknown,
        or is printed, empty and without a `default`.
        """
