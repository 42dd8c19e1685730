"""Checked criteria: a closed tree of plain values."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from domain.catalogue.attribute_types import AttributeType

Value = str | bool | Decimal | date | datetime


@dataclass(frozen=True, kw_only=True)
class AllOf:
    """Everyone who matches all items. Without items: everyone."""

    items: tuple["Criteria", ...]


@dataclass(frozen=True, kw_only=True)
class AnyOf:
    """Everyone who matches at least one item."""

    items: tuple["Criteria", ...]


@dataclass(frozen=True, kw_only=True)
class Not:
    """Everyone who does not match the item."""

    item: "Criteria"


@dataclass(frozen=True, kw_only=True)
class Compare:
    """Compares a field with a value of its type, with a tuple for `in`, or with true or false for `exists`.

    An unknown field of a customer fails every comparison, so `not` of that comparison holds.
    """

    field: str
    type: AttributeType
    op: str
    value: Value | tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class Did:
    """Everyone who did this at least `at_least` times within the last `within_days` times 24 hours.

    A touchpoint that its source marks as made by a machine does not count.
    """

    kind: str
    channel: str | None = None
    at_least: int = 1
    within_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Compares what is left of a customer's orders in one currency with an amount. No orders count as zero.

    No `currency` means the installation's. `within_days` limits the orders to the last so many times 24
    hours.
    """

    op: str
    value: Decimal
    currency: str | None = None
    within_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class InSegment:
    """Everyone in a segment, with the criteria that the segment had when the tree was read."""

    segment_id: UUID
    criteria: "Criteria"


Criteria = AllOf | AnyOf | Not | Compare | Did | Spent | InSegment
