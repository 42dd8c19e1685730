"""Suppressions, and whom they stop."""

from typing import Any
from uuid import UUID

from application.customers.commands import AddContactPoint, GivenContactPoint
from application.eligibility.service import AskEligibility
from application.suppressions.commands import GivenScope, ImposeSuppression, LiftSuppression
from domain.deciding.decision import Decision
from tests.world import World


def impose(world: World, reason: str, *, until: Any = None, **scope: Any) -> UUID:
    command = ImposeSuppression(scope=GivenScope(**scope), reason=reason, until=until)
    answer = world.services.suppressions.impose_suppression(command, world.request())
    return UUID(answer.body["suppression_id"])


def lift(world: World, suppression_id: UUID) -> None:
    command = LiftSuppression(suppression_id=suppression_id, reason="was wrong")
    world.services.suppressions.lift_suppression(command, world.request())


def reach(world: World, customer_id: UUID, value: str) -> UUID:
    """Adds an e-mail address; its contact point's id."""
    point = GivenContactPoint(channel="email", value=value)
    command = AddContactPoint(customer_id=customer_id, contact_point=point)
    answer = world.services.customers.add_contact_point(command, world.request())
    return UUID(answer.body["contact_point_id"])


def decision(
    world: World,
    customer_id: UUID,
    *,
    message_class: str = "promotional",
    purpose: str = "marketing",
    **more: Any,
) -> Decision:
    world.fold()
    ask = AskEligibility(
        customer_id=customer_id, channel="email", purpose=purpose, message_class=message_class, **more
    )
    return world.services.eligibility.explain(ask).decision


def stopped(world: World, customer_id: UUID, **asked: Any) -> list[str]:
    """The codes of the rules that stop such a message."""
    return [reason.code for reason in decision(world, customer_id, **asked).reasons]
