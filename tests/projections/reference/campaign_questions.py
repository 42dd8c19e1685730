"""What the dispatcher and a marketer are told of campaigns and runs, in plain Python over the folded rows."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

Rows = dict[Any, dict[str, Any]]
Tables = dict[str, Rows]


def campaign_state(tables: Tables, campaign: UUID, now: datetime) -> str:
    """What ends it counts first; then whether what it says was approved; then whether it goes on."""
    row = tables["campaign"][campaign]
    if campaign in tables["campaign_cancellation"]:
        return "cancelled"
    if row["ends_at"] is not None and now >= row["ends_at"]:
        return "ended"
    if tables["campaign_approval"].get(campaign, {"version": 0})["version"] < row["content_version"]:
        return "draft"
    if is_paused(tables, campaign):
        return "paused"
    return "active" if open_runs(tables, campaign) else "approved"


def is_paused(tables: Tables, campaign: UUID) -> bool:
    paused: bool = tables["campaign_pause"].get(campaign, {"paused": False})["paused"]
    return paused and campaign not in tables["campaign_cancellation"]


def open_runs(tables: Tables, campaign: UUID | None = None) -> list[UUID]:
    """The oldest first; of this campaign, or of all."""
    runs = sorted(tables["run"].values(), key=lambda row: row["planned_position"])
    return [
        row["run_id"]
        for row in runs
        if row["run_id"] not in tables["run_end"] and campaign in (None, row["campaign_id"])
    ]


def runs_to_advance(tables: Tables, now: datetime) -> list[UUID]:
    """Open ones that may have something to do: a cancelled one at any time, else from its instant on, a paused one
    only to end."""
    found = []
    for run_id in open_runs(tables):
        run = tables["run"][run_id]
        waits = is_paused(tables, run["campaign_id"]) and not _nothing_open(tables, run_id)
        due = run["planned_for"] <= now and not waits
        if due or run["campaign_id"] in tables["campaign_cancellation"]:
            found.append(run_id)
    return found


def _nothing_open(tables: Tables, run_id: UUID) -> bool:
    """Its audience is recorded, decided to the last member, and every message has ended."""
    decided = sum(1 for of_run, _ in tables["run_decision"] if of_run == run_id)
    sizes = {row["size"] for one, row in tables["run_audience"].items() if one == run_id}
    return sizes == {decided} and all(of_run != run_id for of_run, _ in tables["run_open"])


def run_state(tables: Tables, run_id: UUID) -> str:
    """How it ended, else whether it waits, else how far it is."""
    if run_id in tables["run_end"]:
        return str(tables["run_end"][run_id]["end_state"])
    if is_paused(tables, tables["run"][run_id]["campaign_id"]):
        return "paused"
    if run_id not in tables["run_audience"]:
        return "planned"
    decided = sum(1 for of_run, _ in tables["run_decision"] if of_run == run_id)
    return "deciding" if decided < tables["run_audience"][run_id]["size"] else "sending"


def outcome(tables: Tables, key: tuple[UUID, UUID]) -> str:
    """Of a member of a run: pending until there is a verdict, then as its message says."""
    decision, message = tables["run_decision"].get(key), tables["message"].get(key, {"outcome": "pending"})
    if decision is None:
        return "pending"
    told: str = message["outcome"] if decision["verdict"] == "eligible" else decision["verdict"]
    return told


def outcomes(tables: Tables, run_id: UUID) -> Counter[str]:
    return Counter(outcome(tables, key) for key in tables["run_member"] if key[0] == run_id)


def reasons_of(tables: Tables, key: tuple[UUID, UUID]) -> Any:
    """Of the later verdict; none before the first."""
    decision = tables["run_decision"].get(key, {"verdict": None, "reasons": []})
    if decision["verdict"] != "eligible":
        return decision["reasons"]
    return tables["message"].get(key, {}).get("reasons") or []


def waiting(tables: Tables, run_id: UUID, now: datetime) -> list[tuple[UUID, bool]]:
    """Who can be handed over now, in the order in which they were decided, and whether it was deferred."""
    run = tables["run"][run_id]
    over = run["ends_at"] <= now or run["campaign_id"] in tables["campaign_cancellation"]
    found = []
    for key, decision in tables["run_decision"].items():
        message = tables["message"].get(key, {"outcome": "pending", "handed_over": False})
        due = message["outcome"] == "deferred" and (over or message["retry_at"] <= now)
        waits = due or (message["outcome"] == "pending" and not message["handed_over"])
        if key[0] == run_id and decision["verdict"] == "eligible" and waits:
            found.append((decision["position"], key[1], due))
    return [(member, due) for _, member, due in sorted(found)]


def taken(tables: Tables, run_id: UUID, addresses: Collection[UUID]) -> set[tuple[UUID, UUID, int]]:
    """Members with the address that they were handed over at, or else chosen for, and what says so; without members
    whose message ended before it left."""
    found = set()
    for key in tables["run_decision"].keys() | tables["message"].keys():
        decision = tables["run_decision"].get(key, {})
        message = tables["message"].get(key, {"address_id": None, "outcome": None})
        row = decision if message["address_id"] is None else message
        stopped = message["outcome"] in ("suppressed", "failed")
        if key[0] == run_id and row.get("address_id") in addresses and not stopped:
            found.add((row["address_id"], key[1], row["position"]))
    return found
