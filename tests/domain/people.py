"""People and messages to decide about."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.complaints.events import ComplaintStatus, Severity
from domain.deciding.decide import Decision, DecisionQuestion, decide
from domain.deciding.facts import (
    ConsentStatement,
    ContactPoint,
    DecisionFacts,
    Person,
    StoppingComplaint,
)
from domain.deciding.links import Link
from domain.deciding.policy import FIRST_POLICY
from domain.plain_text import folded

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANNA, BEN, ADDRESS, OTHER_ADDRESS = (UUID(int=n) for n in (1, 2, 10, 11))
PARENT = UUID(int=30)
"""Stands for the domain that others are subdomains of."""
MAIL = DecisionQuestion(message_class="promotional", purpose="marketing", channel="email")


def point(number: int = 100, *, of: UUID = ANNA, address: UUID = ADDRESS, **changes: Any) -> ContactPoint:
    values = {"channel": "email", "label": None, "position": number, **changes}
    return ContactPoint(contact_point_id=UUID(int=number), customer_id=of, address_id=address, **values)


SAID_NAMES = {"purpose": "marketing", "topic": None, "brand": None}


def with_folded(names: Mapping[str, str | None]) -> dict[str, str | None]:
    """The folded form of each name, as facts have it."""
    return {f"{name}_folded": None if text is None else folded(text) for name, text in names.items()}


def said(
    position: int, granted: bool = True, *, of: UUID = ANNA, days_ago: float = 10, **scope: Any
) -> ConsentStatement:
    names = {name: scope.pop(name, default) for name, default in SAID_NAMES.items()}
    values = {"channel": "email", "contact_point_id": None, "expires_at": None, **scope}
    return ConsentStatement(
        **values,
        **names,
        **with_folded(names),
        customer_id=of,
        granted=granted,
        occurred_at=NOW - timedelta(days=days_ago),
        said_at=NOW - timedelta(days=days_ago),
        position=position,
    )


def complaint(
    position: int = 50,
    status: str = "open",
    *,
    of: UUID = ANNA,
    closed_days_ago: float | None = None,
    **changes: Any,
) -> StoppingComplaint:
    closed_at = None if closed_days_ago is None else NOW - timedelta(days=closed_days_ago)
    values = {"severity": Severity.NORMAL, "outcome": None, **changes}
    return StoppingComplaint(
        complaint_id=UUID(int=position),
        customer_id=of,
        status=ComplaintStatus(status),
        closed_at=closed_at,
        position=position,
        **values,
    )


def joined(position: int, one: UUID = ANNA, other: UUID = BEN) -> Link:
    return Link(profile_id=one, other_id=other, position=position)


def person(identity: UUID = ANNA, **changes: Any) -> Person:
    values = {
        "profiles": (identity,),
        "contact_points": (point(of=identity),),
        "consents": (said(5, of=identity),),
    }
    return Person(person_id=identity, **{**values, **changes})


def decided(
    someone: Person | None = None, asked: DecisionQuestion = MAIL, at: datetime = NOW, **facts: Any
) -> Decision:
    return decide(DecisionFacts(person=someone or person(), **facts), FIRST_POLICY, asked, at)


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]
