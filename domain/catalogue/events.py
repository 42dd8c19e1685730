"""The facts about what an installation declares: purposes, and attributes that may stand in the clear."""

from dataclasses import dataclass

from domain.facts import Fact, stored


@stored("catalogue.PurposeDeclared")
@dataclass(frozen=True, kw_only=True)
class PurposeDeclared(Fact):
    """Consents and campaigns may name this purpose."""

    name: str
    description: str | None = None


@stored("catalogue.AttributeDeclared")
@dataclass(frozen=True, kw_only=True)
class AttributeDeclared(Fact):
    """An attribute of a customer, touchpoint or order has this type; a personal one stays encrypted."""

    name: str
    scope: str
    type: str
    personal: bool
