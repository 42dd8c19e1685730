"""What is to be imported, once options and presets are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from interfaces.imports.columns import Columns
from interfaces.imports.kinds import Kind
from interfaces.imports.rows import Layout

Derive = Callable[[int, Mapping[str, Any]], Mapping[str, Any]]
"""From a row's number in the file, from 1, and its cells to further cells."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a file holds and how it is read. `key`: the columns by which `source` knows a row again."""

    kind: Kind
    source: str
    layout: Layout = field(default_factory=Layout)
    key: tuple[str, ...] = ()
    columns: Columns = field(default_factory=Columns)
    derive: Derive | None = None
