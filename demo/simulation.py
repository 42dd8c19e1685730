"""Simulates what people do after the campaign: who buys, who clicks, and whose mail a machine opens.

The true effect of the simulation is known, so that the lift can be compared with it.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from demo.api import Post
from demo.bodies import SOURCE
from demo.telling import Named

SEED = 1
TREATED_BUY, HELD_OUT_BUY = 0.25, 0.10
"""The shares of buyers among the treated and among the held-out members."""
MIDDLE, SPREAD = 30.0, 0.6
"""The lognormal distribution of a basket: its median in dollars, and the standard deviation of its logarithm."""
CLICKED, MACHINE_OPENED = 0.3, 0.5
"""The shares of the treated whose message was clicked, and whose message a machine opened."""
CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Arm:
    """What the people of one arm did, by customer id. `baskets` holds the dollars of each buyer."""

    people: Sequence[str]
    baskets: dict[str, Decimal]
    clicked: Sequence[str]
    machine_opened: Sequence[str]

    @property
    def revenue(self) -> Decimal:
        return sum(self.baskets.values(), Decimal(0))


def true_points() -> Decimal:
    """Returns the true effect on orders, in percentage points."""
    return Decimal(f"{100 * (TREATED_BUY - HELD_OUT_BUY):.1f}")


def true_dollars() -> Decimal:
    """Returns the true effect on revenue per person, in dollars: the added buyers times the mean basket."""
    basket = MIDDLE * math.exp(SPREAD**2 / 2)
    return Decimal(f"{(TREATED_BUY - HELD_OUT_BUY) * basket:.2f}")


def treated_arm(chance: Random, people: Sequence[str]) -> Arm:
    return Arm(
        people=people,
        baskets=_baskets(chance, people, TREATED_BUY),
        clicked=list(_some(chance, people, CLICKED)),
        machine_opened=list(_some(chance, people, MACHINE_OPENED)),
    )


def held_out_arm(chance: Random, people: Sequence[str]) -> Arm:
    """Simulates held-out members, who got no message that they could click or open."""
    return Arm(people=people, baskets=_baskets(chance, people, HELD_OUT_BUY), clicked=(), machine_opened=())


def _baskets(chance: Random, people: Sequence[str], share: float) -> dict[str, Decimal]:
    return {person: _basket(chance) for person in _some(chance, people, share)}


def _some(chance: Random, people: Iterable[str], share: float) -> Iterator[str]:
    return (person for person in people if chance.random() < share)


def _basket(chance: Random) -> Decimal:
    return max(CENT, Decimal(chance.lognormvariate(math.log(MIDDLE), SPREAD)).quantize(CENT))


def orders(arm: Arm) -> Iterator[Post]:
    """Yields an order for each basket. The orders have no instant, so they happen now, after the messages."""
    for customer_id, dollars in arm.baskets.items():
        yield (
            "/api/orders",
            {
                "source": SOURCE,
                "number": f"simulated {customer_id}",
                "customer_id": customer_id,
                "currency": "USD",
                "lines": [{"sku": "CD", "quantity": 1, "amount": str(dollars)}],
            },
        )


def touchpoints(arm: Arm, run: Named) -> Iterator[Post]:
    """Yields the clicks of people and the opens by machines."""
    for customer_id in arm.clicked:
        yield _touchpoint(customer_id, run, kind="email_clicked")
    for customer_id in arm.machine_opened:
        yield _touchpoint(customer_id, run, kind="email_opened", machine=True)


def _touchpoint(customer_id: str, run: Named, *, kind: str, **more: Any) -> Post:
    return (
        "/api/touchpoints",
        {
            "source": "simulated",
            "message_id": f"{kind} {customer_id}",
            "customer_id": customer_id,
            "channel": "email",
            "direction": "inbound",
            "kind": kind,
            "campaign_id": run.campaign_id,
            "run_id": run.run_id,
            **more,
        },
    )
