"""Declared names: the purposes, topics, brands and divisions that facts and campaigns may name.

A name is shown as it was declared. Two names are the same if their folded forms are equal.
"""

from dataclasses import dataclass
from enum import StrEnum

from domain.catalogue.errors import UndeclaredName

LONGEST_DECLARED_NAME = 100


class NameKind(StrEnum):
    """What a declared name names."""

    PURPOSE = "purpose"
    TOPIC = "topic"
    BRAND = "brand"
    DIVISION = "division"

    @property
    def plural(self) -> str:
        return f"{self.value}s"


@dataclass(frozen=True, kw_only=True)
class DeclaredName:
    """A name as it was declared first, and its description if it has one."""

    kind: NameKind
    name: str
    description: str | None = None


FIRST_PURPOSES = tuple(
    DeclaredName(kind=NameKind.PURPOSE, name=name) for name in ("marketing", "survey", "service")
)
"""The purposes that every installation has."""


def undeclared(kind: NameKind, nearest: str | None, path: str) -> UndeclaredName:
    """Returns the refusal of a name that is not declared. Its message suggests the nearest declared name."""
    suggestion = f" The nearest is {nearest}." if nearest is not None else ""
    message = f"This {kind} is not declared.{suggestion} Declare a new one by POST /api/{kind.plural}."
    return UndeclaredName(message, path=path, code="undeclared_name")
