"""Schemas of customers, contact points, external ids and links."""

from typing import Any, ClassVar

from application.customers.commands import GivenContactPoint, GivenExternalId
from domain.customers.details import COUNTRIES, Channel, CustomerKind
from interfaces.http.schemas.base import BodyIn
from interfaces.http.schemas.common import StatementIn, StoredOut
from interfaces.http.schemas.fields import LONGEST_NUMBER, Day, Id, Many, Part, Text, TextOr, Tree, Word

LONGEST_PERSON_NAME = 500
LONGEST_LANGUAGE = 35
LONGEST_ZONE = 64

VALUE_BY_CHANNEL = {
    "if": {"properties": {"channel": {"const": Channel.POST.value}}},
    "then": {"properties": {"value": {"type": "object"}}},
    "else": {"properties": {"value": {"type": "string"}}},
}
"""The rule that `value` is an object on the channel post, and a string on any other channel."""


class Country(Text):
    """A country's two letters of ISO 3166, read in capital and small letters alike. The domain refuses other texts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def described(self) -> dict[str, Any]:
        return {"enum": [*sorted(COUNTRIES), *([None] if self.allow_none else [])]}


class PostalAddressIn(BodyIn):
    """A postal address, line by line."""

    lines = Many(Text(), required=True, least=1, most=10)
    city = Text()
    postal_code = Text()
    country = Text()


class ContactPointIn(BodyIn):
    """A contact point. `value` is a postal address on the channel post, else a text."""

    channel = Word(list(Channel), required=True)
    value = TextOr(PostalAddressIn, required=True)
    label = Text()
    rules: ClassVar = VALUE_BY_CHANNEL
    makes: ClassVar = GivenContactPoint


class ExternalIdIn(BodyIn):
    """The number that another system, the source, gives a customer."""

    source = Text(required=True)
    number = Text(required=True, longest=LONGEST_NUMBER)
    makes: ClassVar = GivenExternalId


class RegisterCustomerIn(StatementIn):
    """A new customer. Attributes that are not declared as plain are stored encrypted."""

    customer_id = Id()
    kind = Word(list(CustomerKind), required=True)
    name = Text(longest=LONGEST_PERSON_NAME)
    language = Text(longest=LONGEST_LANGUAGE)
    country = Country()
    time_zone = Text(longest=LONGEST_ZONE)
    birth_date = Day()
    contact_points = Many(Part(ContactPointIn), most=100)
    external_ids = Many(Part(ExternalIdIn), most=100)
    attributes = Tree()


class CorrectCustomerDetailsIn(StatementIn):
    """Corrected details. Null empties a field; an omitted field stays."""

    name = Text(allow_none=True, longest=LONGEST_PERSON_NAME)
    language = Text(allow_none=True, longest=LONGEST_LANGUAGE)
    country = Country(allow_none=True)
    time_zone = Text(allow_none=True, longest=LONGEST_ZONE)
    birth_date = Day(allow_none=True)
    attributes = Tree()


class AddContactPointIn(StatementIn):
    """A further contact point of the customer."""

    channel = Word(list(Channel), required=True)
    value = TextOr(PostalAddressIn, required=True)
    label = Text()
    rules: ClassVar = VALUE_BY_CHANNEL


class AddExternalIdIn(StatementIn):
    """A further number that another system gives the customer."""

    source = Text(required=True)
    number = Text(required=True, longest=LONGEST_NUMBER)


class LinkProfileIn(StatementIn):
    """A profile that is the same person."""

    profile_id = Id(required=True)


class CustomerStoredOut(StoredOut):
    """The customer of the stored fact."""

    customer_id = Id(required=True)


class CustomerCorrectedOut(CustomerStoredOut):
    """The corrected customer. `asked_for` is present if the request named another, merged id."""

    asked_for = Id()


class ContactPointStoredOut(CustomerStoredOut):
    """The contact point, whose id consents may name."""

    contact_point_id = Id(required=True)


class ExternalIdStoredOut(CustomerStoredOut):
    """The profile that the number stands for."""

    profile_id = Id(required=True)


class LinkStoredOut(ExternalIdStoredOut):
    """The two profiles that are, or no longer are, one person."""
