"""Planned instants and what became of them, in plain Python, fact by fact."""

from collections.abc import Sequence
from typing import Any

from domain.campaigns.events import CampaignCancelled, CampaignScheduled
from domain.runs.events import RunMissed, RunPlanned
from tests.projections.log import Recorded

Rows = dict[Any, dict[str, Any]]


def schedules(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    planned: Rows = {}
    slots: Rows = {}
    withdrawn: Rows = {}
    for told in log:
        fact = told.fact
        if isinstance(fact, CampaignScheduled):
            planned.setdefault((fact.originator_id, fact.planned_for), _planned(fact, told))
        elif isinstance(fact, RunPlanned | RunMissed):
            slots[fact.campaign_id, fact.planned_for] = _slot(fact)
        elif isinstance(fact, CampaignCancelled):
            withdrawn[fact.originator_id] = {"campaign_id": fact.originator_id}
    for key, row in planned.items():
        undecided = "withdrawn" if key[0] in withdrawn else "planned"
        row["state"] = slots[key]["state"] if key in slots else undecided
    return {
        "schedule": list(planned.values()),
        "slot": list(slots.values()),
        "withdrawal": list(withdrawn.values()),
    }


def _planned(fact: CampaignScheduled, told: Recorded) -> dict[str, Any]:
    return {
        "campaign_id": fact.originator_id,
        "planned_for": fact.planned_for,
        "time_zone": fact.time_zone,
        "grace_seconds": fact.grace_seconds,
        "local_time": fact.local_time,
        "scheduled_at": fact.occurred_at,
        "position": told.position,
    }


def _slot(fact: RunPlanned | RunMissed) -> dict[str, Any]:
    return {
        "campaign_id": fact.campaign_id,
        "planned_for": fact.planned_for,
        "run_id": fact.originator_id,
        "state": "missed" if isinstance(fact, RunMissed) else "triggered",
        "cause": fact.cause if isinstance(fact, RunMissed) else None,
    }
