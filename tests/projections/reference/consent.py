"""What customers allow, in plain Python over everything each of them ever said."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any
from uuid import UUID

from domain.customers.details import Channel
from domain.customers.events import ConsentGranted, ConsentWithdrawn
from tests.projections.log import Recorded

CHANNELS = set(Channel)
PURPOSES = {"marketing", "survey", "service"}
NO_CONTACT_POINT = UUID(int=0)
SCOPE = ("customer_id", "channel", "contact_point_id", "purpose_folded", "topic_folded", "brand_folded")

Row = dict[str, Any]


def consent(log: Sequence[Recorded]) -> dict[str, list[Row]]:
    said = [row(told) for told in log if isinstance(told.fact, ConsentGranted | ConsentWithdrawn)]
    scopes = {tuple(one[name] for name in SCOPE) for one in said}
    customers = {one["customer_id"] for one in said}
    return {
        "consent_said": [
            newest(one for one in said if tuple(one[name] for name in SCOPE) == scope) for scope in scopes
        ],
        "consent_effective": [
            effective_row
            for customer in customers
            for effective_row in effective([one for one in said if one["customer_id"] == customer])
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


def effective(said: list[Row]) -> Iterable[Row]:
    """Of one customer, each channel and purpose that anything said as a whole covers."""
    channels = CHANNELS | {one["channel"] for one in said} - {""}
    spellings = {name: {name} for name in PURPOSES}
    for one in said:
        if one["purpose"] is not None:
            spellings.setdefault(one["purpose_folded"], set()).add(one["purpose"])
    whole = [
        one
        for one in said
        if (one["contact_point_id"], one["topic_folded"], one["brand_folded"]) == (NO_CONTACT_POINT, "", "")
    ]
    for channel, purpose in product(channels, spellings):
        covering = [
            one for one in whole if one["channel"] in ("", channel) and one["purpose_folded"] in ("", purpose)
        ]
        if covering:
            last = newest(covering)
            kept = ("customer_id", "granted", "occurred_at", "position", "expires_at")
            names = {"purpose_folded": purpose, "purpose": min(spellings[purpose])}
            yield {"channel": channel, **names} | {name: last[name] for name in kept}
