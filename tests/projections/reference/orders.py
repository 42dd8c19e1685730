"""What customers bought, in plain Python, fact by fact."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.orders.events import OrderCancelled, OrderPlaced, OrderRefunded
from tests.projections.log import Recorded


def orders(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[UUID, dict[str, Any]] = {}
    for told in log:
        fact = told.fact
        if isinstance(fact, OrderPlaced):
            rows[fact.originator_id] = _placed(fact)
        if isinstance(fact, OrderRefunded):
            rows[fact.originator_id]["refunded"] += fact.amount
        if isinstance(fact, OrderCancelled):
            rows[fact.originator_id] |= {"cancelled": fact.amount, "cancelled_at": fact.occurred_at}
        if isinstance(fact, OrderPlaced | OrderRefunded | OrderCancelled):
            rows[fact.originator_id]["position"] = told.position
    return {"purchase": list(rows.values())}


def _placed(fact: OrderPlaced) -> dict[str, Any]:
    costs = [line.cost for line in fact.lines if line.cost is not None]
    return {
        "customer_id": fact.customer_id,
        "order_id": fact.originator_id,
        "placed_at": fact.occurred_at,
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
