"""Builders of suppressions and of their questions, for those who live at ADDRESS and OTHER_ADDRESS."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.deciding.decide import Decision, DecisionQuestion, decide
from domain.deciding.facts import DecisionFacts, Person, StoppingSuppression
from domain.deciding.policy import FIRST_POLICY, IMPOSABLE, SuppressionPolicy
from tests.domain.people import (
    ADDRESS,
    ANNA,
    BEN,
    DAY,
    MAIL,
    NOW,
    OTHER_ADDRESS,
    PARENT,
    person,
    point,
    said,
    with_folded,
)

DOMAIN, OTHER_DOMAIN = UUID(int=20), UUID(int=21)
CREDIT = replace(MAIL, purpose="credit")
"""An offer of credit, to which everyone here consents: all reasons can stop it, DELINQUENT too."""
OLD = point(100, domain_ids=(DOMAIN, PARENT))
NEW = point(102, address=OTHER_ADDRESS, domain_ids=(OTHER_DOMAIN,))
"""Chosen before OLD."""


def suppression(
    reason: str,
    position: int = 70,
    *,
    of: UUID = ANNA,
    scope: str = "customer",
    days_ago: float = 10,
    **changes: Any,
) -> StoppingSuppression:
    narrowed = with_folded({name: changes.pop(name, None) for name in ("purpose", "brand")})
    values = {"channel": None, "until": None, **changes, **narrowed}
    imposed_at = NOW - timedelta(days=days_ago)
    return StoppingSuppression(
        customer_id=of, reason_code=reason, scope=scope, imposed_at=imposed_at, position=position, **values
    )


def all_of(*, of: UUID = ANNA, scope: str = "customer", **changes: Any) -> tuple[StoppingSuppression, ...]:
    """One of every reason, at positions 70 and following in the order in which decisions name them."""
    return tuple(
        suppression(reason, position, of=of, scope=scope, **changes)
        for position, reason in enumerate(IMPOSABLE, start=70)
    )


def consenting(*suppressions: StoppingSuppression, of: UUID = ANNA, **changes: Any) -> Person:
    """Who consents to marketing and to credit."""
    consents = (said(5, of=of), said(6, of=of, purpose="credit"))
    points = (point(of=of, domain_ids=(DOMAIN, PARENT)),)
    values = {"consents": consents, "contact_points": points, "suppressions": suppressions, **changes}
    return person(of, **values)


def moved(*suppressions: StoppingSuppression, **changes: Any) -> Person:
    """Who has two addresses; both stand for them."""
    profiles = (ANNA, ADDRESS, OTHER_ADDRESS)
    return consenting(*suppressions, contact_points=(OLD, NEW), profiles=profiles, **changes)


def unregistered(
    *suppressions: StoppingSuppression, address: UUID = ADDRESS
) -> dict[UUID, tuple[Person, ...]]:
    """The profile that a shared address stands for, linked to nobody: an owner of the address."""
    return {address: (Person(person_id=address, profiles=(address,), suppressions=suppressions),)}


def flatmate(*suppressions: StoppingSuppression, **changes: Any) -> dict[UUID, tuple[Person, ...]]:
    """Ben, who owns ADDRESS too."""
    return {ADDRESS: (consenting(*suppressions, of=BEN, **changes),)}


def policy(**changes: Any) -> SuppressionPolicy:
    return replace(FIRST_POLICY, version=7, **changes)


LASTING_TEN_DAYS = policy(expires_after=dict.fromkeys(IMPOSABLE, 10 * DAY))
"""By which all that was imposed ten days ago expires at NOW."""


def asking(
    someone: Person,
    asked: DecisionQuestion = CREDIT,
    by: SuppressionPolicy = FIRST_POLICY,
    at: Any = NOW,
    **facts: Any,
) -> Decision:
    return decide(DecisionFacts(person=someone, **facts), by, asked, at)
