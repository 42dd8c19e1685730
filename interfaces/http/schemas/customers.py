"""Customers: registered, corrected, reached, numbered, linked."""

from typing import Any, ClassVar

import marshmallow as ma

from application.customers.commands import GivenContactPoint, GivenExternalId
from interfaces.http.schemas.base import BodyIn
from interfaces.http.schemas.common import StatementIn, StoredOut
from interfaces.http.schemas.fields import LONGEST_NUMBER, Day, Id, Many, Part, Text, TextOr, Tree, Word

KINDS = ("person", "organisation")
CHANNELS = ("email", "phone", "sms", "post", "social", "push")
LONGEST_PERSON_NAME = 500
LONGEST_LANGUAGE = 35
LONGEST_ZONE = 64

VALUE_BY_CHANNEL = {
    "if": {"properties": {"channel": {"const": "post"}}},
    "then": {"properties": {"value": {"type": "object"}}},
    "else": {"properties": {"value": {"type": "string"}}},
}
"""The rule that an address of post has parts, and any other is a text."""


class PostalAddressIn(BodyIn):
    """A postal address, line by line."""

    lines = Many(Text(), required=True, least=1, most=10)
    city = Text()
    postal_code = Text()
    country = Text()


class ContactPointIn(BodyIn):
    """How a customer can be reached; of channel post `value` is a postal address, else a text."""

    channel = Word(CHANNELS, required=True)
    value = TextOr(PostalAddressIn, required=True)
    label = Text()
    rules: ClassVar = VALUE_BY_CHANNEL

    @ma.post_load
    def _given(self, body: dict[str, Any], **_: Any) -> GivenContactPoint:
        return GivenContactPoint(**body)


class ExternalIdIn(BodyIn):
    """The number that another system, the source, gives a customer."""

    source = Text(required=True)
    number = Text(required=True, longest=LONGEST_NUMBER)

    @ma.post_load
    def _given(self, body: dict[str, Any], **_: Any) -> GivenExternalId:
        return GivenExternalId(**body)


class RegisterCustomerIn(StatementIn):
    """A new customer. Attributes that are not declared as plain are kept encrypted."""

    customer_id = Id()
    kind = Word(KINDS, required=True)
    name = Text(longest=LONGEST_PERSON_NAME)
    language = Text(longest=LONGEST_LANGUAGE)
    country = Text(longest=2)
    time_zone = Text(longest=LONGEST_ZONE)
    birth_date = Day()
    contact_points = Many(Part(ContactPointIn), most=100)
    external_ids = Many(Part(ExternalIdIn), most=100)
    attributes = Tree()


class CorrectCustomerDetailsIn(StatementIn):
    """What was wrong or is otherwise now; null empties."""

    name = Text(allow_none=True, longest=LONGEST_PERSON_NAME)
    language = Text(allow_none=True, longest=LONGEST_LANGUAGE)
    country = Text(allow_none=True, longest=2)
    time_zone = Text(allow_none=True, longest=LONGEST_ZONE)
    birth_date = Day(allow_none=True)
    attributes = Tree()


class AddContactPointIn(StatementIn):
    """A further way to reach the customer."""

    channel = Word(CHANNELS, required=True)
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
    """Whose fact it is."""

    customer_id = Id(required=True)


class CustomerCorrectedOut(CustomerStoredOut):
    """Whose details they are. `asked_for` is there where another id was named, which is merged into this one."""

    asked_for = Id()


class ContactPointStoredOut(CustomerStoredOut):
    """The contact point, to be named by consents."""

    contact_point_id = Id(required=True)


class ExternalIdStoredOut(CustomerStoredOut):
    """The profile that the number stands for."""

    profile_id = Id(required=True)


class LinkStoredOut(ExternalIdStoredOut):
    """The two that are (or are no longer) one person."""
