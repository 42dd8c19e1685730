"""Complaints and their steps, in plain Python, fact by fact."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.complaints.events import (
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintOpened,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResponded,
)
from domain.facts import personal_fields
from tests.projections.log import Recorded

STEPS: dict[type[Any], str] = {
    ComplaintOpened: "opened",
    ComplaintResponded: "responded",
    ComplaintEscalated: "escalated",
    ComplaintResolved: "resolved",
    ComplaintClosed: "closed",
    ComplaintReopened: "reopened",
}
PLAIN = [
    "category",
    "severity",
    "channel",
    "source",
    "number",
    "product",
    "currency",
    "root_cause",
    "outcome",
]
NOT_CLOSED = {"closed_at": None, "root_cause": None, "outcome": None}


def complaints(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[UUID, dict[str, Any]] = {}
    steps = []
    for told in log:
        step = STEPS.get(type(told.fact))
        if step is not None:
            steps.append(_step(told, step))
            if step == "opened":
                rows[told.fact.originator_id] = _opened(told)
            _move(rows[told.fact.originator_id], told, step)
    return {"complaint": list(rows.values()), "complaint_step": steps}


def _opened(told: Recorded) -> dict[str, Any]:
    fact = told.fact
    copied = [
        "category",
        "channel",
        "product",
        "source",
        "number",
        "brand",
        "division",
        "subject",
        "description",
    ]
    return {
        **{name: getattr(fact, name) for name in copied},
        **NOT_CLOSED,
        "customer_id": fact.customer_id,
        "complaint_id": fact.originator_id,
        "opened_at": fact.occurred_at,
        "opened_position": told.position,
        "first_responded_at": None,
        "reopenings": 0,
        "compensation": None,
        "currency": None,
    }


def _move(row: dict[str, Any], told: Recorded, step: str) -> None:
    fact = told.fact
    row |= {"version": fact.originator_version, "position": told.position}
    row["status"] = {"opened": "open", "reopened": "open"}.get(step, step)
    if isinstance(fact, ComplaintOpened | ComplaintEscalated):
        row["severity"] = fact.severity or row["severity"]
    if isinstance(fact, ComplaintResponded):
        row["first_responded_at"] = min(filter(None, [row["first_responded_at"], fact.occurred_at]))
    if isinstance(fact, ComplaintResolved) and fact.compensation is not None:
        row |= {"compensation": fact.compensation, "currency": fact.currency}
    if isinstance(fact, ComplaintReopened):
        row["reopenings"] += 1
    row |= NOT_CLOSED
    if isinstance(fact, ComplaintClosed):
        row |= {"closed_at": fact.occurred_at, "root_cause": fact.root_cause, "outcome": fact.outcome}


def _step(told: Recorded, step: str) -> dict[str, Any]:
    fact = told.fact
    detail = {name: getattr(fact, name, None) for name in PLAIN}
    if getattr(fact, "compensation", None) is not None:
        detail["compensation"] = str(fact.compensation)
    sealed = {name: getattr(fact, name) for name in personal_fields(type(fact))}
    return {
        "customer_id": fact.customer_id,
        "complaint_id": fact.originator_id,
        "version": fact.originator_version,
        "position": told.position,
        "step": step,
        "occurred_at": fact.occurred_at,
        "recorded_at": told.recorded_at,
        "actor": fact.actor,
        "brand": fact.brand,
        "division": fact.division,
        "detail": {name: value for name, value in detail.items() if value is not None},
        "sealed": {name: value for name, value in sealed.items() if value is not None},
    }
