"""Who customers are and how to reach them, folded and read."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.events import ContactPointAdded
from projections.customers.reading import find_by_address, profiles
from tests.builders import Story, named
from tests.projections.happenings import INSTANTS
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.customers import customers

ANA, BEN = named("ana"), named("ben")
NAMES = st.sampled_from((None, "Ana", "Ána"))
PLAIN = st.dictionaries(st.sampled_from("ab"), st.sampled_from((None, 1, "x")), min_size=1, max_size=2)
PERSONAL = st.none() | st.dictionaries(st.sampled_from("bc"), st.sampled_from((None, "y")), max_size=2)
DETAILS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES,
        "language": st.sampled_from((None, "en", "es")),
        "country": st.sampled_from((None, "ES")),
        "time_zone": st.sampled_from((None, "Europe/Madrid")),
        "birth_date": st.sampled_from((None, "1980-02-29")),
        "year_of_birth": st.sampled_from((None, 1980, 1981)),
        "attributes": PLAIN,
        "personal_attributes": PERSONAL,
    },
)
ACTS = st.sampled_from(("correct", "correct", "add", "add", "remove", "number"))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A customer whose details are corrected and whose contact points come and go."""
    story = Story()
    added: list[ContactPointAdded] = []
    story.register(ANA, **draw(DETAILS))
    for act in draw(st.lists(ACTS, min_size=6, max_size=16)):
        if act == "correct":
            story.correct(ANA, at=draw(INSTANTS), **draw(DETAILS))
        elif act == "add":
            address = draw(st.sampled_from(("ana@example.org", "ana@example.net")))
            added.append(story.add_contact_point(ANA, address, label=draw(NAMES), at=draw(INSTANTS)))
        elif act == "remove" and added:
            story.remove_contact_point(draw(st.sampled_from(added)))
        elif act == "number":
            story.add_external_id(ANA, draw(st.sampled_from("12")))
    return story


@lawful()
@given(story=stories())
def test_customers_are_the_same_live_rebuilt_split_and_shuffled(database: Database, story: Story) -> None:
    assert_laws(database, "customers", story.facts, customers, seed=len(story.facts))


def test_a_contact_point_that_comes_and_goes_twice_is_gone(database: Database) -> None:
    story = Story()
    story.register(ANA)
    for _ in range(2):
        story.remove_contact_point(story.add_contact_point(ANA, "ana@example.org"))
    assert_laws(database, "customers", story.facts, customers)
    with told_log(database).reading() as reading:
        assert find_by_address(reading, named("ana@example.org")) == ()


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("customers")
    return log


def folded(log: ToldLog, story: Story) -> None:
    log.append(story.facts)
    log.catch_up()


def test_a_profile_shows_what_was_last_told_of_it(log: ToldLog) -> None:
    story = Story()
    story.register(ANA, name="Ana", birth_date="1980-02-29", year_of_birth=1980, language="es")
    story.correct(ANA, name="Ana María", birth_date="1980-03-01")
    story.register(BEN, name="Ben")
    folded(log, story)
    with log.reading() as reading:
        ana, ben = profiles(reading, log.cipher, [BEN, ANA, named("nobody")])
    assert (ana.name, ana.birth_date, ana.year_of_birth, ana.language) == (
        "Ana María",
        "1980-03-01",
        1980,
        "es",
    )
    assert (ben.name, ben.contact_points, ben.external_ids) == ("Ben", (), ())
    assert (ana.registered_position, ana.position) == (1, 2)


def test_an_attribute_has_its_newest_value_whether_it_was_declared_plain_then_or_not(log: ToldLog) -> None:
    story = Story()
    story.register(ANA, attributes={"size": 40}, personal_attributes={"nick": "Anita", "pet": "cat"})
    story.correct(ANA, attributes={"pet": "dog"}, personal_attributes={"nick": None})
    story.correct(ANA, attributes={"size": None})
    folded(log, story)
    with log.reading() as reading:
        (ana,) = profiles(reading, log.cipher, [ANA])
    assert ana.attributes == {"pet": "dog"}


def test_contact_points_are_the_live_ones_in_the_order_added(log: ToldLog) -> None:
    story = Story()
    story.register(ANA)
    first = story.add_contact_point(ANA, "ana@example.org", label="preferred")
    story.add_contact_point(ANA, "600 000 000", channel="phone", region="ES")
    story.add_contact_point(ANA, "old@example.org")
    story.remove_contact_point(first)
    story.add_contact_point(ANA, "ana@example.org")
    story.add_external_id(ANA, "7")
    folded(log, story)
    with log.reading() as reading:
        (ana,) = profiles(reading, log.cipher, [ANA])
    assert [point.value for point in ana.contact_points] == [
        "600 000 000",
        "old@example.org",
        "ana@example.org",
    ]
    assert [point.label for point in ana.contact_points] == [None, None, None]
    assert ana.contact_points[0].region == "ES"
    assert [(one.source, one.number) for one in ana.external_ids] == [("erp", "7")]


def test_a_value_or_label_that_is_stated_again_leaves_the_order_of_contact_points(database: Database) -> None:
    story = Story()
    story.register(ANA)
    first = story.add_contact_point(ANA, "ana@example.org")
    second = story.add_contact_point(ANA, "ana@example.net")
    story.add_contact_point(ANA, "ana@example.org", label="home")
    story.add_contact_point(ANA, "ana@example.org")
    assert_laws(database, "customers", story.facts, customers)
    with told_log(database).reading() as reading:
        (ana,) = profiles(reading, told_log(database).cipher, [ANA])
    assert [point.contact_point_id for point in ana.contact_points] == [
        first.contact_point_id,
        second.contact_point_id,
    ]


def test_an_address_finds_those_who_hold_it_now(log: ToldLog) -> None:
    story = Story()
    for customer in (ANA, BEN):
        story.register(customer)
    mail = story.add_contact_point(ANA, "both@example.org")
    story.add_contact_point(BEN, "both@example.org")
    story.add_external_id(BEN, "7")
    story.remove_contact_point(mail)
    folded(log, story)
    with log.reading() as reading:
        assert find_by_address(reading, named("both@example.org")) == (BEN,)
        assert find_by_address(reading, named("erp:7")) == (BEN,)
        assert find_by_address(reading, named("nobody@example.org")) == ()


def test_a_forgotten_customer_is_unreadable_after_a_rebuild_and_nobody_else_changes(log: ToldLog) -> None:
    story = Story(start=datetime(2026, 1, 5, tzinfo=UTC))
    for customer in (ANA, BEN):
        story.register(customer, name="Name", country="ES", personal_attributes={"nick": "N"})
        story.add_contact_point(customer, f"{customer}@example.org")
        story.add_external_id(customer, "7")
    folded(log, story)
    before = log.hashes("customers")
    with log.reading() as reading:
        (ben,) = profiles(reading, log.cipher, [BEN])
    log.cipher.forget([ANA])
    log.rebuild("customers")
    assert log.hashes("customers") == before
    with log.reading() as reading:
        ana, still_ben = profiles(reading, log.cipher, [ANA, BEN])
    assert (ana.name, ana.attributes, ana.country) == (None, {}, "ES")
    assert [point.value for point in ana.contact_points] == [None]
    assert [one.number for one in ana.external_ids] == [None]
    assert still_ben == ben
