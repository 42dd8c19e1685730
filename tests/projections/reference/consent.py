"""What customers allow, in plain Python over everything each of them ever said."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from domain.customers.events import ConsentGranted, ConsentWithdrawn
from tests.projections.log import Recorded

NO_CONTACT_POINT = UUID(int=0)
SCOPE = ("customer_id", "channel", "contact_point_id", "purpose_folded", "topic_folded", "brand_folded")

Row = dict[str, Any]


def consent(log: Sequence[Recorded]) -> dict[str, list[Row]]:
    said = [row(told) for told in log if isinstance(told.fact, ConsentGranted | ConsentWithdrawn)]
    scopes = {tuple(one[name] for name in SCOPE) for one in said}
    return {
        "consent_statement": [
            newest(one for one in said if tuple(one[name] for name in SCOPE) == scope) for scope in scopes
        ],
    }


def row(told: Recorded) -> Row:
    fact = told.fact
    return {
        "customer_id": fact.customer_id,
        "channel": fact.channel or "",
        "contact_point_id": fact.contact_point_id or NO_CONTACT_POINT,
        "purpose": fact.purpose,
        "topic": fact.topic,
        "brand": fact.brand,
        "purpose_folded": fact.purpose_folded or "",
        "topic_folded": fact.topic_folded or "",
        "brand_folded": fact.brand_folded or "",
        "granted": isinstance(fact, ConsentGranted),
        "occurred_at": fact.occurred_at,
        "position": told.position,
        "expires_at": getattr(fact, "expires_at", None),
        "said_at": told.said_at,
    }


def newest(said: Iterable[Row]) -> Row:
    return max(said, key=lambda one: (one["said_at"], not one["granted"], one["position"]))
