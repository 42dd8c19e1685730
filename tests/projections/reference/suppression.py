"""Which complaints and imposed suppressions stop messages, in plain Python, fact by fact."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.complaints.events import (
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintOpened,
    ComplaintReopened,
)
from domain.suppressions.events import SuppressionImposed, SuppressionLifted
from tests.projections.log import Recorded

STEPS: dict[type[Any], str] = {
    ComplaintOpened: "opened",
    ComplaintClosed: "closed",
    ComplaintReopened: "reopened",
    ComplaintEscalated: "escalated",
}

AS_IMPOSED = (
    *("customer_id", "reason_code", "scope", "only_channel", "until", "message_id"),
    *("only_purpose", "only_purpose_folded", "only_brand", "only_brand_folded", "address", "note", "actor"),
)


def suppression(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    stops: dict[UUID, dict[str, Any]] = {}
    counts_from: dict[UUID, datetime] = {}
    steps = []
    for told in log:
        step = STEPS.get(type(told.fact))
        if step is None or (step == "escalated" and told.fact.severity is None):
            continue
        steps.append(_step(told, step))
        if step == "opened":
            stops[told.fact.originator_id] = _opened(told)
        _move(stops[told.fact.originator_id], told, counts_from)
    return {
        "complaint_stop": list(stops.values()),
        "complaint_stop_step": steps,
        "imposed_suppression": _imposed(log),
    }


def _imposed(log: Sequence[Recorded]) -> list[dict[str, Any]]:
    """Each as it was imposed, the lifting beside it."""
    rows: dict[UUID, dict[str, Any]] = {}
    for told in log:
        fact = told.fact
        if isinstance(fact, SuppressionImposed):
            rows[fact.originator_id] = {
                **{name: getattr(fact, name) for name in AS_IMPOSED},
                "suppression_id": fact.originator_id,
                "imposed_at": told.said_at,
                "position": told.position,
                **dict.fromkeys(("lifted_position", "lifted_at", "lifted_by", "lift_reason")),
            }
        if isinstance(fact, SuppressionLifted):
            rows[fact.originator_id] |= {
                "lifted_position": told.position,
                "lifted_at": fact.occurred_at,
                "lifted_by": fact.actor,
                "lift_reason": fact.reason,
            }
    return list(rows.values())


def _opened(told: Recorded) -> dict[str, Any]:
    return {
        "customer_id": told.fact.customer_id,
        "complaint_id": told.fact.originator_id,
        "brand": told.fact.brand,
        "opened_at": told.said_at,
        "opened_position": told.position,
    }


def _move(row: dict[str, Any], told: Recorded, counts_from: dict[UUID, datetime]) -> None:
    """An escalation changes how bad it is and nothing else. `counts_from`: the newest reopening, where it is later
    than the opening; no closing counts from before."""
    fact = told.fact
    if isinstance(fact, ComplaintReopened):
        counts_from[fact.originator_id] = max(told.said_at, row["opened_at"])
    if isinstance(fact, ComplaintOpened | ComplaintEscalated):
        row["severity"] = fact.severity
    if isinstance(fact, ComplaintOpened | ComplaintReopened):
        row |= {"status": "open", "outcome": None, "closed_at": None, "position": told.position}
    if isinstance(fact, ComplaintClosed):
        closed_at = max(told.said_at, counts_from.get(fact.originator_id, row["opened_at"]))
        row |= {
            "status": "closed",
            "outcome": fact.outcome,
            "closed_at": closed_at,
            "position": told.position,
        }


def _step(told: Recorded, step: str) -> dict[str, Any]:
    fact = told.fact
    return {
        "customer_id": fact.customer_id,
        "complaint_id": fact.originator_id,
        "version": fact.originator_version,
        "position": told.position,
        "step": step,
        "said_at": told.said_at,
        "severity": getattr(fact, "severity", None),
        "brand": fact.brand if step == "opened" else None,
        "outcome": getattr(fact, "outcome", None),
    }
