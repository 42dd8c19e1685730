"""A decision about one person of a group holds for everybody in it."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.deciding.alike import DecidedMembers, decide_members
from application.deciding.asking import decide_in_order, grouped
from domain.deciding.decide import DecisionQuestion, decide
from domain.deciding.hold_out import HoldOut
from domain.deciding.policy import FIRST_POLICY
from domain.runs.events import RunChunkDecided
from infrastructure.read_models.known import KnownOnConnection
from projections.decision_facts.alike import PersonAlike, alike
from projections.decision_facts.reading import DECIDES_ON, decision_facts
from projections.identity.reading import person_ids_of
from tests.builders import START, Story, named
from tests.projections.laws import lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.sending import TellRun, go_on
from tests.projections.sharing import CUSTOMERS, stories

SEVERAL = tuple(named(f"member {n}") for n in range(4))
MANY = tuple(named(f"member {n}") for n in range(6))
LATER_RUN = named("later run")
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
        groups, apart = of_ids(*alike(connection, people, channel=channel, at=at))
        facts = decision_facts(connection, people)
    decided = {person: spoken(decide(facts[person], FIRST_POLICY, question, at)) for person in people}
    by_group = Counter(dict[Any, int]())
    for group in (*groups, *([one] for one in apart)):
        by_group[decided[group[0]]] += len(group)
    assert by_group == Counter(decided.values())
    assert sorted([*(person for group in groups for person in group), *apart]) == sorted(people)


@lawful(60)
@given(story=stories(), message=MESSAGES, share=st.sampled_from(("0", "0.5")), days=st.sampled_from((0, 30)))
def test_members_of_a_run_are_decided_as_from_the_facts_of_each(
    database: Database, story: Story, message: str, share: str, days: int
) -> None:
    log = told_log(database)
    log.empty(*DECIDES_ON)
    fold(log, story)
    question = DecisionQuestion(
        message_class=message,
        purpose="marketing",
        channel="email",
        campaign_id=named("campaign"),
        hold_out=HoldOut(share=Decimal(share), seed="1"),
    )
    at, run = START + timedelta(days=days), named("run")
    with log.reading() as connection:
        known = KnownOnConnection(connection, log.head(), "EUR")
        facts = known.facts(CUSTOMERS, campaign_id=named("campaign"), run_id=run)
        decided = decide_members(known, CUSTOMERS, question, at, run_id=run)
    each = decide_in_order(CUSTOMERS, facts.facts, facts.policy_at(at), question, at)
    assert decided.groups == grouped(each)


@lawful(60)
@given(story=stories(), share=st.sampled_from(("0", "0.5")))
def test_so_they_are_in_a_run_that_has_sent_nothing_yet(database: Database, story: Story, share: str) -> None:
    log = told_log(database)
    log.empty(*DECIDES_ON)
    fold(log, story)
    assert_decided_as_each(log, CUSTOMERS, share=share, campaign=named("another campaign"))


@st.composite
def contacted(draw: st.DrawFn) -> Story:
    """Most of these people got messages of the campaign in two earlier runs. Then something happens to one or two."""
    story = Story()
    for person in SEVERAL:
        told(story, person)
    for name in ("first run", "second run"):
        run = TellRun(story=story, run=named(name), campaign=named("campaign"))
        run.plan()
        run.record(SEVERAL)
        units = dict.fromkeys(draw(st.sampled_from(((), (), SEVERAL[:1]))), named("another profile"))
        run.decide({person: named(mail_of(person)) for person in SEVERAL}, units=units)
        for person in SEVERAL:
            of_another = named(mail_of(draw(st.sampled_from(SEVERAL))))
            addresses = (*3 * [named(mail_of(person))], of_another)
            go_on(
                draw,
                run.message(person, profile=draw(st.sampled_from((person, person, SEVERAL[0])))),
                addresses,
            )
    first, second = draw(st.permutations(SEVERAL))[:2]
    match draw(st.sampled_from(("nothing", "nothing", "link", "share", "complain"))):
        case "link":
            story.link(first, second)
        case "share":
            story.add_contact_point(first, mail_of(second), channel=draw(st.sampled_from(("email", "phone"))))
        case "complain":
            story.complain(first)
    return story


@lawful(100)
@given(
    story=contacted(),
    share=st.sampled_from(("0", "0.5")),
    run=st.sampled_from(("later run", "later run", "second run")),
)
def test_so_they_are_in_a_later_run_of_a_campaign(
    database: Database, story: Story, share: str, run: str
) -> None:
    log = told_log(database)
    log.empty(*DECIDES_ON)
    fold(log, story)
    assert_decided_as_each(log, SEVERAL, share=share, campaign=named("campaign"), run=named(run))


@st.composite
def mingled(draw: st.DrawFn) -> Story:
    """People with an address and a consent, and people about whom nothing else is known. Some share or become one."""
    story = Story()
    for person in MANY:
        if draw(st.integers(0, 2)):
            told(story, person)
        else:
            story.register(person)
    for _ in range(draw(st.integers(1, 2))):
        first, second = draw(st.permutations(MANY))[:2]
        if draw(st.booleans()):
            story.link(first, second)
        else:
            story.add_contact_point(first, mail_of(second), channel=draw(st.sampled_from(("email", "phone"))))
    return story


@lawful(150)
@given(story=mingled(), first=st.integers(1, len(MANY) - 1), share=st.sampled_from(("0", "0.5")))
def test_decisions_do_not_depend_on_those_about_people_whom_they_do_not_concern(
    database: Database, story: Story, first: int, share: str
) -> None:
    log = told_log(database)
    log.empty(*DECIDES_ON)
    independent, same = decided_after(log, story, MANY[:first], MANY[first:], share)
    assert same or not independent


def test_a_decision_by_group_depends_on_that_about_a_member_who_became_one_of_the_group(log: ToldLog) -> None:
    story, (*others, person, member) = Story(), sorted(registered(4))
    for somebody in (*others, person):
        told(story, somebody)
    story.register(member)
    story.link(person, member)
    assert decided_after(log, story, [member], [*others, person], "0") == (False, False)


def decided_after(
    log: ToldLog, story: Story, earlier: Sequence[UUID], later: Sequence[UUID], share: str
) -> tuple[bool, bool]:
    """Decides two chunks from the same facts. Returns whether the second does not depend on the first by what they
    concern, and whether it is the same when the first is in the log."""
    run = TellRun(story=story, run=LATER_RUN, campaign=named("campaign"))
    run.plan()
    run.record(earlier, later)
    fold(log, story)
    question = question_of(named("campaign"), share)
    first, second = (decided_in_run(log, members, question, LATER_RUN) for members in (earlier, later))
    basis = {"read_position": first.position, "policy_version": 1, "rules_version": 1, "smtputf8": False}
    story.tell(
        RunChunkDecided, LATER_RUN, campaign_id=named("campaign"), ordinal=0, groups=first.groups, **basis
    )
    fold(log, story)
    again = decided_in_run(log, later, question, LATER_RUN)
    return first.concerned.isdisjoint(second.concerned), again.groups == second.groups


def test_people_who_got_a_message_in_an_earlier_run_are_one_group(log: ToldLog) -> None:
    story, people = Story(), registered(6)
    for person in people:
        told(story, person)
    run = TellRun(story=story, run=named("first run"), campaign=named("campaign"))
    run.plan()
    run.record(people)
    run.decide({person: named(mail_of(person)) for person in people})
    for person in people[:4]:
        message = run.message(person)
        message.hand_over(named(mail_of(person)))
        message.send()
    fold(log, story)
    assert groups_in_run(log, people) == ([sorted(people[:4]), sorted(people[4:])], [])
    assert_decided_as_each(log, people, share="0", campaign=named("campaign"))


def test_two_members_who_became_one_person_share_their_address(log: ToldLog) -> None:
    story, (first, second) = Story(), sorted(registered(2))
    told(story, first)
    story.register(second)
    story.link(first, second)
    fold(log, story)
    assert_decided_as_each(log, [first, second], share="0", campaign=named("campaign"))
    assert_decided_as_each(log, [second, first], share="0", campaign=named("campaign"))


def assert_decided_as_each(
    log: ToldLog, members: Sequence[UUID], *, share: str, campaign: UUID, run: UUID = LATER_RUN
) -> None:
    question = question_of(campaign, share)
    with log.reading() as connection:
        facts = KnownOnConnection(connection, log.head(), "EUR").facts(
            members, campaign_id=campaign, run_id=run
        )
    each = decide_in_order(members, facts.facts, facts.policy_at(LATER), question, LATER)
    assert decided_in_run(log, members, question, run).groups == grouped(each)


def question_of(campaign: UUID, share: str) -> DecisionQuestion:
    return DecisionQuestion(
        message_class="promotional",
        purpose="marketing",
        channel="email",
        campaign_id=campaign,
        hold_out=HoldOut(share=Decimal(share), seed="1"),
    )


def decided_in_run(
    log: ToldLog, members: Sequence[UUID], question: DecisionQuestion, run: UUID
) -> DecidedMembers:
    with log.reading() as connection:
        known = KnownOnConnection(connection, log.head(), "EUR")
        return decide_members(known, members, question, LATER, run_id=run)


def spoken(decision: Any) -> Any:
    return decision.verdict, tuple(reason.code for reason in decision.reasons)


def test_people_with_an_address_and_a_consent_each_are_one_group(log: ToldLog) -> None:
    story, people = Story(), registered(6)
    for person in people:
        told(story, person)
    fold(log, story)
    groups, apart = groups_of(log, people)
    assert (groups, apart) == ([sorted(people)], [])


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
    groups, apart = groups_of(log, people)
    assert set(apart) == {pausing, shared, sharing, two, hurt}
    assert sorted(groups) == sorted([[plain], [silent]])


def registered(number: int) -> list[UUID]:
    return [named(f"somebody {n}") for n in range(number)]


def mail_of(person: UUID) -> str:
    return f"{person}@example.org"


def told(story: Story, person: UUID, *, consent: bool = True) -> None:
    mail = mail_of(person)
    story.register(person)
    story.add_contact_point(person, mail)
    story.link(person, named(mail))
    if consent:
        story.grant(person)


def groups_of(log: ToldLog, people: Collection[UUID]) -> tuple[list[list[UUID]], list[UUID]]:
    with log.reading() as connection:
        return of_ids(*alike(connection, people, channel="email", at=LATER))


def groups_in_run(log: ToldLog, people: Collection[UUID]) -> tuple[list[list[UUID]], list[UUID]]:
    run = {"campaign_id": named("campaign"), "run_id": LATER_RUN}
    with log.reading() as connection:
        return of_ids(*alike(connection, people, channel="email", at=LATER, **run))


def of_ids(groups: list[Sequence[PersonAlike]], apart: list[UUID]) -> tuple[list[list[UUID]], list[UUID]]:
    return [[person.person_id for person in group] for group in groups], apart


def fold(log: ToldLog, story: Story) -> None:
    log.append(story.facts[log.head() :])
    log.catch_up()
