"""A decision about one person of a group holds for everybody in it."""

from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deciding.decide import DecisionQuestion, decide
from domain.deciding.policy import FIRST_POLICY
from projections.decision_facts.alike import alike
from projections.decision_facts.reading import DECIDES_ON, decision_facts
from projections.identity.reading import person_ids_of
from tests.builders import START, Story, named
from tests.projections.laws import lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.sharing import CUSTOMERS, stories

LATER = START + timedelta(days=30)
MESSAGES = st.sampled_from(("promotional", "service", "recovery"))
PURPOSES = st.sampled_from(("marketing", "service", "credit"))


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty(*DECIDES_ON)
    return log


@lawful(60)
@given(
    story=stories(),
    message=MESSAGES,
    purpose=PURPOSES,
    channel=st.sampled_from(("email", "phone")),
    days=st.sampled_from((0, 30, 400)),
)
def test_decisions_by_group_count_as_decisions_about_each(
    database: Database, story: Story, message: str, purpose: str, channel: str, days: int
) -> None:
    log = told_log(database)
    log.empty(*DECIDES_ON)
    fold(log, story)
    question = DecisionQuestion(message_class=message, purpose=purpose, channel=channel)
    at = START + timedelta(days=days)
    with log.reading() as connection:
        people = set(person_ids_of(connection, CUSTOMERS).values())
        groups, apart = alike(connection, people, channel=channel, at=at)
        facts = decision_facts(connection, people)
    decided = {person: spoken(decide(facts[person], FIRST_POLICY, question, at)) for person in people}
    by_group = Counter(dict[Any, int]())
    for person, number in (groups | dict.fromkeys(apart, 1)).items():
        by_group[decided[person]] += number
    assert by_group == Counter(decided.values())
    assert groups.keys().isdisjoint(apart)


def spoken(decision: Any) -> Any:
    return decision.verdict, tuple(reason.code for reason in decision.reasons)


def test_people_with_an_address_and_a_consent_each_are_one_group(log: ToldLog) -> None:
    story, people = Story(), registered(6)
    for person in people:
        told(story, person)
    fold(log, story)
    groups, apart = grouped(log, people)
    assert (list(groups.values()), apart) == ([6], [])


def test_whoever_differs_is_in_another_group_or_apart(log: ToldLog) -> None:
    story = Story()
    plain, silent, pausing, shared, sharing, two, hurt = people = registered(7)
    for person in people:
        told(story, person, consent=person not in (silent,))
    story.withdraw(pausing)
    story.add_contact_point(shared, "ours@example.org")
    story.add_contact_point(sharing, "ours@example.org")
    story.add_contact_point(two, "second@example.org")
    story.complain(hurt)
    fold(log, story)
    groups, apart = grouped(log, people)
    assert set(apart) == {pausing, shared, sharing, two, hurt}
    assert groups == {plain: 1, silent: 1}


def registered(number: int) -> list[UUID]:
    return [named(f"somebody {n}") for n in range(number)]


def told(story: Story, person: UUID, *, consent: bool = True) -> None:
    mail = f"{person}@example.org"
    story.register(person)
    story.add_contact_point(person, mail)
    story.link(person, named(mail))
    if consent:
        story.grant(person)


def grouped(log: ToldLog, people: Collection[UUID]) -> tuple[dict[UUID, int], list[UUID]]:
    with log.reading() as connection:
        return alike(connection, people, channel="email", at=LATER)


def fold(log: ToldLog, story: Story) -> None:
    log.append(story.facts[log.head() :])
    log.catch_up()
