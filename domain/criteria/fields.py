"""The names that criteria may use: fields and their types, operators of each type, and kinds of deeds."""

from types import MappingProxyType
from typing import Final

from domain.catalogue.attribute_types import AttributeType

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
FIELDS: Final = MappingProxyType(
    {
        "kind": TEXT,
        "language": TEXT,
        "country": TEXT,
        "time_zone": TEXT,
        "year_of_birth": NUMBER,
        "registered_at": INSTANT,
        "order_count": NUMBER,
        "last_order_at": INSTANT,
        "touchpoint_count": NUMBER,
        "last_touchpoint_at": INSTANT,
        "open_complaints": NUMBER,
        "complaint_count": NUMBER,
        "last_complaint_at": INSTANT,
        "campaign_contacts": NUMBER,
        "last_contact_at": INSTANT,
        "campaign_responses": NUMBER,
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
DOINGS: Final = frozenset(
    {
        "visit",
        "call",
        "message",
        "meeting",
        "purchase_intent",
        "email_opened",
        "email_clicked",
        "replied",
        "coupon_used",
        "survey_answered",
        "mention",
        "delivered",
        "other",
        ORDER,
        COMPLAINT,
    }
)
"""The kinds of touchpoints, plus orders and complaints."""
