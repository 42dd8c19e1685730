"""What a decision reads about several people at once is what the facts say about each of them."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.customers.events import ContactPointAdded
from domain.deciding.facts import DecisionFacts, Person
from projections.suppression.reading import DECIDES_ON, decision_facts, read_position
from tests.builders import START, Story, named
from tests.projections.happenings import INSTANTS
from tests.projections.laws import LAWFUL, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.decision_facts import Gathering
from tests.projections.sending import TellRun, go_on
from tests.projections.test_suppression import complain_and_go_on

CUSTOMERS = ANA, BEN, CYD = tuple(map(named, ("ana", "ben", "cyd")))
MAILS = ("home@example.org", "work@example.org")
ADDRESSES = HOME, WORK = tuple(map(named, MAILS))
PROFILES = (*CUSTOMERS, *ADDRESSES)
CAMPAIGN, OTHER_CAMPAIGN, RUN, OTHER_RUN = map(named, ("campaign", "other campaign", "run", "other run"))
ZONES = st.none() | st.sampled_from(("Europe/Madrid", "America/Lima"))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Customers who come to share addresses and to be one person, and what they say and are sent meanwhile."""
    story = Story()
    held: list[ContactPointAdded] = []
    for customer in draw(st.permutations(CUSTOMERS)):
        story.register(customer, time_zone=draw(ZONES))
        hold(draw, story, held, customer)
    for act in draw(st.lists(st.sampled_from(ACTS), min_size=4, max_size=14)):
        act(draw, story, held, draw(st.sampled_from(CUSTOMERS)))
    for run, campaign in ((RUN, CAMPAIGN), (OTHER_RUN, draw(st.sampled_from((CAMPAIGN, OTHER_CAMPAIGN))))):
        telling = TellRun(story=story, run=run, campaign=campaign)
        for member in CUSTOMERS:
            go_on(draw, telling.message(member, profile=draw(st.sampled_from(PROFILES))), ADDRESSES)
    return story


def hold(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    """The address stands for its first holder; of a second one it is shared and stands for nobody else."""
    mail, channel = draw(st.sampled_from(MAILS)), draw(st.sampled_from(("email", "email", "phone")))
    first = not any(one.address_id == named(mail) for one in held)
    label = draw(st.sampled_from((None, "preferred")))
    held.append(story.add_contact_point(customer, mail, channel=channel, label=label))
    if first or draw(st.booleans()):
        story.link(named(mail), customer)
    else:
        story.unlink(named(mail), held[0].customer_id)


def let_go(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    story.remove_contact_point(draw(st.sampled_from(held)))


def become_one(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    other = draw(st.sampled_from([one for one in CUSTOMERS if one != customer]))
    story.link(customer, other, how="stated")


def part(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    links = [fact for fact in story.facts if type(fact).__name__ == "ProfileLinked"]
    link: Any = draw(st.sampled_from(links))
    story.unlink(link.customer_id, link.other_customer_id, how=link.how)


def move(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    story.correct(customer, time_zone=draw(ZONES))


def say(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    """A consent or its withdrawal, by a customer or by whoever has the address."""
    profile = draw(st.sampled_from((customer, *ADDRESSES)))
    scope: dict[str, Any] = {
        "channel": draw(st.sampled_from(("email", "phone"))),
        "contact_point_id": draw(st.sampled_from((None, held[-1].contact_point_id))),
        "topic": draw(st.sampled_from((None, "news"))),
        "brand": draw(st.sampled_from((None, "north"))),
        "at": draw(INSTANTS),
    }
    if draw(st.booleans()):
        story.grant(profile, expires_at=draw(st.none() | INSTANTS), **scope)
    else:
        story.withdraw(profile, purpose=draw(st.sampled_from((None, "marketing"))), **scope)


def complain(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    complain_and_go_on(draw, story, draw(st.sampled_from((customer, *ADDRESSES))))


ACTS = (hold, let_go, become_one, become_one, part, move, say, say, complain)


@settings(LAWFUL, max_examples=60)
@given(
    story=stories(),
    channel=st.sampled_from(("email", "email", "phone")),
    asked_for=st.sampled_from(((None, None), (CAMPAIGN, None), (CAMPAIGN, OTHER_RUN))),
)
def test_facts_about_many_people_are_those_gathered_about_each(
    database: Database, story: Story, channel: str, asked_for: tuple[UUID | None, UUID | None]
) -> None:
    log = told_log(database)
    log.empty(*DECIDES_ON)
    fold(log, story)
    campaign, run = asked_for
    gathering = Gathering(log=log.recorded(), channel=channel, campaign=campaign, run=run)
    found = read(log, PROFILES, channel=channel, campaign_id=campaign, run_id=run)
    assert found.keys() == set(PROFILES)
    for profile in PROFILES:
        assert unordered(found[profile]) == unordered(gathering.facts_of(profile))
        alone = read(log, [profile], channel=channel, campaign_id=campaign, run_id=run)
        assert alone[profile] == found[profile]


def unordered(facts: DecisionFacts) -> Any:
    """Equal for equal facts in whatever order they were read."""
    return {
        "person": _unordered(facts.person),
        "co_owners": {
            address: {_unordered(other) for other in others} for address, others in facts.co_owners.items()
        },
        "earlier": sorted((e.position, e.to_person, e.address_id) for e in facts.earlier),
        "taken": facts.taken,
    }


def _unordered(person: Person) -> Any:
    several = (person.profiles, person.links, person.contact_points, person.consents, person.complaints)
    assert all(len(set(many)) == len(many) for many in several)
    return (person.person_id, person.time_zone, *map(frozenset, several))


def fold(log: ToldLog, story: Story) -> None:
    log.append(story.facts[log.head() :])
    log.catch_up()


def read(
    log: ToldLog, profiles: Collection[UUID], *, channel: str = "email", **of: Any
) -> Mapping[UUID, DecisionFacts]:
    with log.reading() as connection:
        assert read_position(connection) == log.head()
        return decision_facts(connection, profiles, channel=channel, **of)


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
    story.link(CYD, BEN, how="stated")
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
