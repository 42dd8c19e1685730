"""A campaign with a hold-out that ran, after which some people of both arms bought."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from tests.interfaces.console.conftest import Console
from tests.interfaces.console.desk import told
from tests.world import BEGIN

DAYS = 5


def campaigned(console: Console, people: int, buyers: int) -> UUID:
    """Returns the campaign. Of the people written to, `buyers` more buy than of those held out."""
    world = console.world
    members = [world.customer(f"person{number}@example.org") for number in range(people)]
    campaign = world.campaign(hold_out=Decimal("0.5"), seed="s-1", attribution_window_days=DAYS)
    run = world.start(campaign)
    world.run_to_end(world.dispatcher())
    world.clock.move(timedelta(days=DAYS + 1))
    held_out = [one for one, decision in world.decisions(run).items() if decision["outcome"] == "held_out"]
    treated = [member for member in members if member not in held_out]
    for number, customer in enumerate((*held_out[:6], *treated[: 6 + buyers])):
        buy(console, customer, number)
    return campaign


def buy(console: Console, customer: UUID, number: int) -> None:
    at = BEGIN + timedelta(hours=1) + timedelta(hours=7 * number) % timedelta(days=DAYS - 1)
    line = {"sku": "LAMP", "quantity": 1, "amount": f"{20 + number}.50"}
    body = {"customer_id": str(customer), "occurred_at": at.isoformat(), "currency": "EUR", "lines": [line]}
    told(console, "/api/orders", body)
