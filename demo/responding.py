"""The part of the story with simulated responses, the counts of each arm, and the lift beside the true effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from demo import bodies, simulation
from demo.installation import Installation
from demo.screen import Screen
from demo.simulation import Arm
from demo.telling import Named, require, tell_all

COUNTED = ("people", "sent", "delivered", "machine_opened", "clicked", "converted")
INTERVAL = ("estimate", "low", "high")
POINT, CENT = Decimal("0.1"), Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Effect:
    """An estimate with its 95 % interval, both rounded as on screen, and the true effect. All are in `unit`."""

    name: str
    unit: str
    estimate: Decimal
    low: Decimal
    high: Decimal
    true: Decimal

    @property
    def covered(self) -> bool:
        return self.low <= self.true <= self.high

    @property
    def row(self) -> tuple[str, ...]:
        interval = f"{self.low:+} to {self.high:+}"
        return f"{self.name}, {self.unit}", f"{self.estimate:+}", interval, f"{self.true:+}"

    @property
    def verdict(self) -> str:
        if self.covered:
            return f"{self.name}: the interval covers the true effect."
        return f"{self.name}: the interval does not cover the true effect: one in twenty does not."


def close_the_loop(
    farley: Installation, screen: Screen, run: Named, treated: Sequence[str], held_out: Sequence[str]
) -> None:
    """Simulates the responses of both arms, and shows the effect that Farley measures."""
    screen.say(
        f"In both arms people buy (simulated): of the treated {simulation.TREATED_BUY:.0%}, of those held out"
        f" {simulation.HELD_OUT_BUY:.0%}."
    )
    screen.say(
        f"The true effect is {simulation.true_points():+} points of conversion and"
        f" {simulation.true_dollars():+} USD of revenue per person."
    )
    chance = Random(simulation.SEED)  # noqa: S311 - the same in every demo
    arms = simulation.treated_arm(chance, treated), simulation.held_out_arm(chance, held_out)
    position = _respond(farley, screen, run, arms)
    response = farley.api.ask(f"/api/campaigns/{run.campaign_id}/response", at_least=position)
    _show_arms(screen, response["arms"])
    _require_arms(response["arms"], arms)
    _show_lift(screen, response["lift"])


def _respond(farley: Installation, screen: Screen, run: Named, arms: Sequence[Arm]) -> str:
    """Sends the responses of both arms, and returns the position of the last fact."""
    orders = [order for arm in arms for order in simulation.orders(arm)]
    answers = tell_all(farley, screen, "orders (simulated)", orders)
    touchpoints = [touch for arm in arms for touch in simulation.touchpoints(arm, run)]
    answers += tell_all(farley, screen, "clicks, opens by machines (simulated)", touchpoints)
    return str(max(int(answer["position"]) for answer in answers))


def _show_arms(screen: Screen, arms: Sequence[Mapping[str, Any]]) -> None:
    columns = ("arm", *(f">{name.replace('_', ' ')}" for name in COUNTED), ">revenue", ">cost")
    screen.table(columns, [_row(arm) for arm in arms])
    screen.say("Delivered is sent less bounced; what machines open counts as no response.")


def _row(arm: Mapping[str, Any]) -> tuple[str, ...]:
    counts = (str(arm[name]) for name in COUNTED)
    revenue = ", ".join(f"{money['amount']} {money['currency']}" for money in arm["revenue"])
    cost = f"{arm['cost']['amount']} {arm['cost']['currency']}"
    return "held out" if arm["hold_out"] else "treated", *counts, revenue, cost


def _require_arms(shown_arms: Sequence[Mapping[str, Any]], arms: Sequence[Arm]) -> None:
    for shown, arm in zip(shown_arms, arms, strict=True):
        counts = {
            "people": len(arm.people),
            "converted": len(arm.baskets),
            "clicked": len(arm.clicked),
            "responded": len(arm.clicked),
            "machine_opened": len(arm.machine_opened),
            "opened": 0,
        }
        require(
            {name: shown[name] for name in counts} == counts, "everyone's response counts once, in their arm"
        )
        require(Decimal(shown["revenue"][0]["amount"]) == arm.revenue, "revenue is what people paid")
        require(
            Decimal(shown["cost"]["amount"]) == shown["sent"] * Decimal(bodies.COST), "messages cost money"
        )


def _show_lift(screen: Screen, lift: Mapping[str, Any]) -> None:
    effects = tuple(_effects(lift))
    columns = ("treated less held out", ">estimate", ">95 % interval", ">true effect (simulated)")
    screen.table(columns, [effect.row for effect in effects])
    for effect in effects:
        screen.say(effect.verdict, style="bold green" if effect.covered else "bold yellow")
    if lift.get("warning"):
        screen.say(f"Warning: {lift['warning']}", style="yellow")


def _effects(lift: Mapping[str, Any]) -> Sequence[Effect]:
    conversion, revenue = lift["conversion"], lift["revenue_per_person"]
    require(None not in (conversion["low"], revenue["low"]), "both effects have an interval")
    return (
        Effect(
            name="Conversion",
            unit="points",
            **{name: _rounded(100 * Decimal(str(conversion[name])), POINT) for name in INTERVAL},
            true=simulation.true_points(),
        ),
        Effect(
            name="Revenue per person",
            unit=revenue["currency"],
            **{name: _rounded(Decimal(revenue[name]), CENT) for name in INTERVAL},
            true=simulation.true_dollars(),
        ),
    )


def _rounded(number: Decimal, unit: Decimal) -> Decimal:
    return number.quantize(unit)
