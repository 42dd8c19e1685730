"""Schemas of a person's profiles, of what they allowed and forbade, and of their last months."""

from domain.customers.details import Channel, CustomerKind
from domain.customers.events import LinkBasis
from interfaces.http.contexts.customers.customer_reading_schemas import (
    ContactPointOut,
    ExternalIdOut,
    MoneyOut,
)
from interfaces.http.contexts.customers.schemas import LONGEST_PERSON_NAME
from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.common import PageOut, ReadOut
from interfaces.http.schemas.fields import Flag, Id, Instant, Many, Part, Position, Prose, Text, Whole, Word
from interfaces.http.schemas.fields.numbers import MANY


class ProfileOut(BodyOut):
    """One profile of a person, with what was stated about it alone.

    `registered`: whether it is a customer. Another one stands for an address or a number of the person: it has it as
    `contact_point` or `external_id`, with the customer who holds it, unless nobody holds it any more. `orders` includes
    cancelled ones, `value` does not; `open_complaints` are those that are not closed.
    """

    profile_id = Id(required=True)
    registered = Flag(required=True, attribute="is_registered")
    kind = Word(list(CustomerKind), required=True, allow_none=True)
    name = Text(required=True, allow_none=True, longest=LONGEST_PERSON_NAME)
    contact_point = Part(ContactPointOut, required=True, allow_none=True)
    external_id = Part(ExternalIdOut, required=True, allow_none=True)
    consents = Whole(required=True, low=0, high=MANY)
    complaints = Whole(required=True, low=0, high=MANY)
    open_complaints = Whole(required=True, low=0, high=MANY)
    touchpoints = Whole(required=True, low=0, high=MANY)
    orders = Whole(required=True, low=0, high=MANY)
    value = Many(Part(MoneyOut), required=True)


class ProfileLinkOut(BodyOut):
    """A link that holds: `profile_id` is the same person as the customer `other_profile_id`.

    `basis`: identifier, if this customer holds the profile's address or number, or stated, if somebody stated the link.
    `DELETE /api/customers/{other_profile_id}/links/{profile_id}` ends it.
    """

    profile_id = Id(required=True)
    other_profile_id = Id(required=True, attribute="other_id")
    basis = Word(list(LinkBasis), required=True)
    position = Position(required=True)


class ProfilesOut(ReadOut):
    """The profiles of a person, and the links among them in the log's order.

    `customer_id`: the profile whose id stands for the person. Profiles that only links join are on their own again
    when these end: nothing is copied from one to the other.
    """

    customer_id = Id(required=True)
    asked_for = Id()
    items = Many(Part(ProfileOut), required=True)
    links = Many(Part(ProfileLinkOut), required=True)


class EvidenceOut(BodyOut):
    """Where and in which words consent was given."""

    source = Text(required=True)
    text = Prose(allow_none=True)


class StatementOut(BodyOut):
    """A consent (`granted`) or a withdrawal, as it was stated. A null field of the scope means all.

    `actor`: who recorded it. `evidence` of a consent and `reason` of a withdrawal are null if nothing was stated, and
    once their profile key is deleted.
    """

    customer_id = Id(required=True)
    channel = Word(list(Channel), allow_none=True)
    contact_point_id = Id(allow_none=True)
    purpose = Text(allow_none=True)
    topic = Text(allow_none=True)
    brand = Text(allow_none=True)
    granted = Flag(required=True)
    occurred_at = Instant(required=True)
    recorded_at = Instant(required=True)
    expires_at = Instant(allow_none=True)
    actor = Text(required=True)
    evidence = Part(EvidenceOut, allow_none=True)
    reason = Prose(allow_none=True)
    position = Position(required=True)


class StatementsOut(PageOut):
    """The consents and withdrawals of a person, the one recorded last first."""

    customer_id = Id(required=True)
    asked_for = Id()
    items = Many(Part(StatementOut), required=True)


class MonthOut(BodyOut):
    """A calendar month. `value`: the amounts of the orders placed in it, less refunds and cancelled orders."""

    month = Text(required=True, metadata={"description": "The year and the month.", "example": "2026-11"})
    touchpoints = Whole(required=True, low=0, high=MANY)
    orders = Whole(required=True, low=0, high=MANY)
    value = Many(Part(MoneyOut), required=True)


class MonthsOut(ReadOut):
    """The 24 calendar months up to the present or past moment, the oldest first, by the installation's time zone."""

    customer_id = Id(required=True)
    asked_for = Id()
    time_zone = Text(required=True)
    items = Many(Part(MonthOut), required=True)
