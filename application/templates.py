"""The port through which a marketer's template becomes one person's text."""

from collections.abc import Collection, Mapping
from typing import Protocol


class Templates(Protocol):
    def check(self, source: str, names: Collection[str] | None = None) -> None:
        """Raises InvalidTemplate when `source` cannot be read, or asks for another than these names."""
        ...

    def render(self, source: str, values: Mapping[str, object]) -> str:
        """The text of `source` for these values: strings, numbers, booleans, None and dictionaries of them.

        A known name without a value is given as None or "". Line ends come out as LF.

        Raises InvalidTemplate as `check` does, and RenderError, naming the variable, when one is unknown, or
        printed and empty, and has no `default`.
        """
        ...
