"""What customers allow, in plain Python over everything each of them ever said."""

from collections.abc import Sequence
from typing import Any

from domain.customers.events import ConsentGranted, ConsentWithdrawn
from tests.projections.log import Recorded

Row = dict[str, Any]


def consent(log: Sequence[Recorded]) -> dict[str, list[Row]]:
    said = [row(told) for told in log if isinstance(told.fact, ConsentGranted | ConsentWithdrawn)]
    return {"consent_statement": said}


def row(told: Recorded) -> Row:
    fact = told.fact
    return {
        "customer_id": fact.customer_id,
        "channel": fact.channel,
        "contact_point_id": fact.contact_point_id,
        "purpose": fact.purpose,
        "topic": fact.topic,
        "brand": fact.brand,
        "purpose_folded": fact.purpose_folded,
        "topic_folded": fact.topic_folded,
        "brand_folded": fact.brand_folded,
        "granted": isinstance(fact, ConsentGranted),
        "occurred_at": fact.occurred_at,
        "position": told.position,
        "expires_at": getattr(fact, "expires_at", None),
        "said_at": told.said_at,
        "recorded_at": told.recorded_at,
        "actor": fact.actor,
        "evidence": getattr(fact, "evidence", None),
        "reason": getattr(fact, "reason", None),
    }
