"""The commands about segments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class DefineSegment:
    name: str
    criteria: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ReviseSegment:
    """What is None stays."""

    segment_id: UUID
    name: str | None = None
    criteria: Mapping[str, Any] | None = None
