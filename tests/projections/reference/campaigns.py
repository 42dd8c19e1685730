"""Campaigns, runs and messages, in plain Python, fact by fact."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from functools import singledispatch
from typing import Any
from uuid import UUID

from application import codec
from domain.campaigns.events import (
    CampaignApproved,
    CampaignCancelled,
    CampaignContent,
    CampaignPaused,
    CampaignResumed,
)
from domain.customers.events import ContactPointAdded
from domain.deciding.codes import ReasonCode
from domain.facts import FOLDED, Fact
from domain.messages.events import (
    MessageFact,
    MessageFailed,
    MessageHandedOver,
    MessageWithheld,
)
from domain.messages.message import ENDED, outcome_after
from domain.runs.events import (
    Reason,
    RunAudienceListed,
    RunAudienceRecorded,
    RunCancelled,
    RunChunkDecided,
    RunFinished,
    RunMissed,
    RunPlanned,
)
from tests.projections.log import Recorded
from tests.projections.reference import campaign_questions as asked
from tests.projections.reference.campaign_questions import Tables

TABLES = (
    "campaign",
    "campaign_approval",
    "campaign_pause",
    "campaign_cancellation",
    "run",
    "run_audience",
    "run_end",
    "run_member",
    "run_decision",
    "run_count",
    "run_pace",
    "run_open",
    "message",
    "stopped_by_complaint",
)
BY_COMPLAINT = (ReasonCode.OPEN_COMPLAINT, ReasonCode.COMPLAINT_COOLING_OFF)

CONTENT = tuple(
    sorted(
        one.name for one in set(fields(CampaignContent)) - set(fields(Fact)) if not one.name.endswith(FOLDED)
    )
)

UNDECIDED = dict.fromkeys(("decided_for", "read_position", "policy_version", "rules_version"))


def campaigns(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    return {name: list(rows.values()) for name, rows in folded(log).items()}


def folded(log: Sequence[Recorded]) -> Tables:
    """The rows of each table by what identifies them."""
    tables: Tables = {name: {} for name in TABLES}
    added: dict[int, ContactPointAdded] = {}
    for told in log:
        if isinstance(told.fact, ContactPointAdded):
            added[told.position] = told.fact
        if isinstance(told.fact, RunChunkDecided):
            _decide(told, tables, added)
        _fold(told.fact, told, tables)
    tables["run_open"] = {
        key: _open_row(tables, key) for key in tables["run_decision"] if _is_open(tables, key)
    }
    tables["run_count"] = {key: _count_row(key, n) for key, n in _counted(tables).items()}
    return tables


def _counted(tables: Tables) -> Counter[tuple[UUID, str, str]]:
    """How many members of each run have each outcome, each reason, each first reason, and how many are decided."""
    counted: Counter[tuple[UUID, str, str]] = Counter()
    for run, member in tables["run_member"]:
        counted[run, "outcome", asked.outcome(tables, (run, member))] += 1
        counted[run, "decided", ""] += (run, member) in tables["run_decision"]
        codes = [reason["code"] for reason in asked.reasons_of(tables, (run, member))]
        counted.update((run, "reason", code) for code in codes)
        counted.update((run, "first_reason", code) for code in codes[:1])
    return +counted


def _count_row(key: tuple[UUID, str, str], n: int) -> dict[str, Any]:
    return {"run_id": key[0], "what": key[1], "name": key[2], "n": n}


@singledispatch
def _fold(fact: object, told: Recorded, tables: Tables) -> None:
    """Facts of other projections."""


@_fold.register
def _(fact: CampaignContent, told: Recorded, tables: Tables) -> None:
    row = tables["campaign"].setdefault(
        fact.originator_id,
        {
            "campaign_id": fact.originator_id,
            "drafted_at": fact.occurred_at,
            "drafted_position": told.position,
        },
    )
    row |= {name: getattr(fact, name) for name in CONTENT}
    row |= {"content_version": fact.originator_version, "position": told.position}


@_fold.register
def _(fact: CampaignApproved, told: Recorded, tables: Tables) -> None:
    tables["campaign_approval"][fact.originator_id] = {
        "campaign_id": fact.originator_id,
        "approved_at": fact.occurred_at,
        "approved_by": fact.actor,
        "version": fact.originator_version,
        "position": told.position,
    }


@_fold.register(CampaignPaused)
@_fold.register(CampaignResumed)
def _(fact: CampaignPaused | CampaignResumed, told: Recorded, tables: Tables) -> None:
    tables["campaign_pause"][fact.originator_id] = {
        "campaign_id": fact.originator_id,
        "paused": isinstance(fact, CampaignPaused),
        "reason": fact.reason,
        "version": fact.originator_version,
        "position": told.position,
    }


@_fold.register
def _(fact: CampaignCancelled, told: Recorded, tables: Tables) -> None:
    tables["campaign_cancellation"][fact.originator_id] = {
        "campaign_id": fact.originator_id,
        "cancelled_at": fact.occurred_at,
        "reason": fact.reason,
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
    """The part 0 begins anew."""
    if fact.ordinal == 0:
        _nobody_listed(tables, fact.originator_id)
    for place, member in enumerate(fact.members):
        row = {"run_id": fact.originator_id, "member_id": member, "position": told.position}
        row |= {"ordinal": fact.ordinal, "place": place}
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
def _(fact: RunMissed, told: Recorded, tables: Tables) -> None:
    """It ended when it should have begun."""
    tables["run"][fact.originator_id] = {
        "run_id": fact.originator_id,
        "campaign_id": fact.campaign_id,
        "planned_for": fact.planned_for,
        "ends_at": fact.planned_for,
        "planned_position": told.position,
    }
    tables["run_end"][fact.originator_id] = _ended(told, "missed", fact.cause)


@_fold.register
def _(fact: RunFinished, told: Recorded, tables: Tables) -> None:
    tables["run_end"][fact.originator_id] = _ended(told, "finished")


@_fold.register
def _(fact: RunCancelled, told: Recorded, tables: Tables) -> None:
    if fact.originator_id not in tables["run_audience"]:
        _nobody_listed(tables, fact.originator_id)
    tables["run_end"][fact.originator_id] = _ended(told, "cancelled")


def _decide(told: Recorded, tables: Tables, added: Mapping[int, ContactPointAdded]) -> None:
    fact, position = told.fact, told.position
    listed = {
        (row["ordinal"], row["place"]): row["member_id"]
        for row in tables["run_member"].values()
        if row["run_id"] == fact.originator_id
    }
    for group in fact.groups:
        for person in group.people:
            member, point = listed[fact.ordinal, person.place], added.get(person.contact_point_position or 0)
            row = {
                "run_id": fact.originator_id,
                "member_id": member,
                "verdict": group.verdict,
                "reasons": _as_json(group.reasons),
                "customer_id": point.customer_id if point else None,
                "address_id": point.address_id if point else None,
                "policy_version": fact.policy_version,
                "rules_version": fact.rules_version,
                "read_position": fact.read_position,
                "decided_for": fact.occurred_at,
                "position": position,
                "unit": (person.unit or member) if group.drawn else None,
            }
            if (fact.originator_id, member) not in tables["run_decision"]:
                tables["run_decision"][fact.originator_id, member] = row
                _stop(told, (fact.originator_id, member), group.reasons, tables)


@_fold.register
def _(fact: MessageFact, told: Recorded, tables: Tables) -> None:
    key = (fact.run_id, fact.member_id)
    none_yet = {"address_id": None, "epoch": None, "handed_over_at": None, "attempt": 0} | UNDECIDED
    row = tables["message"].setdefault(key, none_yet)
    row |= {
        "run_id": fact.run_id,
        "member_id": fact.member_id,
        "message_id": fact.originator_id,
        "campaign_id": fact.campaign_id,
        "customer_id": fact.customer_id,
        "outcome": outcome_after(fact),
        "handed_over": isinstance(fact, MessageHandedOver),
        "retry_at": getattr(fact, "retry_at", None),
        "reasons": _reasons(fact),
        "attempt": max(row["attempt"], getattr(fact, "attempt", 0)),
        "occurred_at": fact.occurred_at,
        "version": fact.originator_version,
        "position": told.position,
        "address_id": getattr(fact, "address_id", row["address_id"]),
        "epoch": getattr(fact, "epoch", row["epoch"]),
    }
    if isinstance(fact, MessageHandedOver):
        row["handed_over_at"] = fact.occurred_at
        _count_handover(fact, tables)
    if isinstance(fact, MessageWithheld):
        _stop(told, key, fact.reasons, tables)
    if isinstance(fact, MessageHandedOver | MessageWithheld):
        row |= {
            "decided_for": fact.occurred_at,
            "read_position": fact.read_position,
            "policy_version": fact.policy_version,
            "rules_version": fact.rules_version,
        }


def _count_handover(fact: MessageHandedOver, tables: Tables) -> None:
    at = fact.occurred_at
    since = at.replace(microsecond=0) - timedelta(seconds=at.second % 10)
    pace = {"run_id": fact.run_id, "since": since, "handed_over": 0}
    tables["run_pace"].setdefault((fact.run_id, since), pace)["handed_over"] += 1


def _stop(told: Recorded, of: tuple[UUID, UUID], reasons: Sequence[Reason], tables: Tables) -> None:
    """Keeps which facts about complaints stopped the message to this member."""
    for reason in (reason for reason in reasons if reason.code in BY_COMPLAINT):
        for fact_position in reason.facts:
            row = {"run_id": of[0], "member_id": of[1], "fact_position": fact_position}
            row |= {"reason_code": reason.code, "decided_for": told.fact.occurred_at}
            row |= {"recorded_at": told.recorded_at, "position": told.position}
            tables["stopped_by_complaint"].setdefault((*of, fact_position), row)


def _nobody_listed(tables: Tables, run_id: UUID) -> None:
    for key in [key for key in tables["run_member"] if key[0] == run_id]:
        del tables["run_member"][key]


def _ended(told: Recorded, end_state: str, cause: str | None = None) -> dict[str, Any]:
    return {
        "run_id": told.fact.originator_id,
        "finished_at": told.fact.occurred_at,
        "position": told.position,
        "end_state": end_state,
        "cause": cause,
    }


def _reasons(fact: MessageFact) -> Any:
    if isinstance(fact, MessageWithheld):
        return _as_json(fact.reasons)
    code = fact.reason_code if isinstance(fact, MessageFailed) else None
    return None if code is None else [{"code": code, "facts": []}]


def _as_json(reasons: Sequence[Reason]) -> Any:
    return codec.decode(codec.encode(reasons))


def _is_open(tables: Tables, key: tuple[UUID, UUID]) -> bool:
    outcome = tables["message"].get(key, {}).get("outcome")
    return tables["run_decision"][key]["verdict"] == "eligible" and outcome not in ENDED


def _open_row(tables: Tables, key: tuple[UUID, UUID]) -> dict[str, Any]:
    run_id, member = key
    return {
        "run_id": run_id,
        "member_id": member,
        "decided_position": tables["run_decision"][key]["position"],
        "retry_at": tables["message"].get(key, {}).get("retry_at"),
    }
