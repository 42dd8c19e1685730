"""The commands about the catalogue."""

from dataclasses import dataclass

from domain.catalogue.names import NameKind


@dataclass(frozen=True, kw_only=True)
class DeclareName:
    """Declares a purpose, topic, brand or division."""

    kind: NameKind
    name: str
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class DeclareAttribute:
    """Declares an attribute. The scope is customer, touchpoint or order.

    The type is text, number, boolean, date or instant.
    """

    name: str
    scope: str
    type: str
    personal: bool = False
