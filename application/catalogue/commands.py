"""What an installation declares."""

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
    """Scope: customer, touchpoint or order. Type: text, number, boolean, date or instant."""

    name: str
    scope: str
    type: str
    personal: bool = False
