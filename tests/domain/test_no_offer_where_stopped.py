"""No offer is proposed to somebody whom a complaint or a suppression stops, whatever else is known of the person."""

from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.customers.mailability import Mailability
from domain.deciding.decide import RULES_VERSION
from domain.deciding.facts import DecisionFacts, Person
from domain.deciding.policy import FIRST_POLICY, IMPOSABLE
from domain.next_actions.case import Case
from domain.next_actions.facts import PersonFacts
from tests.amounts import amount
from tests.domain.next_steps import assert_offers_nothing_stopped, happened
from tests.domain.people import (
    ADDRESS,
    ANNA,
    BEN,
    DAY,
    MAIL,
    NOW,
    OTHER_ADDRESS,
    PARENT,
    complaint,
    point,
    said,
)
from tests.domain.suppressing import CREDIT, DOMAIN, suppression

QUESTIONS = tuple(
    type(MAIL)(message_class="promotional", purpose=purpose, channel=channel)
    for purpose in (MAIL.purpose, CREDIT.purpose)
    for channel in ("email", "phone")
)
ENDS = st.sampled_from((None, NOW - DAY, NOW, NOW + DAY, NOW + 40 * DAY))


@st.composite
def points(draw: st.DrawFn, of: UUID) -> Any:
    return tuple(
        point(
            100 + n,
            of=of,
            channel=draw(st.sampled_from(("email", "phone"))),
            address=draw(st.sampled_from((ADDRESS, OTHER_ADDRESS))),
            mailability=draw(st.sampled_from((None, *Mailability))),
            domain_ids=(DOMAIN, PARENT),
        )
        for n in range(draw(st.integers(0, 2)))
    )


@st.composite
def consents(draw: st.DrawFn, of: UUID) -> Any:
    return tuple(
        said(
            10 + n,
            granted=draw(st.sampled_from((True, True, True, False))),
            of=of,
            days_ago=draw(st.integers(1, 20)),
            channel=draw(st.sampled_from((None, "email", "phone"))),
            purpose=draw(st.sampled_from((None, "marketing", "credit"))),
            expires_at=draw(ENDS),
        )
        for n in range(draw(st.integers(0, 4)))
    )


@st.composite
def complaints(draw: st.DrawFn, of: UUID) -> Any:
    return tuple(
        complaint(
            50 + n,
            "closed" if ago is not None else "open",
            of=of,
            closed_days_ago=ago,
            severity=draw(st.sampled_from(("low", "normal", "high", "critical"))),
            outcome=draw(st.sampled_from(("upheld", "duplicate"))) if ago is not None else None,
        )
        for n, ago in enumerate(draw(st.lists(st.sampled_from((None, 1, 10, 100)), max_size=2)))
    )


@st.composite
def suppressions(draw: st.DrawFn, of: UUID, scope: str) -> Any:
    return tuple(
        suppression(
            draw(st.sampled_from(IMPOSABLE)),
            70 + n,
            of=of,
            scope=scope,
            channel=draw(st.sampled_from((None, "email"))),
            purpose=draw(st.sampled_from((None, "marketing"))),
            until=draw(ENDS),
        )
        for n in range(draw(st.sampled_from((0, 0, 0, 1, 2))))
    )


@st.composite
def people(draw: st.DrawFn, identity: UUID) -> Person:
    return Person(
        person_id=identity,
        profiles=(identity,),
        contact_points=draw(points(identity)),
        consents=draw(consents(identity)),
        complaints=draw(complaints(identity)),
        suppressions=draw(suppressions(identity, "customer")),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    anna, ben = draw(people(ANNA)), draw(people(BEN))
    shared = draw(st.sampled_from(({}, {ADDRESS: (ben,)}, {OTHER_ADDRESS: (ben,)})))
    domain = draw(suppressions(DOMAIN, "domain"))
    decision = DecisionFacts(person=anna, co_owners=shared, domains={DOMAIN: domain} if domain else {})
    return Case(
        facts=PersonFacts(decision=decision, last_order=happened(90)),
        policy=FIRST_POLICY,
        questions=QUESTIONS,
        at=NOW,
        decision_rules_version=RULES_VERSION,
    )


@settings(max_examples=amount(2_000, quick=400), derandomize=True, deadline=None, database=None)
@given(case=cases())
def test_no_offer_is_proposed_where_a_complaint_or_a_suppression_stops(case: Case) -> None:
    assert_offers_nothing_stopped(case)
