"""What a decision reads about several people at once is what the facts say about each of them."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deciding.facts import DecisionFacts, Person
from projections.decision_facts.in_run import facts_in_run
from projections.decision_facts.reading import DECIDES_ON, decision_facts
from projections.engine.runner import position_of
from projections.policies.reading import adopted_policies
from tests.builders import START, Story, named
from tests.projections.campaigning import cancel, draft
from tests.projections.laws import lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.decision_facts import Gathering
from tests.projections.sending import TellRun
from tests.projections.sharing import (
    ANA,
    BEN,
    CAMPAIGN,
    CUSTOMERS,
    CYD,
    DOMAINS,
    HOME,
    MAILS,
    OTHER_CAMPAIGN,
    OTHER_RUN,
    PARENT,
    PROFILES,
    RUN,
    stories,
)
from tests.projections.unordered import unordered
from tests.statements import in_transactions_of, statements


@lawful(60)
@given(
    story=stories(),
    asked_for=st.sampled_from(((None, None), (CAMPAIGN, None), (CAMPAIGN, OTHER_RUN))),
)
def test_facts_about_many_people_are_those_gathered_about_each(
    database: Database, story: Story, asked_for: tuple[UUID | None, UUID | None]
) -> None:
    log = told_log(database)
    log.empty(*DECIDES_ON)
    fold(log, story)
    campaign, run = asked_for
    gathering = Gathering(log=log.recorded(), campaign=campaign, run=run)
    found = read(log, PROFILES, campaign_id=campaign, run_id=run)
    assert found.keys() == set(PROFILES)
    for profile in PROFILES:
        assert unordered(found[profile]) == unordered(gathering.facts_of(profile))
        alone = read(log, [profile], campaign_id=campaign, run_id=run)
        assert alone[profile] == found[profile]


def fold(log: ToldLog, story: Story) -> None:
    log.append(story.facts[log.head() :])
    log.catch_up()


def read(log: ToldLog, profiles: Collection[UUID], **of: Any) -> Mapping[UUID, DecisionFacts]:
    with log.reading() as connection:
        assert position_of(connection, DECIDES_ON) == log.head()
        return decision_facts(connection, profiles, **of)


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty(*DECIDES_ON)
    return log


def test_a_stranger_is_a_person_of_whom_nothing_is_known(log: ToldLog) -> None:
    stranger = named("stranger")
    found = read(log, [stranger])[stranger]
    assert found == DecisionFacts(person=Person(person_id=stranger, profiles=(stranger,)))


def test_nobody_asked_about_is_nobody_answered(log: ToldLog) -> None:
    assert read(log, []) == {}


def test_whoever_has_the_address_on_another_channel_or_lost_it_counts_as_what_they_are(log: ToldLog) -> None:
    story = Story()
    for customer in CUSTOMERS:
        story.register(customer)
    story.add_contact_point(ANA, MAILS[0])
    story.add_contact_point(BEN, MAILS[0], channel="phone")
    story.remove_contact_point(story.add_contact_point(CYD, MAILS[0]))
    fold(log, story)
    found = read(log, [ANA, CYD])
    assert {person.person_id for person in found[ANA].co_owners[HOME]} == {BEN, HOME}
    assert (found[CYD].person.contact_points, found[CYD].co_owners) == ((), {})


def test_what_the_co_owner_of_an_address_said_and_complained_of_is_read_with_it(log: ToldLog) -> None:
    story = Story()
    for customer in (ANA, BEN):
        story.register(customer)
        story.add_contact_point(customer, MAILS[0])
    story.link(CYD, BEN, basis="stated")
    story.complain(CYD, at=START)
    story.withdraw(BEN, at=START + timedelta(days=1))
    fold(log, story)
    (ben,) = (person for person in read(log, [ANA])[ANA].co_owners[HOME] if person.person_id == BEN)
    assert set(ben.profiles) == {BEN, CYD}
    assert [one.customer_id for one in ben.complaints] == [CYD]
    assert [said.granted for said in ben.consents] == [False]


def test_a_message_of_an_earlier_run_counts_from_its_handover_unless_it_is_known_not_to_have_gone(
    log: ToldLog,
) -> None:
    story = Story()
    story.register(ANA)
    story.add_contact_point(ANA, MAILS[0])
    message = TellRun(story=story, run=RUN, campaign=CAMPAIGN).message(BEN)
    steps: tuple[Callable[[], None], ...] = (
        lambda: message.hand_over(HOME),
        lambda: message.defer(START),
        lambda: message.hand_over(HOME),
        message.send,
    )
    counted = []
    for step in steps:
        step()
        fold(log, story)
        earlier = read(log, [ANA], campaign_id=CAMPAIGN, run_id=OTHER_RUN)[ANA].earlier
        counted.append([(one.to_person, one.address_id) for one in earlier])
    assert counted == [[(False, HOME)], [], [(False, HOME)], [(False, HOME)]]
    assert read(log, [ANA], campaign_id=CAMPAIGN, run_id=RUN)[ANA].earlier == ()
    assert read(log, [ANA], campaign_id=OTHER_CAMPAIGN)[ANA].earlier == ()


def test_4_what_stops_a_domain_is_read_with_whoever_has_an_address_there_and_with_nobody_else(
    log: ToldLog,
) -> None:
    story = Story()
    for customer, mail, domain in zip((ANA, BEN), MAILS, DOMAINS, strict=True):
        story.register(customer)
        story.add_contact_point(customer, mail, domain_ids=(domain, PARENT))
    story.impose(DOMAINS[0], scope="domain", reason_code="DOMAIN_BLOCKED")
    fold(log, story)
    found = read(log, [ANA, BEN])
    assert [one.reason_code for one in found[ANA].domains[DOMAINS[0]]] == ["DOMAIN_BLOCKED"]
    assert found[BEN].domains == {}
    story.impose(PARENT, scope="domain", reason_code="LEGAL_HOLD")
    fold(log, story)
    assert [one.reason_code for one in read(log, [BEN])[BEN].domains[PARENT]] == ["LEGAL_HOLD"]


def test_4_what_stops_an_address_is_read_with_everyone_who_has_it(log: ToldLog) -> None:
    story = Story()
    for customer in (ANA, BEN):
        story.register(customer)
        story.add_contact_point(customer, MAILS[0])
    story.link(HOME, ANA)
    story.impose(HOME, scope="address", reason_code="HARD_BOUNCE")
    fold(log, story)
    found = read(log, [ANA, BEN, CYD])
    assert [one.customer_id for one in found[ANA].person.suppressions] == [HOME]
    (ana,) = found[BEN].co_owners[HOME]
    assert ana == found[ANA].person
    assert found[CYD].person.suppressions == ()


def test_5_a_suppression_that_was_lifted_is_read_no_more_one_that_expired_is(log: ToldLog) -> None:
    story = Story()
    story.register(ANA)
    lifted = story.impose(ANA, reason_code="LEGAL_HOLD")
    story.impose(ANA, reason_code="DELINQUENT", until=START - timedelta(days=1))
    fold(log, story)
    assert [one.reason_code for one in read(log, [ANA])[ANA].person.suppressions] == [
        "LEGAL_HOLD",
        "DELINQUENT",
    ]
    story.lift(lifted)
    fold(log, story)
    assert [one.reason_code for one in read(log, [ANA])[ANA].person.suppressions] == ["DELINQUENT"]


def test_17_a_draw_stays_with_the_campaign_and_with_the_person_that_it_was_for(log: ToldLog) -> None:
    story = Story()
    for customer in CUSTOMERS:
        story.register(customer)
    for run_id, campaign in ((RUN, CAMPAIGN), (OTHER_RUN, OTHER_CAMPAIGN)):
        run = TellRun(story=story, run=run_id, campaign=campaign)
        run.plan()
        run.record(CUSTOMERS)
        run.decide({ANA: HOME}, [CYD], held_out=[BEN], units={ANA: ANA, BEN: HOME})
    story.link(ANA, BEN, basis="stated")
    fold(log, story)
    found = read(log, [BEN, CYD], campaign_id=CAMPAIGN, run_id=RUN)
    drawn = [(one.unit, one.held_out) for one in found[BEN].person.earlier_draws]
    assert sorted(drawn) == sorted([(ANA, False), (HOME, True)])
    assert found[CYD].person.earlier_draws == ()
    assert read(log, [BEN])[BEN].person.earlier_draws == ()


def test_17_the_oldest_profile_is_the_one_that_something_was_said_of_first(log: ToldLog) -> None:
    story = Story()
    story.touch(BEN)
    story.register(ANA)
    story.register(BEN)
    story.link(ANA, BEN, basis="stated")
    story.link(HOME, ANA)
    fold(log, story)
    person = read(log, [HOME])[HOME].person
    assert (person.person_id, person.oldest_profile) == (ANA, BEN)
    assert set(person.profiles) == {ANA, BEN, HOME}


def test_19_a_cancelled_campaign_is_known_by_the_position_of_its_cancellation(log: ToldLog) -> None:
    story = Story()
    for campaign in (CAMPAIGN, OTHER_CAMPAIGN):
        draft(story, campaign)
    cancel(story, CAMPAIGN)
    fold(log, story)
    assert read(log, [ANA], campaign_id=CAMPAIGN)[ANA].cancelled == log.head()
    assert read(log, [ANA], campaign_id=OTHER_CAMPAIGN)[ANA].cancelled is None
    assert read(log, [ANA])[ANA].cancelled is None


def test_the_facts_about_many_people_cost_as_many_statements_as_those_about_one(log: ToldLog) -> None:
    story = Story()
    people = [named(f"person {n}") for n in range(50)]
    for number, person in enumerate(people):
        story.register(person)
        story.add_contact_point(person, f"p{number}@example.org", domain_ids=(DOMAINS[0],))
        story.add_contact_point(person, MAILS[0], channel="phone")
    fold(log, story)
    for asked_for in ([], people[:1], people):
        with log.reading() as connection, statements(in_transactions_of("farley_reader")) as executed:
            facts = facts_in_run(connection, asked_for, campaign_id=CAMPAIGN, run_id=RUN)
            adopted_policies(connection)
        assert (facts.keys(), len(executed)) == (set(asked_for), 2)
