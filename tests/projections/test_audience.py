"""One row per person for marketers, exact after every link and its end."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.engine.definitions import schema_of
from tests.builders import START, Story, named
from tests.projections.happenings import INSTANTS, allow, buy, complain, stories_of, touch, write_to
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database, ToldLog, read_table
from tests.projections.reference.audience import audience
from tests.projections.sending import TellRun

PROFILES = tuple(named(name) for name in ("ana", "ben", "cyd", "ana@example.org", "erp:7"))
ANA, BEN, CYD, MAIL, NUMBER = PROFILES
DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "language": st.sampled_from((None, "en", "es")),
        "country": st.sampled_from((None, "ES")),
        "year_of_birth": st.sampled_from((None, 1980)),
        "attributes": st.dictionaries(st.sampled_from("ab"), st.sampled_from((None, 1, "x")), max_size=2),
    },
)


@st.composite
def lives(draw: st.DrawFn) -> Story:
    """Profiles that are registered, corrected, linked and unlinked while things happen with them."""
    story = Story()
    registered: set[UUID] = set()
    for act in draw(st.lists(st.sampled_from("rrclllluutboxm"), max_size=18)):
        one, other = draw(st.permutations(PROFILES))[:2]
        if act == "r" and one not in registered:
            registered.add(one)
            story.register(one, **draw(DETAILS))
        elif act in "rc" and one in registered:
            story.correct(one, at=draw(INSTANTS), **draw(DETAILS))
        elif act in "lu":
            {"l": story.link, "u": story.unlink}[act](one, other)
        else:
            happening = {"t": touch, "b": buy, "o": complain, "x": allow, "m": write_to}.get(act, touch)
            happening(draw, story, one)
    return story


@lawful()
@given(story=lives())
def test_audience_facts_are_the_same_live_rebuilt_split_and_shuffled(
    database: Database, story: Story
) -> None:
    assert_laws(database, "audience", story.facts, audience, seed=len(story.facts))


@lawful()
@given(story=stories_of(touch, buy, complain, write_to))
def test_what_happens_with_unregistered_profiles_makes_nobody_a_person(
    database: Database, story: Story
) -> None:
    log = told_log(database)
    log.empty("audience")
    log.append(story.facts)
    log.catch_up()
    assert persons(log) == {}


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("audience")
    return log


def persons(log: ToldLog) -> dict[UUID, dict[str, Any]]:
    rows = read_table(log.connection, schema_of("audience"), "audience_fact")
    return {row.pop("person_id"): row for row in rows}


def folded(log: ToldLog, story: Story) -> dict[UUID, dict[str, Any]]:
    """Appends what was told since, folds it and gives the persons."""
    log.append(story.facts[log.head() :])
    log.catch_up()
    return persons(log)


def test_linking_makes_one_person_of_two_and_unlinking_gives_back_both_exactly(log: ToldLog) -> None:
    story = Story()
    story.register(ANA, language="es")
    story.register(BEN, language="en", country="ES")
    story.order(ANA, "10.00")
    story.order(BEN, "5.50")
    story.touch(BEN)
    before = folded(log, story)
    story.link(ANA, BEN, basis="stated")
    linked = folded(log, story)
    assert linked.keys() == {ANA}
    assert (linked[ANA]["language"], linked[ANA]["country"]) == ("es", "ES")
    assert (linked[ANA]["order_count"], linked[ANA]["value"]) == (2, {"EUR": "15.50"})
    story.unlink(ANA, BEN, basis="stated")
    after = folded(log, story)
    assert {row.pop("position") for row in after.values()} == {log.head()}
    assert after == {one: {k: v for k, v in row.items() if k != "position"} for one, row in before.items()}


def test_those_far_from_the_link_that_ends_are_counted_anew_too(log: ToldLog) -> None:
    story = Story()
    chain = [named(f"profile {n}") for n in range(8)]
    for profile in chain:
        story.register(profile)
        story.order(profile, "1.00")
    for one, other in zip(chain[1:], chain, strict=False):
        story.link(one, other, basis="stated")
    assert {one: row["order_count"] for one, row in folded(log, story).items()} == {chain[0]: 8}
    story.unlink(chain[4], chain[3], basis="stated")
    assert {one: row["order_count"] for one, row in folded(log, story).items()} == {chain[0]: 4, chain[4]: 4}


def test_two_whom_an_address_without_facts_held_together_are_parted_exactly(log: ToldLog) -> None:
    story = Story()
    for customer in (ANA, BEN):
        story.register(customer)
        story.order(customer, "1.00")
        story.link(MAIL, customer)
    assert {one: row["order_count"] for one, row in folded(log, story).items()} == {ANA: 2}
    story.unlink(MAIL, BEN)
    assert {one: row["order_count"] for one, row in folded(log, story).items()} == {ANA: 1, BEN: 1}


@pytest.mark.parametrize("together", [True, False])
def test_18_the_last_contact_was_when_a_message_was_handed_over_not_when_it_was_found_to_be_sent(
    log: ToldLog, together: bool
) -> None:
    story = Story()
    story.register(ANA)
    message = TellRun(story=story, run=named("run"), campaign=named("campaign")).message(ANA)
    days = iter((1, 2, 3, 4, 30))
    for step in (
        lambda: message.hand_over(MAIL),
        lambda: message.defer(START),
        lambda: message.hand_over(MAIL),
        message.lose_track,
        lambda: message.resolve("sent"),
    ):
        message.at = START + timedelta(days=next(days))
        step()
        if not together:
            folded(log, story)
    found = folded(log, story)[ANA]
    assert (found["campaign_contacts"], found["last_contact_at"]) == (1, START + timedelta(days=3))
    assert log.rows("audience")["audience_handover"] == []


def test_what_came_by_an_address_counts_for_whoever_registers_it_later(log: ToldLog) -> None:
    story = Story()
    story.touch(MAIL)
    assert folded(log, story) == {}
    story.register(ANA)
    story.link(MAIL, ANA)
    assert folded(log, story)[ANA]["touchpoint_count"] == 1
    story.order(MAIL, "3.00")
    assert folded(log, story)[ANA]["value"] == {"EUR": "3.00"}


def test_an_open_complaint_is_counted_until_it_is_closed_and_again_once_reopened(log: ToldLog) -> None:
    story = Story()
    story.register(ANA)
    complaint = story.complain(ANA)
    counts = [folded(log, story)[ANA]["open_complaints"]]
    for step in (story.escalate, story.close, story.reopen):
        step(complaint)  # type: ignore[operator]
        counts.append(folded(log, story)[ANA]["open_complaints"])
    assert counts == [1, 1, 0, 1]
    assert persons(log)[ANA]["complaint_count"] == 1
