"""The command about segments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class DefineSegment:
    name: str
    criteria: Mapping[str, Any]
