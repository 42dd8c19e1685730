"""A customer: their details, contact points and external ids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import singledispatchmethod
from itertools import takewhile
from typing import Any, Self
from uuid import UUID

from domain.aggregates import Aggregate
from domain.customers.details import Channel, CustomerKind
from domain.customers.errors import ContactPointNotFound, ReservedForIdentifiers
from domain.customers.events import (
    ContactPointAdded,
    ContactPointRemoved,
    CustomerDetailsCorrected,
    CustomerRegistered,
    ExternalIdAdded,
)
from domain.customers.mailability import Mailability
from domain.customers.stated_values import UNSTATED, StatedValues
from domain.facts import Circumstances, Fact, derived_id
from domain.identifiers.profile_ids import is_identifier_profile_id
from domain.plain_text import one_of, optional_text, plain_text

LONGEST_LABEL = 50
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
DETAILS = ("name", "language", "country", "time_zone", "birth_date", "year_of_birth")


@dataclass(frozen=True, kw_only=True)
class HeldContactPoint:
    """A contact point of a customer, also after its removal. `labels` begin again after a removal.

    `forgotten`: its value can no longer be read.
    """

    channel: Channel
    address_id: UUID
    labels: StatedValues = UNSTATED
    removed: bool = False
    forgotten: bool = False


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
        """Registers a customer. `details` is a result of `spelled`.

        Raises ReservedForIdentifiers for the id of an identifier's profile: the customer would take the
        address, its link and its consents from the customer who holds it.
        """
        if is_identifier_profile_id(customer_id):
            raise ReservedForIdentifiers(path="customer_id", code="reserved")
        return cls.begin(
            CustomerRegistered,
            customer_id,
            circumstances,
            customer_id=customer_id,
            kind=one_of(kind, CustomerKind, "kind"),
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
        """Corrects the named details and attributes that change. The value None empties one."""
        at = circumstances.occurred_at
        otherwise = {
            name: value for name, value in details.items() if self.details[name].changed_by(at, value)
        }
        plain = self._attributes_otherwise(at, attributes, personal=False)
        personal = self._attributes_otherwise(at, personal_attributes or {}, personal=True)
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
        """Adds a contact point, another label to one, or the value of a forgotten one again. Returns its id.

        The id derives from customer, channel and address, so it is always the same for them.
        """
        contact_point_id = derived_id("contact-point", self.id, channel, address_id)
        optional_text(label, "label", LONGEST_LABEL)
        point = self.contact_points.get(contact_point_id)
        labels = UNSTATED if point is None or point.removed else point.labels
        relabelled = label is not None and labels.changed_by(circumstances.occurred_at, label)
        if point is None or point.removed or point.forgotten or relabelled:
            self.trigger(
                ContactPointAdded,
                circumstances,
                customer_id=self.id,
                contact_point_id=contact_point_id,
                channel=one_of(channel, Channel, "channel"),
                address_id=address_id,
                value=value if isinstance(value, str) else dict(value),
                label=label,
                region=region,
                domain_ids=domain_ids,
                mailability=mailability,
            )
        return contact_point_id

    def remove_contact_point(self, contact_point_id: UUID, circumstances: Circumstances) -> HeldContactPoint:
        """Removes and returns a contact point. Raises ContactPointNotFound if the customer never had it."""
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
        """Adds an external id, or the number of a forgotten one again."""
        if profile_id not in self.external_ids or profile_id in self.forgotten_external_ids:
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
        self.details = dict.fromkeys(DETAILS, UNSTATED)
        self.attributes: dict[str, StatedValues] = {}
        self._tell(fact, DETAILS)
        self.contact_points: dict[UUID, HeldContactPoint] = {}
        self.external_ids: dict[UUID, str] = {}
        self.forgotten_external_ids: set[UUID] = set()
        self.registered_with: dict[UUID, str | None] = {}

    @apply.register
    def _(self, fact: CustomerDetailsCorrected) -> None:
        self._tell(fact, [name for name in DETAILS if name in fact.corrected])

    @apply.register
    def _(self, fact: ContactPointAdded) -> None:
        known = self.contact_points.get(fact.contact_point_id)
        labels = UNSTATED if known is None else known.labels
        if fact.label is not None:
            labels = labels.and_then(fact.occurred_at, fact.label)
        self.contact_points[fact.contact_point_id] = HeldContactPoint(
            channel=fact.channel, address_id=fact.address_id, labels=labels, forgotten=fact.value is None
        )
        if _request(fact) == self.registered_by:
            self.registered_with[fact.contact_point_id] = fact.label

    @apply.register
    def _(self, fact: ContactPointRemoved) -> None:
        self.contact_points[fact.contact_point_id] = HeldContactPoint(
            channel=fact.channel, address_id=fact.address_id, removed=True
        )

    @apply.register
    def _(self, fact: ExternalIdAdded) -> None:
        self.external_ids[fact.profile_id] = fact.source
        if fact.number is None:
            self.forgotten_external_ids.add(fact.profile_id)
        else:
            self.forgotten_external_ids.discard(fact.profile_id)
        if _request(fact) == self.registered_by:
            self.registered_with[fact.profile_id] = None

    def _tell(self, fact: CustomerRegistered | CustomerDetailsCorrected, details: Iterable[str]) -> None:
        at = fact.occurred_at
        for name in details:
            self.details[name] = self.details[name].and_then(at, getattr(fact, name))
        for personal, tree in ((False, fact.attributes), (True, fact.personal_attributes or {})):
            for name, value in tree.items():
                known = self.attributes.get(name, UNSTATED)
                self.attributes[name] = known.and_then(at, (personal, value))

    def _attributes_otherwise(
        self, at: datetime, attributes: Mapping[str, Any], *, personal: bool
    ) -> dict[str, Any]:
        """Returns the attributes that change in value, or from personal to plain or back."""
        unknown = StatedValues(((BEFORE_ALL, (personal, None)),))
        return {
            name: value
            for name, value in attributes.items()
            if self.attributes.get(name, unknown).changed_by(at, (personal, value))
        }

    def holds(self, profile_id: UUID) -> bool:
        """Whether this is the profile of an external id or of a present address of the customer."""
        addresses = {point.address_id for point in self.contact_points.values() if not point.removed}
        return profile_id in addresses or profile_id in self.external_ids

    @property
    def registered_identifiers_forgotten(self) -> bool:
        """Whether a contact point or external id of the registration can no longer be read."""
        forgotten = {point_id for point_id, point in self.contact_points.items() if point.forgotten}
        return not self.registered_with.keys().isdisjoint(forgotten | self.forgotten_external_ids)

    def numbered_before(self, profile_id: UUID) -> dict[UUID, str]:
        """Returns the external ids added before this one, with their sources: all if this one is unknown."""
        return dict(takewhile(lambda known: known[0] != profile_id, self.external_ids.items()))

    def contact_point(self, contact_point_id: UUID) -> HeldContactPoint:
        """Returns a contact point, even if removed. Raises ContactPointNotFound if there was never one."""
        if contact_point_id not in self.contact_points:
            raise ContactPointNotFound()
        return self.contact_points[contact_point_id]


def _request(fact: Fact) -> tuple[object, ...]:
    """Returns the values that all facts of one request have in common."""
    return fact.correlation_id, fact.causation_id, fact.actor, fact.occurred_at
