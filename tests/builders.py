"""Builds facts for tests, each with the next version of its stream."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID, uuid5

from domain.complaints.events import (
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintOpened,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResponded,
)
from domain.customers.events import (
    ConsentGranted,
    ConsentWithdrawn,
    ContactPointAdded,
    ContactPointRemoved,
    CustomerDetailsCorrected,
    CustomerRegistered,
    ExternalIdAdded,
    IdentifierHolderAdded,
    IdentifierHolderRemoved,
    LinkBasis,
    ProfileLinked,
    ProfileUnlinked,
)
from domain.customers.mailability import Mailability
from domain.facts import Fact, derived_id, folded_fields, stream_of
from domain.orders.events import OrderCancelled, OrderLine, OrderPlaced, OrderRefunded
from domain.suppressions.events import SuppressionImposed, SuppressionLifted
from domain.touchpoints.events import TouchpointRecorded

NAMES = UUID("5b8f4a0e-6d0e-4c55-8a53-0a5a5f1f7a01")
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

F = TypeVar("F", bound=Fact)


def named(name: str) -> UUID:
    """Returns the id of a name: the same id for the same name in every test."""
    return uuid5(NAMES, name)


class Story:
    """Collects facts in the order of the calls. Without an instant, fact n occurs n minutes after `start`."""

    def __init__(self, start: datetime = START) -> None:
        self.facts: list[Fact] = []
        self._versions: Counter[UUID] = Counter()
        self._start = start

    def tell(
        self, fact_class: type[F], aggregate_id: UUID, *, at: datetime | None = None, **values: Any
    ) -> F:
        """Adds a fact of any class. The methods below choose the ids and fill in defaults."""
        stream_id = stream_of(fact_class.stream_kind, aggregate_id)
        self._versions[stream_id] += 1
        fact = fact_class(
            originator_id=aggregate_id,
            originator_version=self._versions[stream_id],
            occurred_at=at or self._start + timedelta(minutes=len(self.facts)),
            actor="tests",
            correlation_id=named(f"request {len(self.facts)}"),
            **values,
            **folded_fields(fact_class, values),
        )
        self.facts.append(fact)
        return fact

    # Customers

    def register(self, customer_id: UUID, *, kind: str = "person", **values: Any) -> CustomerRegistered:
        values = {"attributes": {}, **values}
        return self.tell(CustomerRegistered, customer_id, customer_id=customer_id, kind=kind, **values)

    def correct(self, customer_id: UUID, *, at: datetime | None = None, **corrected: Any) -> Fact:
        """Corrects the given fields to new values. `personal_attributes` count as the field attributes."""
        names = tuple("attributes" if name == "personal_attributes" else name for name in corrected)
        return self.tell(
            CustomerDetailsCorrected,
            customer_id,
            at=at,
            customer_id=customer_id,
            corrected=tuple(dict.fromkeys(names)),
            **corrected,
        )

    def add_contact_point(
        self, customer_id: UUID, value: str, *, channel: str = "email", **values: Any
    ) -> ContactPointAdded:
        values = {
            "mailability": Mailability.ANYWHERE if channel == "email" else None,
            "domain_ids": (),
            "address_id": named(value),
            **values,
        }
        return self.tell(
            ContactPointAdded,
            customer_id,
            customer_id=customer_id,
            contact_point_id=derived_id("contact point", customer_id, channel, value),
            channel=channel,
            value=value,
            **values,
        )

    def remove_contact_point(self, added: ContactPointAdded, **values: Any) -> ContactPointRemoved:
        return self.tell(
            ContactPointRemoved,
            added.customer_id,
            customer_id=added.customer_id,
            contact_point_id=added.contact_point_id,
            channel=added.channel,
            address_id=added.address_id,
            **values,
        )

    def add_external_id(self, customer_id: UUID, number: str, *, source: str = "erp") -> ExternalIdAdded:
        return self.tell(
            ExternalIdAdded,
            customer_id,
            customer_id=customer_id,
            source=source,
            profile_id=named(f"{source}:{number}"),
            number=number,
        )

    # Identity

    def link(self, profile_id: UUID, other: UUID, *, basis: str = "identifier") -> ProfileLinked:
        return self._of_profile(ProfileLinked, profile_id, other_profile_id=other, basis=LinkBasis(basis))

    def unlink(self, profile_id: UUID, other: UUID, *, basis: str = "identifier") -> ProfileUnlinked:
        return self._of_profile(ProfileUnlinked, profile_id, other_profile_id=other, basis=LinkBasis(basis))

    def share(self, profile_id: UUID, holder: UUID) -> IdentifierHolderAdded:
        return self._of_profile(IdentifierHolderAdded, profile_id, holder_id=holder, contradicts=False)

    def contradict(self, profile_id: UUID, holder: UUID) -> IdentifierHolderAdded:
        return self._of_profile(IdentifierHolderAdded, profile_id, holder_id=holder, contradicts=True)

    def release(self, profile_id: UUID, holder: UUID) -> IdentifierHolderRemoved:
        return self._of_profile(IdentifierHolderRemoved, profile_id, holder_id=holder)

    def _of_profile(self, fact_class: type[F], profile_id: UUID, **values: Any) -> F:
        return self.tell(fact_class, profile_id, customer_id=profile_id, **values)

    # Consents

    def grant(
        self, customer_id: UUID, *, purpose: str = "marketing", channel: str = "email", **values: Any
    ) -> ConsentGranted:
        return self.tell(
            ConsentGranted,
            customer_id,
            customer_id=customer_id,
            purpose=purpose,
            channel=channel,
            **values,
        )

    def withdraw(self, customer_id: UUID, **values: Any) -> ConsentWithdrawn:
        return self.tell(ConsentWithdrawn, customer_id, customer_id=customer_id, **values)

    # Touchpoints, orders, complaints

    def touch(
        self,
        customer_id: UUID,
        *,
        kind: str = "visit",
        channel: str = "web",
        direction: str = "inbound",
        source: str = "shop",
        **values: Any,
    ) -> TouchpointRecorded:
        source_message_id = values.pop("source_message_id", f"{customer_id} {len(self.facts)}")
        return self.tell(
            TouchpointRecorded,
            derived_id("touchpoint", source, source_message_id),
            customer_id=customer_id,
            kind=kind,
            channel=channel,
            direction=direction,
            source=source,
            source_message_id=source_message_id,
            **{"machine": False, "properties": {}, **values},
        )

    def order(
        self,
        customer_id: UUID,
        amount: str,
        *,
        currency: str = "EUR",
        number: str | None = None,
        **values: Any,
    ) -> OrderPlaced:
        number = number or f"{customer_id} {len(self.facts)}"
        lines = values.pop("lines", (OrderLine(sku="A-1", quantity=Decimal(1), amount=Decimal(amount)),))
        return self.tell(
            OrderPlaced,
            derived_id("order", "shop", number),
            customer_id=customer_id,
            currency=currency,
            lines=lines,
            source="shop",
            number=number,
            **values,
        )

    def cancel_order(self, order: OrderPlaced, amount: str, **values: Any) -> OrderCancelled:
        return self._of_order(OrderCancelled, order, amount, **values)

    def refund(self, order: OrderPlaced, amount: str, **values: Any) -> OrderRefunded:
        refund_id = values.pop("refund_id", f"refund {len(self.facts)}")
        return self._of_order(OrderRefunded, order, amount, refund_id=refund_id, **values)

    def _of_order(self, fact_class: type[F], order: OrderPlaced, amount: str, **values: Any) -> F:
        return self.tell(
            fact_class,
            order.originator_id,
            customer_id=order.customer_id,
            currency=order.currency,
            amount=Decimal(amount),
            **values,
        )

    def complain(
        self,
        customer_id: UUID,
        *,
        severity: str = "normal",
        category: str = "delivery",
        channel: str = "phone",
        **values: Any,
    ) -> ComplaintOpened:
        return self.tell(
            ComplaintOpened,
            values.pop("complaint_id", named(f"complaint {customer_id} {len(self.facts)}")),
            customer_id=customer_id,
            severity=severity,
            category=category,
            channel=channel,
            **values,
        )

    def respond(self, complaint: ComplaintOpened, **values: Any) -> ComplaintResponded:
        return self._of_complaint(ComplaintResponded, complaint, **values)

    def escalate(self, complaint: ComplaintOpened, **values: Any) -> ComplaintEscalated:
        return self._of_complaint(ComplaintEscalated, complaint, **values)

    def resolve(self, complaint: ComplaintOpened, **values: Any) -> ComplaintResolved:
        return self._of_complaint(ComplaintResolved, complaint, **values)

    def close(
        self,
        complaint: ComplaintOpened,
        *,
        outcome: str = "upheld",
        root_cause: str = "carrier",
        **values: Any,
    ) -> ComplaintClosed:
        return self._of_complaint(
            ComplaintClosed, complaint, outcome=outcome, root_cause=root_cause, **values
        )

    def reopen(self, complaint: ComplaintOpened, **values: Any) -> ComplaintReopened:
        return self._of_complaint(ComplaintReopened, complaint, **values)

    def _of_complaint(self, fact_class: type[F], complaint: ComplaintOpened, **values: Any) -> F:
        return self.tell(fact_class, complaint.originator_id, customer_id=complaint.customer_id, **values)

    # Suppressions

    def impose(
        self,
        profile_id: UUID,
        *,
        reason_code: str = "OPERATOR_EXCLUDED",
        scope: str = "customer",
        **values: Any,
    ) -> SuppressionImposed:
        """Suppresses a profile: a customer, or the profile of an address or a domain."""
        return self.tell(
            SuppressionImposed,
            values.pop("suppression_id", named(f"suppression {profile_id} {len(self.facts)}")),
            customer_id=profile_id,
            reason_code=reason_code,
            scope=scope,
            **values,
        )

    def lift(self, imposed: SuppressionImposed, **values: Any) -> SuppressionLifted:
        return self.tell(SuppressionLifted, imposed.originator_id, customer_id=imposed.customer_id, **values)
