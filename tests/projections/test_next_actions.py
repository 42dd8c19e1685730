"""What next actions read is what the facts say, and after no history is an offer made where a stop meets it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.events import ContactPointAdded
from domain.deciding.decide import RULES_VERSION
from domain.deciding.decision import DecisionQuestion
from domain.deciding.policy import FIRST_POLICY
from domain.next_actions.case import Case
from domain.next_actions.facts import LATELY, PersonFacts
from projections.next_actions.reading import READS, known_for_actions
from tests.builders import START, Story, named
from tests.domain.next_steps import assert_offers_nothing_stopped
from tests.projections.complaining import complain_and_go_on
from tests.projections.happenings import buy, touch, write_to
from tests.projections.laws import lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.next_actions import person_facts
from tests.projections.sharing import CUSTOMERS, become_one, complain, hold, stories, suppress
from tests.projections.unordered import unordered

INSTANTS = st.integers(-20, 120).map(lambda days: START + timedelta(days=days))
QUESTIONS = tuple(
    DecisionQuestion(message_class="promotional", purpose=purpose, channel=channel)
    for purpose in ("marketing", "credit")
    for channel in ("email", "phone")
)
HAPPENINGS = (touch, touch, buy, complain_and_go_on, write_to)


@st.composite
def lives(draw: st.DrawFn) -> Story:
    """Customers who share addresses and become one person, and what they and the company do."""
    story = draw(st.one_of(stories(), quiet_stories()))
    for happening in draw(st.lists(st.sampled_from(HAPPENINGS), max_size=6)):
        happening(draw, story, draw(st.sampled_from(CUSTOMERS)))
    return story


@st.composite
def quiet_stories(draw: st.DrawFn) -> Story:
    """Most of them consent to everything, and few things stop what could be offered to them."""
    story, held = Story(), list[ContactPointAdded]()
    for customer in CUSTOMERS:
        story.register(customer)
        hold(draw, story, held, customer)
        hold(draw, story, held, customer)
        for asked in draw(st.sampled_from((QUESTIONS, QUESTIONS, ()))):
            story.grant(customer, purpose=asked.purpose, channel=asked.channel)
    for act in draw(st.lists(st.sampled_from((become_one, complain, suppress)), max_size=2)):
        act(draw, story, held, draw(st.sampled_from(CUSTOMERS)))
    return story


@lawful(90)
@given(story=lives(), at=INSTANTS)
def test_no_history_leads_to_an_offer_that_a_complaint_or_a_suppression_stops(
    database: Database, story: Story, at: datetime
) -> None:
    log = told_log(database)
    log.empty(*READS)
    log.append(story.facts)
    log.catch_up()
    recorded = log.recorded()
    for customer in CUSTOMERS:
        facts = read(log, customer, at)
        assert comparable(facts) == comparable(person_facts(recorded, customer, at - LATELY))
        assert_offers_nothing_stopped(case_of(facts, at))


def read(log: ToldLog, customer: UUID, at: datetime) -> PersonFacts:
    with log.reading() as connection:
        known = known_for_actions(connection, customer, at)
    assert known is not None and known.position == known.reached.head == log.head()
    return known.facts


def comparable(facts: PersonFacts) -> Any:
    """Equal for equal facts in whatever order those of decisions were read."""
    return {**vars(facts), "decision": unordered(facts.decision)}


def case_of(facts: PersonFacts, at: datetime) -> Case:
    return Case(
        facts=facts, policy=FIRST_POLICY, questions=QUESTIONS, at=at, decision_rules_version=RULES_VERSION
    )


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty(*READS)
    return log


def test_nobody_is_known_who_never_registered(log: ToldLog) -> None:
    with log.reading() as connection:
        assert known_for_actions(connection, named("stranger"), START) is None
