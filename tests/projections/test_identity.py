"""Who is one person: links, clusters, person ids."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.decision_facts.reading import decision_facts
from projections.identity.reading import person_ids_of, profiles_of
from tests.builders import Story, named
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.identity import identity

PROFILES = tuple(named(name) for name in ("ana", "ben", "cyd", "ana@example.org", "+34600000000", "erp:7"))
ANA, BEN, CYD, MAIL, PHONE, NUMBER = PROFILES
SECOND = named("a second customer")


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Registrations, touchpoints, links and their ends, in any order."""
    story = Story()
    linked: list[tuple[UUID, UUID]] = []
    for act in draw(st.lists(st.sampled_from("rtllluus"), min_size=6, max_size=25)):
        one, other = draw(st.permutations(PROFILES))[:2]
        if act == "r" and one not in registered(story):
            story.register(one)
        elif act == "l":
            story.link(one, other, basis=draw(st.sampled_from(("identifier", "stated"))))
            linked.append((one, other))
        elif act == "u":
            story.unlink(*draw(st.sampled_from(linked or [(one, other)])))
        elif act == "s":
            story.share(one, other)
        else:
            story.touch(one)
    return story


def registered(story: Story) -> set[UUID]:
    return {fact.customer_id for fact in story.facts if type(fact).__name__ == "CustomerRegistered"}  # type: ignore[attr-defined]


@lawful()
@given(story=stories())
def test_persons_are_the_same_live_rebuilt_split_and_shuffled(database: Database, story: Story) -> None:
    assert_laws(database, "identity", story.facts, identity, seed=len(story.facts))


def test_a_long_chain_of_links_is_one_person_until_one_link_ends(database: Database) -> None:
    story = Story()
    chain = [named(f"link {n}") for n in range(40)]
    story.register(chain[0])
    for one, other in zip(chain[1:], chain, strict=False):
        story.touch(one)
        story.link(one, other, basis="stated")
    story.unlink(chain[20], chain[19], basis="stated")
    assert_laws(database, "identity", story.facts, identity)
    log = told_log(database)
    with log.reading() as reading:
        heads = person_ids_of(reading, chain)
    assert heads[chain[19]] == chain[0]
    assert len(set(heads.values())) == 2


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("identity")
    return log


def folded(log: ToldLog, story: Story) -> None:
    """Appends what was told since and folds it."""
    log.append(story.facts[log.head() :])
    log.catch_up()


def heads(log: ToldLog, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    with log.reading() as reading:
        return person_ids_of(reading, list(ids))


def table(log: ToldLog, name: str) -> list[Any]:
    return list(log.rows("identity")[name])


def test_unlinking_returns_every_table_to_the_same_bytes(log: ToldLog) -> None:
    story = Story()
    story.register(ANA)
    story.register(BEN)
    story.link(MAIL, ANA)
    story.touch(PHONE)
    story.link(PHONE, BEN)
    story.register(SECOND)
    folded(log, story)
    before = log.hashes("identity")
    story.link(BEN, ANA, basis="stated")
    folded(log, story)
    assert log.hashes("identity") != before
    assert set(heads(log, PROFILES[:2]).values()) == {ANA}
    story.unlink(BEN, ANA, basis="stated")
    folded(log, story)
    assert log.hashes("identity") == before


def test_a_profile_without_facts_of_its_own_is_an_alias_until_its_first(log: ToldLog) -> None:
    story = Story()
    story.register(ANA)
    story.link(MAIL, ANA)
    folded(log, story)
    assert table(log, "alias") == [{"profile_id": MAIL, "person_id": ANA}]
    assert table(log, "person_profile") == []
    story.touch(MAIL)
    folded(log, story)
    assert table(log, "alias") == []
    assert {row["profile_id"] for row in table(log, "person_profile")} == {ANA, MAIL}


def test_what_an_identifier_stands_for_is_no_fact_of_its_own(log: ToldLog) -> None:
    story = Story()
    story.share(MAIL, ANA)
    story.contradict(NUMBER, ANA)
    story.release(MAIL, ANA)
    folded(log, story)
    assert table(log, "profile") == []


def test_the_canonical_profile_is_the_one_registered_first(log: ToldLog) -> None:
    story = Story()
    story.touch(MAIL)
    story.touch(BEN)
    story.register(ANA)
    story.register(BEN)
    story.link(MAIL, BEN)
    story.link(BEN, ANA, basis="stated")
    folded(log, story)
    assert set(heads(log, (ANA, BEN, MAIL)).values()) == {ANA}


def test_without_a_registration_the_canonical_profile_is_the_one_known_first(log: ToldLog) -> None:
    story = Story()
    story.touch(PHONE)
    story.touch(MAIL)
    story.link(MAIL, PHONE, basis="stated")
    folded(log, story)
    assert heads(log, (MAIL, PHONE)) == {MAIL: PHONE, PHONE: PHONE}


def test_a_registration_after_the_link_makes_the_customer_canonical(log: ToldLog) -> None:
    story = Story()
    story.touch(MAIL)
    story.touch(ANA)
    story.link(MAIL, ANA)
    folded(log, story)
    assert heads(log, (MAIL, ANA)) == {MAIL: MAIL, ANA: MAIL}
    story.register(ANA)
    folded(log, story)
    assert heads(log, (MAIL, ANA)) == {MAIL: ANA, ANA: ANA}


def test_profiles_of_a_person_are_all_of_them_and_nobody_elses(log: ToldLog) -> None:
    story = Story()
    for customer in (ANA, BEN, SECOND):
        story.register(customer)
    story.link(MAIL, ANA)
    story.link(BEN, ANA, basis="stated")
    story.link(PHONE, SECOND)
    folded(log, story)
    with log.reading() as reading:
        by_person = profiles_of(reading, [ANA, SECOND, CYD])
    assert by_person == {
        ANA: tuple(sorted((ANA, BEN, MAIL))),
        SECOND: tuple(sorted((SECOND, PHONE))),
        CYD: (CYD,),
    }


def test_the_newest_link_that_holds_says_from_where_on_facts_are_shared(log: ToldLog) -> None:
    story = Story()
    story.register(ANA)
    story.register(BEN)
    story.link(MAIL, ANA)
    folded(log, story)
    identifier_link = log.head()
    story.link(BEN, ANA, basis="stated")
    folded(log, story)
    stated_link = log.head()
    assert newest_links(log, ANA, SECOND) == [stated_link, 0]
    story.unlink(BEN, ANA, basis="stated")
    folded(log, story)
    assert newest_links(log, ANA, BEN) == [identifier_link, 0]


def newest_links(log: ToldLog, *people: UUID) -> list[int]:
    """The position of the newest link that holds within each person, 0 where there is none."""
    with log.reading() as reading:
        facts = decision_facts(reading, people)
    return [max((link.position for link in facts[person].person.links), default=0) for person in people]
