"""The facts about what an installation declares: names, and attributes that may be stored unencrypted."""

from dataclasses import dataclass

from domain.catalogue.attribute_types import AttributeScope, AttributeType
from domain.catalogue.names import NameKind
from domain.facts import Fact, stored


@stored("catalogue.NameDeclared")
@dataclass(frozen=True, kw_only=True)
class NameDeclared(Fact):
    """A name was declared. Facts and campaigns may use it from now on."""

    kind: NameKind
    name: str
    name_folded: str
    description: str | None = None


@stored("catalogue.AttributeDeclared")
@dataclass(frozen=True, kw_only=True)
class AttributeDeclared(Fact):
    """The type of an attribute was declared.

    A personal attribute stays encrypted.
    """

    name: str
    scope: AttributeScope
    type: AttributeType
    personal: bool
