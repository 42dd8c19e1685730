"""The names that criteria may use: fields and their values, operators of each type, and kinds of deeds."""

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR
from types import MappingProxyType
from typing import Final

from domain.catalogue.attribute_types import LIMIT_OF_NUMBERS, AttributeType
from domain.criteria.ranges import Range
from domain.criteria.vocabularies import COUNTRY, KIND, LANGUAGE, TIME_ZONE, Vocabulary
from domain.touchpoints.events import TouchpointKind

TEXT: Final = AttributeType.TEXT
NUMBER: Final = AttributeType.NUMBER
BOOLEAN: Final = AttributeType.BOOLEAN
DATE: Final = AttributeType.DATE
INSTANT: Final = AttributeType.INSTANT

COMPARISONS: Final = ("eq", "ne", "lt", "le", "gt", "ge")
OPERATORS: Final = MappingProxyType(
    {
        TEXT: (*COMPARISONS, "in", "contains", "exists"),
        NUMBER: (*COMPARISONS, "in", "exists"),
        BOOLEAN: ("eq", "ne", "exists"),
        DATE: (*COMPARISONS, "in", "exists"),
        INSTANT: (*COMPARISONS, "in", "exists"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of criteria. `values`: those that customers can have in it, if its type alone does not say."""

    type: AttributeType
    values: Vocabulary | Range | None = None


_COUNT: Final = Field(type=NUMBER, values=Range(lowest=0, highest=LIMIT_OF_NUMBERS - 1))
_HAPPENED_AT: Final = Field(type=INSTANT)
FIELDS: Final = MappingProxyType(
    {
        "kind": Field(type=TEXT, values=KIND),
        "language": Field(type=TEXT, values=LANGUAGE),
        "country": Field(type=TEXT, values=COUNTRY),
        "time_zone": Field(type=TEXT, values=TIME_ZONE),
        "year_of_birth": Field(type=NUMBER, values=Range(lowest=MINYEAR, highest=MAXYEAR)),
        "registered_at": _HAPPENED_AT,
        "order_count": _COUNT,
        "last_order_at": _HAPPENED_AT,
        "touchpoint_count": _COUNT,
        "last_touchpoint_at": _HAPPENED_AT,
        "open_complaints": _COUNT,
        "complaint_count": _COUNT,
        "last_complaint_at": _HAPPENED_AT,
        "campaign_contacts": _COUNT,
        "last_contact_at": _HAPPENED_AT,
        "campaign_responses": _COUNT,
    }
)
ATTRIBUTE_PREFIX: Final = "attributes."
"""The prefix of a declared attribute: `attributes.NAME`."""

PLACES_IN_360: Final = MappingProxyType(
    {
        "orders.count": "order_count",
        "orders.last_at": "last_order_at",
        "touchpoints.total": "touchpoint_count",
        "touchpoints.last_at": "last_touchpoint_at",
        "complaints.open": "open_complaints",
        "complaints.total": "complaint_count",
        "campaigns.contacts": "campaign_contacts",
        "campaigns.last_contact_at": "last_contact_at",
        "campaigns.responses": "campaign_responses",
    }
)
"""Other names of fields: their places in the 360, the whole view of one customer."""

ORDER, COMPLAINT = "order", "complaint"
DOINGS: Final = frozenset({*TouchpointKind, ORDER, COMPLAINT})
"""The kinds of touchpoints, plus orders and complaints."""
