"""What customers bought, in plain Python, fact by fact."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.orders.events import OrderCancelled, OrderLine, OrderPlaced, OrderRefunded
from tests.projections.log import Recorded

STEPS: dict[type[Any], str] = {OrderPlaced: "placed", OrderRefunded: "refunded", OrderCancelled: "cancelled"}


def orders(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[UUID, dict[str, Any]] = {}
    steps = []
    for told in log:
        fact = told.fact
        if isinstance(fact, OrderPlaced):
            rows[fact.originator_id] = _placed(told)
        if isinstance(fact, OrderRefunded):
            rows[fact.originator_id]["refunded"] += fact.amount
        if isinstance(fact, OrderCancelled):
            rows[fact.originator_id] |= {"cancelled": fact.amount, "cancelled_at": fact.occurred_at}
        if isinstance(fact, OrderPlaced | OrderRefunded | OrderCancelled):
            row = rows[fact.originator_id]
            row |= {"status": _status(row), "version": fact.originator_version, "position": told.position}
            steps.append(_step(told))
    return {"purchase": list(rows.values()), "purchase_step": steps}


def _status(row: dict[str, Any]) -> str:
    if row["cancelled_at"] is not None:
        return "cancelled"
    if not row["refunded"]:
        return "placed"
    return "refunded" if row["refunded"] == row["amount"] else "partly_refunded"


def _step(told: Recorded) -> dict[str, Any]:
    fact = told.fact
    placed = isinstance(fact, OrderPlaced)
    copied = ("customer_id", "occurred_at", "actor", "brand", "division")
    return {
        **{name: getattr(fact, name) for name in copied},
        "order_id": fact.originator_id,
        "version": fact.originator_version,
        "position": told.position,
        "step": STEPS[type(fact)],
        "recorded_at": told.recorded_at,
        "amount": sum((line.amount for line in fact.lines), Decimal(0)) if placed else fact.amount,
        "refund_id": getattr(fact, "refund_id", None),
        "reason": getattr(fact, "reason", None),
    }


def _placed(told: Recorded) -> dict[str, Any]:
    fact = told.fact
    costs = [line.cost for line in fact.lines if line.cost is not None]
    return {
        "customer_id": fact.customer_id,
        "order_id": fact.originator_id,
        "placed_at": fact.occurred_at,
        "placed_position": told.position,
        "lines": [_line(line) for line in fact.lines],
        "currency": fact.currency,
        "amount": sum((line.amount for line in fact.lines), Decimal(0)),
        "refunded": Decimal(0),
        "cancelled": Decimal(0),
        "quantity": sum((line.quantity for line in fact.lines), Decimal(0)),
        "cost": sum(costs, Decimal(0)) if costs else None,
        "cancelled_at": None,
        "source": fact.source,
        "number": fact.number,
        "channel": fact.channel,
        "brand": fact.brand,
        "division": fact.division,
    }


def _line(line: OrderLine) -> dict[str, str | None]:
    given = {"sku": line.sku, "quantity": line.quantity, "amount": line.amount, "cost": line.cost}
    return {name: None if value is None else str(value) for name, value in given.items()}
