"""The facts about what an installation declares: names, and attributes that may stand in the clear."""

from dataclasses import dataclass

from domain.facts import Fact, stored


@stored("catalogue.NameDeclared")
@dataclass(frozen=True, kw_only=True)
class NameDeclared(Fact):
    """Facts and campaigns may name this purpose, topic, brand or division, as `kind` says."""

    kind: str
    name: str
    name_folded: str
    description: str | None = None


@stored("catalogue.AttributeDeclared")
@dataclass(frozen=True, kw_only=True)
class AttributeDeclared(Fact):
    """An attribute of a customer, touchpoint or order has this type; a personal one stays encrypted."""

    name: str
    scope: str
    type: str
    personal: bool
