"""Complaints and their steps, in plain Python, fact by fact."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
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
    shown = [_queued(row) for row in rows.values()]
    return {"complaint": shown, "complaint_step": steps, "complaint_count": _counted(shown)}


def _queued(row: dict[str, Any]) -> dict[str, Any]:
    part = 2 if row["status"] == "closed" else 0 if row["answered_at"] is None else 1
    since = row["opened_at"] if part == 0 else row["last_step_at"]
    return {**row, "queue_part": part, "queue_since": since}


def _counted(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    names = ("status", "severity", "category", "product", "brand", "channel")
    counted = Counter(
        (*(str(row[name] or "") for name in names), row["answered_at"] is not None, row["brand_folded"] or "")
        for row in rows
    )
    return [
        {
            **dict(zip((*names, "answered", "brand_folded"), values, strict=True)),
            "combination": sha256(json.dumps(values[:-1], ensure_ascii=False).encode()).digest(),
            "n": n,
        }
        for values, n in counted.items()
    ]


def _opened(told: Recorded) -> dict[str, Any]:
    fact = told.fact
    copied = [
        "category",
        "channel",
        "product",
        "source",
        "number",
        "brand",
        "brand_folded",
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
        "answered_at": None,
        "last_step_at": fact.occurred_at,
        "reopenings": 0,
        "compensation": None,
        "currency": None,
    }


def _move(row: dict[str, Any], told: Recorded, step: str) -> None:
    fact = told.fact
    row |= {"version": fact.originator_version, "position": told.position}
    row["last_step_at"] = max(row["last_step_at"], fact.occurred_at)
    row["status"] = {"opened": "open", "reopened": "open"}.get(step, step)
    if isinstance(fact, ComplaintOpened | ComplaintEscalated):
        row["severity"] = fact.severity or row["severity"]
    if isinstance(fact, ComplaintResponded):
        for name in ("first_responded_at", "answered_at"):
            row[name] = min(filter(None, [row[name], fact.occurred_at]))
    if isinstance(fact, ComplaintResolved) and fact.compensation is not None:
        row |= {"compensation": fact.compensation, "currency": fact.currency}
    if isinstance(fact, ComplaintReopened):
        row |= {"reopenings": row["reopenings"] + 1, "answered_at": None}
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
        "brand_folded": fact.brand_folded,
        "division": fact.division,
        "detail": {name: value for name, value in detail.items() if value is not None},
        "sealed": {name: value for name, value in sealed.items() if value is not None},
    }
