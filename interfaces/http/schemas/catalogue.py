"""Schemas of declared purposes and attributes."""

from domain.catalogue.attribute_types import AttributeType
from domain.catalogue.catalogue import ATTRIBUTE_NAME, PURPOSE_NAME, Scope
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import PageOut, StoredOut
from interfaces.http.schemas.fields import Flag, Many, Part, Prose, Text, Word

LONGEST_DESCRIPTION = 2_000


class DeclarePurposeIn(BodyIn):
    """A purpose that consents and campaigns may name."""

    name = Text(required=True, pattern=f"^{PURPOSE_NAME.pattern}$")
    description = Prose(longest=LONGEST_DESCRIPTION)


class DeclareAttributeIn(BodyIn):
    """An attribute. If it is not personal, its values are stored in the clear and may be used in criteria."""

    name = Text(required=True, pattern=f"^{ATTRIBUTE_NAME.pattern}$")
    scope = Word(list(Scope), required=True)
    type = Word(list(AttributeType), required=True)
    personal = Flag()


class PurposeStoredOut(StoredOut):
    """The declared purpose."""

    name = Text(required=True)


class AttributeStoredOut(PurposeStoredOut):
    """The declared attribute."""

    scope = Word(list(Scope), required=True)


class PurposeOut(BodyOut):
    """A declared purpose."""

    name = Text(required=True)
    description = Prose(allow_none=True, longest=LONGEST_DESCRIPTION)


class PurposesOut(PageOut):
    """Purposes by name."""

    items = Many(Part(PurposeOut), required=True)


class AttributeOut(BodyOut):
    """A declared attribute."""

    name = Text(required=True)
    scope = Word(list(Scope), required=True)
    type = Word(list(AttributeType), required=True)
    personal = Flag(required=True)


class AttributesOut(PageOut):
    """Attributes by scope and name."""

    items = Many(Part(AttributeOut), required=True)
