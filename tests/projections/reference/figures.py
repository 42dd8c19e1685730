"""How much happened in each quarter of an hour, in plain Python, fact by fact."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from domain.campaigns.events import CampaignContent
from domain.complaints.events import ComplaintClosed, ComplaintOpened, ComplaintReopened
from domain.customers.events import ConsentGranted, ConsentWithdrawn, CustomerRegistered
from domain.messages.events import MessageResolved, MessageSent, MessageWithheld
from domain.orders.events import OrderCancelled, OrderPlaced, OrderRefunded
from domain.runs.events import RunChunkDecided
from domain.touchpoints.events import TouchpointRecorded
from tests.projections.log import Recorded

Key = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Names:
    """The channel, the brand and its folded form; empty texts for what was not named."""

    channel: str = ""
    brand: str = ""
    brand_folded: str = ""


@dataclass
class Books:
    """What was counted so far."""

    figures: dict[Key, dict[str, Any]] = field(default_factory=dict)
    root_causes: dict[Key, dict[str, Any]] = field(default_factory=dict)
    complaints: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    orders: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    campaigns: list[dict[str, Any]] = field(default_factory=list)

    def content_of(self, campaign: UUID) -> Names:
        contents = [row for row in self.campaigns if row["campaign_id"] == campaign]
        return _as_names(contents[-1]) if contents else Names()


def figures(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    books = Books()
    for told in log:
        _remember(books, told)
        for kind, outcome, quarter, names, n, money in _counted(books, told.fact):
            _count(books, told, (kind, quarter, outcome, names), n, money)
        if isinstance(told.fact, ComplaintClosed):
            _closed(books, told)
    return {
        "figure": [row for row in books.figures.values() if row["n"]],
        "figure_root_cause": list(books.root_causes.values()),
        "figure_complaint": list(books.complaints.values()),
        "figure_order": list(books.orders.values()),
        "figure_campaign": books.campaigns,
    }


def quarter_of(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)


def names_of(fact: Any) -> Names:
    return Names(
        channel=getattr(fact, "channel", None) or "",
        brand=fact.brand or "",
        brand_folded=fact.brand_folded or "",
    )


def _as_names(row: dict[str, Any]) -> Names:
    return Names(channel=row["channel"], brand=row["brand"], brand_folded=row["brand_folded"])


def _remember(books: Books, told: Recorded) -> None:
    fact, begun = told.fact, vars(names_of(told.fact)) if hasattr(told.fact, "brand") else {}
    if isinstance(fact, ComplaintOpened):
        books.complaints[fact.originator_id] = {
            "customer_id": fact.customer_id,
            "complaint_id": fact.originator_id,
            "product": fact.product or "",
            "quarter": quarter_of(fact.occurred_at),
            **begun,
        }
    if isinstance(fact, OrderPlaced):
        ids = {"customer_id": fact.customer_id, "order_id": fact.originator_id}
        books.orders[fact.originator_id] = {**ids, "quarter": quarter_of(fact.occurred_at), **begun}
    if isinstance(fact, CampaignContent):
        books.campaigns.append({"campaign_id": fact.originator_id, "position": told.position, **begun})


def _counted(books: Books, fact: Any) -> Iterator[tuple[str, str, datetime, Names, int, tuple[str, Any]]]:
    """Yields kind, outcome, quarter, names, number, and currency with amount."""
    quarter, nothing = quarter_of(fact.occurred_at), ("", None)
    if isinstance(fact, TouchpointRecorded):
        yield (
            "contact",
            "machine" if fact.machine else str(fact.direction),
            quarter,
            names_of(fact),
            1,
            nothing,
        )
    if isinstance(fact, ConsentGranted):
        yield "consent", "granted", quarter, names_of(fact), 1, nothing
    if isinstance(fact, ConsentWithdrawn):
        outcome = "withdrawn" if fact.campaign_id is None and fact.run_id is None else "opted_out"
        yield "consent", outcome, quarter, names_of(fact), 1, nothing
    if isinstance(fact, CustomerRegistered):
        yield "customer", "registered", quarter, names_of(fact), 1, nothing
    if isinstance(fact, ComplaintOpened | ComplaintReopened | ComplaintClosed):
        opening = books.complaints[fact.originator_id]
        step = type(fact).__name__.removeprefix("Complaint").lower()
        yield "complaint", step, quarter, _as_names(opening), 1, nothing
        waits = -1 if step == "closed" else 1
        yield "complaint", "waiting", opening["quarter"], _as_names(opening), waits, nothing
    if isinstance(fact, OrderPlaced | OrderRefunded | OrderCancelled):
        order = books.orders[fact.originator_id]
        step = type(fact).__name__.removeprefix("Order").lower()
        amount = sum((line.amount for line in fact.lines), Decimal(0)) if step == "placed" else fact.amount
        yield "order", step, order["quarter"], _as_names(order), 1, (fact.currency, amount)
    for kind, outcome, n in _messages(fact):
        yield kind, outcome, quarter, books.content_of(fact.campaign_id), n, nothing


def _messages(fact: Any) -> Iterator[tuple[str, str, int]]:
    if isinstance(fact, MessageSent) or (isinstance(fact, MessageResolved) and fact.outcome == "sent"):
        yield "message", "sent", 1
    decided = [(fact, 1)] if isinstance(fact, MessageWithheld) else []
    if isinstance(fact, RunChunkDecided):
        decided = [(group, len(group.people)) for group in fact.groups]
    for decision, people in decided:
        if decision.verdict == "held_out":
            yield "message", "held_out", people
        elif decision.verdict == "suppressed":
            yield "stopped", decision.reasons[0].code, people


def _count(books: Books, told: Recorded, key: Key, n: int, money: tuple[str, Any]) -> None:
    kind, quarter, outcome, names = key
    currency, amount = money
    row = books.figures.setdefault(
        (*key, currency),
        {
            "kind": kind,
            "quarter": quarter,
            "outcome": outcome,
            "currency": currency,
            **vars(names),
            "n": 0,
            "value": None if amount is None else Decimal(0),
        },
    )
    row |= {"n": row["n"] + n, "position": told.position}
    if amount is not None:
        row["value"] += amount


def _closed(books: Books, told: Recorded) -> None:
    fact, opening = told.fact, books.complaints[told.fact.originator_id]
    quarter, product, names = quarter_of(fact.occurred_at), opening["product"], _as_names(opening)
    said = [int(quarter.timestamp()), fact.root_cause, product, names.channel, names.brand]
    row = books.root_causes.setdefault(
        tuple(said),
        {
            "combination": sha256(json.dumps(said, ensure_ascii=False).encode()).digest(),
            "quarter": quarter,
            "root_cause": fact.root_cause,
            "product": product,
            **vars(names),
            "n": 0,
        },
    )
    row |= {"n": row["n"] + 1, "position": told.position}
