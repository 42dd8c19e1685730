"""Schemas of declared names and attributes."""

from domain.catalogue.attribute_types import AttributeScope, AttributeType
from domain.catalogue.catalogue import ATTRIBUTE_NAME
from domain.catalogue.names import LONGEST_DECLARED_NAME
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import PageOut, StoredOut
from interfaces.http.schemas.fields import Flag, Many, Part, Prose, Text, Word

LONGEST_DESCRIPTION = 2_000


class DeclareNameIn(BodyIn):
    """A name that facts and campaigns may use. Names that differ only in case and margins are the same."""

    name = Text(required=True, longest=LONGEST_DECLARED_NAME)
    description = Prose(longest=LONGEST_DESCRIPTION)


class DeclareAttributeIn(BodyIn):
    """An attribute. If it is not personal, its values are stored in the clear and may be used in criteria."""

    name = Text(required=True, pattern=f"^{ATTRIBUTE_NAME.pattern}$")
    scope = Word(list(AttributeScope), required=True)
    type = Word(list(AttributeType), required=True)
    personal = Flag()


class NameStoredOut(StoredOut):
    """The name as it was declared first."""

    name = Text(required=True)


class AttributeStoredOut(NameStoredOut):
    """The declared attribute."""

    scope = Word(list(AttributeScope), required=True)


class NameOut(BodyOut):
    """A declared name."""

    name = Text(required=True)
    description = Prose(allow_none=True, longest=LONGEST_DESCRIPTION)


class NamesOut(PageOut):
    """Declared names of one kind, by name."""

    items = Many(Part(NameOut), required=True)


class AttributeOut(BodyOut):
    """A declared attribute."""

    name = Text(required=True)
    scope = Word(list(AttributeScope), required=True)
    type = Word(list(AttributeType), required=True)
    personal = Flag(required=True)


class AttributesOut(PageOut):
    """Attributes by scope and name."""

    items = Many(Part(AttributeOut), required=True)
