"""The facts about suppressions that somebody, or a next hop's refusal, imposed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.facts import CustomerFact, PersonalText, stored


class SuppressionScope(StrEnum):
    """What a suppression is said of."""

    CUSTOMER = "customer"
    ADDRESS = "address"
    DOMAIN = "domain"


@stored("suppressions.SuppressionImposed")
@dataclass(frozen=True, kw_only=True)
class SuppressionImposed(CustomerFact):
    """Messages are stopped for this reason, from here on until it expires or is lifted.

    `customer_id` is the customer's profile, or the one that the
    address or the domain stands for. `only_channel`, `only_purpose` and `only_brand` narrow it; absent = all.
    `address` is the address or domain as it was told. `message_id`: the message whose refusal imposed it.
    """

    reason: str
    scope: SuppressionScope
    only_channel: str | None = None
    only_purpose: str | None = None
    only_purpose_folded: str | None = None
    only_brand: str | None = None
    only_brand_folded: str | None = None
    until: datetime | None = None
    message_id: UUID | None = None
    address: PersonalText = None
    note: PersonalText = None


@stored("suppressions.SuppressionLifted")
@dataclass(frozen=True, kw_only=True)
class SuppressionLifted(CustomerFact):
    """It stops nothing any more from here on; `why` is what the operator wrote."""

    why: PersonalText = None
