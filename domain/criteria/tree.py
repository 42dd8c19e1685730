"""What criteria are once they are checked: a closed tree of plain values."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from domain.catalogue.attribute_types import AttributeType

Value = str | bool | Decimal | date | datetime


@dataclass(frozen=True, kw_only=True)
class AllOf:
    """Everyone who is in each of these; of none: everyone."""

    items: tuple["Criteria", ...]


@dataclass(frozen=True, kw_only=True)
class AnyOf:
    """Everyone who is in at least one of these; of none: nobody."""

    items: tuple["Criteria", ...]


@dataclass(frozen=True, kw_only=True)
class Not:
    """Everyone else."""

    item: "Criteria"


@dataclass(frozen=True, kw_only=True)
class Compare:
    """A field against a value of its type; a tuple for `in`, true or false for `exists`.

    What is not known of somebody fails every comparison, and `not` of that holds.
    """

    field: str
    type: AttributeType
    op: str
    value: Value | tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class Did:
    """Who did this at least so many times, in the last so many times 24 hours.

    What a touchpoint's source marks as done by a machine does not count.
    """

    kind: str
    channel: str | None = None
    at_least: int = 1
    within_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What is left of somebody's orders in one currency, against an amount; who bought nothing spent zero.

    No currency: the installation's. `within_days`: only orders placed in the last so many times 24 hours.
    """

    op: str
    value: Decimal
    currency: str | None = None
    within_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class InSegment:
    """Who is in a segment, by its criteria as they stood when this was read."""

    segment_id: UUID
    criteria: "Criteria"


Criteria = AllOf | AnyOf | Not | Compare | Did | Spent | InSegment
