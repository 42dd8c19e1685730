"""Campaigns, runs and messages, in plain Python, fact by fact, and what the dispatcher is told of them."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import singledispatch
from typing import Any
from uuid import UUID

from application import codec
from domain.campaigns.events import CampaignApproved, CampaignDrafted
from domain.messages.events import MessageFact, MessageFailed, MessageWithheld
from domain.messages.message import ENDED, STATUS
from domain.runs.events import (
    Reason,
    RunAudienceListed,
    RunAudienceRecorded,
    RunChunkDecided,
    RunFinished,
    RunPlanned,
)
from tests.projections.log import Recorded

TABLES = (
    "campaign",
    "campaign_approval",
    "run",
    "run_audience",
    "run_finish",
    "run_member",
    "run_decision",
    "run_open",
    "message",
)

Rows = dict[Any, dict[str, Any]]
Tables = dict[str, Rows]


def campaigns(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    return {name: list(rows.values()) for name, rows in folded(log).items()}


def folded(log: Sequence[Recorded]) -> Tables:
    """The rows of each table by what identifies them."""
    tables: Tables = {name: {} for name in TABLES}
    for told in log:
        _fold(told.fact, told, tables)
    tables["run_open"] = {
        key: _open_row(tables, key) for key in tables["run_decision"] if _is_open(tables, key)
    }
    return tables


@singledispatch
def _fold(fact: object, told: Recorded, tables: Tables) -> None:
    """Facts of other projections."""


@_fold.register
def _(fact: CampaignDrafted, told: Recorded, tables: Tables) -> None:
    copied = ("name", "message_class", "purpose", "channel", "brand", "topic", "audience", "subject", "body")
    tables["campaign"][fact.originator_id] = {
        "campaign_id": fact.originator_id,
        **{name: getattr(fact, name) for name in (*copied, "sender", "ends_at")},
        "drafted_at": fact.occurred_at,
        "drafted_position": told.position,
    }


@_fold.register
def _(fact: CampaignApproved, told: Recorded, tables: Tables) -> None:
    tables["campaign_approval"][fact.originator_id] = {
        "campaign_id": fact.originator_id,
        "approved_at": fact.occurred_at,
        "approved_by": fact.actor,
        "position": told.position,
    }


@_fold.register
def _(fact: RunPlanned, told: Recorded, tables: Tables) -> None:
    tables["run"][fact.originator_id] = {
        "run_id": fact.originator_id,
        "campaign_id": fact.campaign_id,
        "planned_for": fact.planned_for,
        "ends_at": fact.ends_at,
        "planned_position": told.position,
    }


@_fold.register
def _(fact: RunAudienceListed, told: Recorded, tables: Tables) -> None:
    for member in fact.members:
        row = {"run_id": fact.originator_id, "customer_id": member, "position": told.position}
        tables["run_member"].setdefault((fact.originator_id, member), row)


@_fold.register
def _(fact: RunAudienceRecorded, told: Recorded, tables: Tables) -> None:
    tables["run_audience"][fact.originator_id] = {
        "run_id": fact.originator_id,
        "size": fact.size,
        "recorded_at": fact.occurred_at,
        "position": told.position,
    }


@_fold.register
def _(fact: RunFinished, told: Recorded, tables: Tables) -> None:
    tables["run_finish"][fact.originator_id] = {
        "run_id": fact.originator_id,
        "finished_at": fact.occurred_at,
        "position": told.position,
    }


@_fold.register
def _(fact: RunChunkDecided, told: Recorded, tables: Tables) -> None:
    for group in fact.groups:
        for person in group.people:
            row = {
                "run_id": fact.originator_id,
                "customer_id": person.member_id,
                "verdict": group.verdict,
                "reasons": _as_json(group.reasons),
                "profile_id": person.customer_id,
                "contact_point_id": person.contact_point_id,
                "address_id": person.address_id,
                "policy_version": fact.policy_version,
                "rules_version": fact.rules_version,
                "read_position": fact.read_position,
                "decided_for": fact.occurred_at,
                "time_zone": person.time_zone,
                "zone_source": person.zone_source,
                "position": told.position,
            }
            tables["run_decision"].setdefault((fact.originator_id, person.member_id), row)


@_fold.register
def _(fact: MessageFact, told: Recorded, tables: Tables) -> None:
    key = (fact.run_id, fact.member_id)
    row = tables["message"].setdefault(key, {"address_id": None, "epoch": None})
    row |= {
        "run_id": fact.run_id,
        "customer_id": fact.member_id,
        "message_id": fact.originator_id,
        "campaign_id": fact.campaign_id,
        "profile_id": fact.customer_id,
        "status": STATUS[type(fact)],
        "retry_at": getattr(fact, "retry_at", None),
        "reasons": _reasons(fact),
        "attempt": getattr(fact, "attempt", 0),
        "occurred_at": fact.occurred_at,
        "version": fact.originator_version,
        "position": told.position,
        "address_id": getattr(fact, "address_id", row["address_id"]),
        "epoch": getattr(fact, "epoch", row["epoch"]),
    }


def _reasons(fact: MessageFact) -> Any:
    if isinstance(fact, MessageWithheld):
        return _as_json(fact.reasons)
    code = fact.code if isinstance(fact, MessageFailed) else None
    return None if code is None else [{"code": code, "facts": []}]


def _as_json(reasons: Sequence[Reason]) -> Any:
    return codec.decode(codec.encode(reasons))


def _is_open(tables: Tables, key: tuple[UUID, UUID]) -> bool:
    status = tables["message"].get(key, {}).get("status")
    return tables["run_decision"][key]["verdict"] == "eligible" and status not in ENDED


def _open_row(tables: Tables, key: tuple[UUID, UUID]) -> dict[str, Any]:
    run_id, member = key
    return {
        "run_id": run_id,
        "customer_id": member,
        "decided_position": tables["run_decision"][key]["position"],
        "retry_at": tables["message"].get(key, {}).get("retry_at"),
    }


# What is asked of them


def outcome(tables: Tables, key: tuple[UUID, UUID]) -> str:
    """Of a member of a run: pending until there is a verdict, then as its message says."""
    decision, message = tables["run_decision"].get(key), tables["message"].get(key, {"status": "pending"})
    if decision is None:
        return "pending"
    if decision["verdict"] != "eligible":
        return "suppressed"
    status: str = message["status"]
    return "pending" if status == "handed_over" else status


def outcomes(tables: Tables, run_id: UUID) -> Counter[str]:
    return Counter(outcome(tables, key) for key in tables["run_member"] if key[0] == run_id)


def reasons_of(tables: Tables, key: tuple[UUID, UUID]) -> Any:
    """Of the later verdict; None before the first."""
    decision = tables["run_decision"].get(key)
    if decision is None or decision["verdict"] != "eligible":
        return decision and decision["reasons"]
    return tables["message"].get(key, {}).get("reasons") or []


def waiting(tables: Tables, run_id: UUID, now: datetime) -> list[tuple[UUID, bool]]:
    """Who can be handed over now, in the order in which they were decided, and whether it was deferred."""
    over = tables["run"][run_id]["ends_at"] <= now
    found = []
    for key, decision in tables["run_decision"].items():
        message = tables["message"].get(key, {"status": "pending"})
        due = message["status"] == "deferred" and (over or message["retry_at"] <= now)
        if key[0] == run_id and decision["verdict"] == "eligible" and (due or message["status"] == "pending"):
            found.append((decision["position"], key[1], due))
    return [(member, due) for _, member, due in sorted(found)]


def taken(tables: Tables, run_id: UUID, addresses: Collection[UUID]) -> set[tuple[UUID, UUID, int]]:
    """Members with the address that they were handed over at or else chosen for, and what says so."""
    found = set()
    for key in tables["run_decision"].keys() | tables["message"].keys():
        decision = tables["run_decision"].get(key, {})
        message = tables["message"].get(key, {"address_id": None})
        row = decision if message["address_id"] is None else message
        if key[0] == run_id and row.get("address_id") in addresses:
            found.add((row["address_id"], key[1], row["position"]))
    return found
