"""When a fact says the same as one that was told before."""

from dataclasses import fields
from typing import Any

from domain.facts import Fact

TELLING = frozenset(field.name for field in fields(Fact))
"""Where a fact is stored, when it happened, who told it and in which request: not what it says."""


def content(fact: Fact) -> dict[str, Any]:
    """What a fact says, by field: whose it is, brand and division included."""
    return {field.name: getattr(fact, field.name) for field in fields(fact) if field.name not in TELLING}
