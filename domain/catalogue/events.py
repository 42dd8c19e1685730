"""The facts about what an installation declares: names, and attributes that may be stored unencrypted."""

from dataclasses import dataclass

from domain.facts import Fact, stored


@stored("catalogue.NameDeclared")
@dataclass(frozen=True, kw_only=True)
class NameDeclared(Fact):
    """A name was declared. Facts and campaigns may use it from now on.

    `kind` says whether it is a purpose, topic, brand or division.
    """

    kind: str
    name: str
    name_folded: str
    description: str | None = None


@stored("catalogue.AttributeDeclared")
@dataclass(frozen=True, kw_only=True)
class AttributeDeclared(Fact):
    """The type of an attribute was declared. The scope is customer, touchpoint or order.

    A personal attribute stays encrypted.
    """

    name: str
    scope: str
    type: str
    personal: bool
