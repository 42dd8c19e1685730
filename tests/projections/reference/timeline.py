"""What happened, in plain Python, fact by fact."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from domain.complaints import events as complaints
from domain.customers.events import ConsentGranted, ConsentWithdrawn
from domain.facts import personal_fields
from domain.messages import events as messages
from domain.orders import events as orders
from domain.suppressions import events as suppressions
from domain.touchpoints.events import TouchpointRecorded
from tests.projections.log import Recorded

Rows = dict[Any, dict[str, Any]]

ENTRIES: dict[type[Any], tuple[str, str]] = {
    orders.OrderPlaced: ("order", "order"),
    orders.OrderCancelled: ("order", "order_cancelled"),
    orders.OrderRefunded: ("order", "refund"),
    complaints.ComplaintOpened: ("complaint", "complaint"),
    complaints.ComplaintResponded: ("complaint", "complaint_responded"),
    complaints.ComplaintEscalated: ("complaint", "complaint_escalated"),
    complaints.ComplaintResolved: ("complaint", "complaint_resolved"),
    complaints.ComplaintClosed: ("complaint", "complaint_closed"),
    complaints.ComplaintReopened: ("complaint", "complaint_reopened"),
    ConsentGranted: ("consent", "consent"),
    ConsentWithdrawn: ("consent", "withdrawal"),
    messages.MessageHandedOver: ("message", "message"),
    messages.MessageWithheld: ("message", "message_withheld"),
    messages.MessageFailed: ("message", "message_failed"),
    suppressions.SuppressionImposed: ("suppression", "suppression"),
    suppressions.SuppressionLifted: ("suppression", "suppression_lifted"),
}
DETAILS = {
    "touchpoint": "source source_message_id direction name in_reply_to campaign_id run_id machine",
    "order": "source number currency lines",
    "order_cancelled": "currency",
    "refund": "refund_id currency",
    "complaint": "source number category severity product",
    "complaint_escalated": "severity",
    "complaint_resolved": "currency",
    "complaint_closed": "root_cause outcome",
    "consent": "purpose topic contact_point_id",
    "withdrawal": "purpose topic contact_point_id",
    "message": "campaign_id run_id attempt contact_point_id",
    "message_withheld": "campaign_id run_id reasons",
    "message_failed": "campaign_id run_id reason_code",
    "suppression": "reason_code scope only_purpose only_brand message_id",
}
OUTCOMES: dict[type[Any], str] = {
    messages.MessageSent: "sent",
    messages.MessageRefusedForNow: "deferred",
    messages.HandoverLapsed: "deferred",
    messages.MessageOutcomeUnknown: "unknown",
    messages.MessageFailed: "failed",
    messages.MessageResolved: "resolved",
}


def timeline(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, Rows] = {
        "timeline_entry": {},
        "touchpoint_count": {},
        "timeline_opening": {},
        "timeline_outcome": {},
    }
    for told in log:
        fact = told.fact
        if isinstance(fact, TouchpointRecorded):
            tables["timeline_entry"][told.position] = _entry(told, "touchpoint", fact.kind)
            _count(tables["touchpoint_count"], fact)
        elif type(fact) in ENTRIES and not (isinstance(fact, messages.MessageFailed) and fact.attempt):
            tables["timeline_entry"][told.position] = _entry(told, *ENTRIES[type(fact)])
        if isinstance(fact, complaints.ComplaintOpened):
            tables["timeline_opening"][fact.originator_id] = {
                "customer_id": fact.customer_id,
                "complaint_id": fact.originator_id,
                "opened_at": fact.occurred_at,
            }
        if type(fact) in OUTCOMES and fact.attempt:
            tables["timeline_outcome"][fact.originator_id, fact.customer_id, fact.attempt] = {
                "customer_id": fact.customer_id,
                "message_id": fact.originator_id,
                "attempt": fact.attempt,
                "version": fact.originator_version,
                "outcome": getattr(fact, "outcome", OUTCOMES[type(fact)]),
                "reason_code": getattr(fact, "reason_code", None),
            }
    return {name: list(rows.values()) for name, rows in tables.items()}


def _entry(told: Recorded, about: str, kind: str) -> dict[str, Any]:
    fact = told.fact
    sealed = personal_fields(type(fact)) & _SHOWN
    return {
        "customer_id": fact.customer_id,
        "position": told.position,
        "occurred_at": fact.occurred_at,
        "recorded_at": told.recorded_at,
        "about": about,
        "kind": kind,
        "channel": getattr(fact, "channel", None) or getattr(fact, "only_channel", None),
        "subject_id": fact.originator_id,
        "brand": fact.brand,
        "division": fact.division,
        "detail": _detail(fact, DETAILS.get("touchpoint" if about == "touchpoint" else kind, "")),
        "sealed": {name: getattr(fact, name) for name in sealed if getattr(fact, name) is not None},
    }


_SHOWN = frozenset(
    (
        *("personal_properties", "reason", "subject", "description", "text", "to", "summary", "evidence"),
        *("address", "note"),
    )
)
_SPECIAL: dict[type[Any], Callable[[Any], dict[str, Any]]] = {
    TouchpointRecorded: lambda fact: {"properties": fact.properties},
    orders.OrderPlaced: lambda fact: {"amount": str(sum((line.amount for line in fact.lines), Decimal(0)))},
    orders.OrderCancelled: lambda fact: {"amount": str(fact.amount)},
    orders.OrderRefunded: lambda fact: {"amount": str(fact.amount)},
    complaints.ComplaintResolved: lambda fact: (
        {} if fact.compensation is None else {"compensation": str(fact.compensation)}
    ),
    ConsentGranted: lambda fact: {} if fact.expires_at is None else {"expires_at": _utc(fact.expires_at)},
    suppressions.SuppressionImposed: lambda fact: {} if fact.until is None else {"until": _utc(fact.until)},
}


def _detail(fact: Any, names: str) -> dict[str, Any]:
    state = msgspec.to_builtins(fact)
    plain = {name: _without_nulls(state[name]) for name in names.split() if state.get(name) is not None}
    return plain | _SPECIAL.get(type(fact), lambda fact: {})(fact)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list | tuple) else value


def _utc(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _count(rows: Rows, fact: TouchpointRecorded) -> None:
    row = rows.setdefault(
        (fact.customer_id, fact.channel),
        {
            "customer_id": fact.customer_id,
            "channel": fact.channel,
            "total": 0,
            "last_at": fact.occurred_at,
        },
    )
    row["total"] += 1
    row["last_at"] = max(row["last_at"], fact.occurred_at)
