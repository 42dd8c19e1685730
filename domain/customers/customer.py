"""A customer: their details, how to reach them, and what other systems number them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import singledispatchmethod
from itertools import takewhile
from typing import Any, Self
from uuid import UUID

from domain.customers.details import Channel, CustomerKind
from domain.customers.errors import ContactPointNotFound
from domain.customers.events import (
    ContactPointAdded,
    ContactPointRemoved,
    CustomerDetailsCorrected,
    CustomerRegistered,
    ExternalIdAdded,
)
from domain.customers.mailability import Mailability
from domain.facts import Aggregate, Circumstances, Fact, derived_id
from domain.plain_text import one_of, optional_text, plain_text

LONGEST_LABEL = 50


@dataclass(frozen=True, kw_only=True)
class ContactPoint:
    """Where a customer is, or was, to be reached."""

    channel: str
    address_id: UUID
    label: str | None
    removed: bool = False


class Customer(Aggregate, begun_by=(CustomerRegistered,)):
    """A source profile that was registered as a customer of its own."""

    @classmethod
    def register(
        cls,
        customer_id: UUID,
        circumstances: Circumstances,
        *,
        kind: str,
        details: Mapping[str, Any],
        attributes: Mapping[str, Any],
        personal_attributes: Mapping[str, Any] | None,
    ) -> Self:
        """`details` as `spelled` gives them."""
        return cls.begin(
            CustomerRegistered,
            customer_id,
            circumstances,
            customer_id=customer_id,
            kind=one_of(kind, list(CustomerKind), "kind"),
            attributes=dict(attributes),
            personal_attributes=dict(personal_attributes) if personal_attributes else None,
            **details,
        )

    def correct_details(
        self,
        circumstances: Circumstances,
        *,
        details: Mapping[str, Any],
        attributes: Mapping[str, Any],
        personal_attributes: Mapping[str, Any] | None,
    ) -> None:
        """Only what is named is corrected; None empties it. Attributes are corrected one by one."""
        otherwise = {name: value for name, value in details.items() if self.details[name] != value}
        plain = _otherwise(attributes, self.attributes, self.personal_attributes)
        personal = _otherwise(personal_attributes or {}, self.personal_attributes, self.attributes)
        corrected = (*sorted(otherwise), *(["attributes"] if plain or personal else []))
        if corrected:
            self.trigger(
                CustomerDetailsCorrected,
                circumstances,
                customer_id=self.id,
                corrected=corrected,
                attributes=plain,
                personal_attributes=personal or None,
                **otherwise,
            )

    def add_contact_point(
        self,
        circumstances: Circumstances,
        *,
        channel: str,
        address_id: UUID,
        value: str | Mapping[str, Any],
        label: str | None = None,
        region: str | None = None,
        domain_ids: tuple[UUID, ...] = (),
        mailability: Mailability | None = None,
    ) -> UUID:
        """The contact point's id, which is always the same for this customer, channel and address."""
        contact_point_id = derived_id("contact-point", self.id, channel, address_id)
        optional_text(label, "label", LONGEST_LABEL)
        point = self.contact_points.get(contact_point_id)
        if point is None or point.removed or label not in (None, point.label):
            self.trigger(
                ContactPointAdded,
                circumstances,
                customer_id=self.id,
                contact_point_id=contact_point_id,
                channel=one_of(channel, list(Channel), "channel"),
                address_id=address_id,
                value=value if isinstance(value, str) else dict(value),
                label=label,
                region=region,
                domain_ids=domain_ids,
                mailability=mailability,
            )
        return contact_point_id

    def remove_contact_point(self, contact_point_id: UUID, circumstances: Circumstances) -> ContactPoint:
        """The removed one. ContactPointNotFound where this customer never had it."""
        point = self.contact_point(contact_point_id)
        if not point.removed:
            self.trigger(
                ContactPointRemoved,
                circumstances,
                customer_id=self.id,
                contact_point_id=contact_point_id,
                channel=point.channel,
                address_id=point.address_id,
            )
        return point

    def add_external_id(
        self, circumstances: Circumstances, *, source: str, number: str, profile_id: UUID
    ) -> None:
        if profile_id not in self.external_ids:
            self.trigger(
                ExternalIdAdded,
                circumstances,
                customer_id=self.id,
                source=plain_text(source, "source"),
                number=number,
                profile_id=profile_id,
            )

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Facts of other kinds change nothing."""

    @apply.register
    def _(self, fact: CustomerRegistered) -> None:
        self.registered_by = _request(fact)
        self.details = {
            "name": fact.name,
            "language": fact.language,
            "country": fact.country,
            "time_zone": fact.time_zone,
            "birth_date": fact.birth_date,
            "year_of_birth": fact.year_of_birth,
        }
        self.attributes = dict(fact.attributes)
        self.personal_attributes = dict(fact.personal_attributes or {})
        self.contact_points: dict[UUID, ContactPoint] = {}
        self.external_ids: dict[UUID, str] = {}
        self.registered_with: dict[UUID, str | None] = {}

    @apply.register
    def _(self, fact: CustomerDetailsCorrected) -> None:
        named = fact.corrected
        self.details.update({name: getattr(fact, name) for name in self.details if name in named})
        plain, personal = fact.attributes, fact.personal_attributes or {}
        self.attributes = {**_without(personal, self.attributes), **plain}
        self.personal_attributes = {**_without(plain, self.personal_attributes), **personal}

    @apply.register
    def _(self, fact: ContactPointAdded) -> None:
        self.contact_points[fact.contact_point_id] = ContactPoint(
            channel=fact.channel, address_id=fact.address_id, label=fact.label
        )
        if _request(fact) == self.registered_by:
            self.registered_with[fact.contact_point_id] = fact.label

    @apply.register
    def _(self, fact: ContactPointRemoved) -> None:
        self.contact_points[fact.contact_point_id] = ContactPoint(
            channel=fact.channel, address_id=fact.address_id, label=None, removed=True
        )

    @apply.register
    def _(self, fact: ExternalIdAdded) -> None:
        self.external_ids[fact.profile_id] = fact.source
        if _request(fact) == self.registered_by:
            self.registered_with[fact.profile_id] = None

    def holds(self, profile_id: UUID) -> bool:
        """Whether an external id or an address of this customer stands for this profile."""
        addresses = {point.address_id for point in self.contact_points.values() if not point.removed}
        return profile_id in addresses or profile_id in self.external_ids

    def numbered_before(self, profile_id: UUID) -> dict[UUID, str]:
        """The external ids that came before this one, with their sources; all of them for another profile."""
        return dict(takewhile(lambda known: known[0] != profile_id, self.external_ids.items()))

    def contact_point(self, contact_point_id: UUID) -> ContactPoint:
        """It may have been removed. ContactPointNotFound where this customer never had it."""
        if contact_point_id not in self.contact_points:
            raise ContactPointNotFound()
        return self.contact_points[contact_point_id]


def _otherwise(
    told: Mapping[str, Any], known: Mapping[str, Any], elsewhere: Mapping[str, Any]
) -> dict[str, Any]:
    """What is told anew. A name is known elsewhere when it was declared, or declared plain, since."""
    return {name: value for name, value in told.items() if name in elsewhere or known.get(name) != value}


def _without(names: Mapping[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in tree.items() if name not in names}


def _request(fact: Fact) -> tuple[object, ...]:
    """What the facts of one request have in common."""
    return fact.correlation_id, fact.causation_id, fact.actor, fact.occurred_at
