"""The suppression policy: numbers that an installation chooses, by version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class SuppressionPolicy:
    """`cooling_off`: how long a complaint of each severity stops after its closing; a day is 24 hours."""

    version: int
    cooling_off: Mapping[str, timedelta]


FIRST_POLICY = SuppressionPolicy(
    version=1,
    cooling_off=MappingProxyType(
        {
            "low": timedelta(days=7),
            "normal": timedelta(days=14),
            "high": timedelta(days=30),
            "critical": timedelta(days=90),
        }
    ),
)
"""The policy of a new installation (semantics 2)."""
