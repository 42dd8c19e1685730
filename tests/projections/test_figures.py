"""How much happened in each quarter of an hour, and what a period makes of it."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given

from projections.figures.reading import MOST_NAMES, figures
from projections.figures.summaries import Figures
from projections.orders.reading import OrderValue
from tests.builders import START, Story, named
from tests.projections import campaigning
from tests.projections.happenings import HAPPENINGS, stories_of
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.figures import figures as reference
from tests.projections.sending import TellRun

ANA, BEN = named("ana"), named("ben")
DAY = timedelta(days=1)
OF_EVERYBODY = ("figure", "figure_root_cause")


def register(draw: object, story: Story, customer: UUID) -> None:
    story.register(named(f"{customer} {len(story.facts)}"))


@lawful()
@given(story=stories_of(*HAPPENINGS, register, most=10))
def test_figures_are_the_same_live_rebuilt_split_and_shuffled(database: Database, story: Story) -> None:
    assert_laws(database, "figures", story.facts, reference, seed=len(story.facts), of_everybody=OF_EVERYBODY)


def test_runs_are_counted_by_what_their_campaign_said_then(database: Database) -> None:
    story, campaign = Story(), named("a campaign")
    campaigning.draft(story, campaign, brand="North")
    tell_run(story, campaign, "first")
    campaigning.revise(story, campaign, brand="South")
    tell_run(story, campaign, "second")
    assert_laws(database, "figures", story.facts, reference, of_everybody=OF_EVERYBODY)


def tell_run(story: Story, campaign: UUID, name: str) -> None:
    """A run with a message sent, one held out, one stopped before and one after it was decided to be sent."""
    people = {named(f"{name} {number}"): named(f"address {number}") for number in range(4)}
    run = TellRun(story=story, run=named(f"{name} run"), campaign=campaign)
    run.plan()
    run.record([*people])
    sent, withheld, stopped, held_out = people
    run.decide({person: people[person] for person in (sent, withheld)}, [stopped], held_out=[held_out])
    message = run.message(sent)
    message.hand_over(people[sent])
    message.send()
    run.message(withheld).withhold()


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("figures")
    return log


def read(log: ToldLog, story: Story, bounds: list[datetime], **of: str) -> Figures:
    log.append(story.facts[log.head() :])
    log.catch_up()
    with log.reading() as connection:
        return figures(connection, bounds, at=START + 10 * DAY, **of)


def test_a_period_begins_with_its_first_instant_and_ends_before_its_last(log: ToldLog) -> None:
    story = Story()
    for at in (START - timedelta(seconds=1), START, START + DAY - timedelta(seconds=1), START + DAY):
        story.touch(ANA, at=at)
    counted = read(log, story, [START, START + timedelta(hours=1), START + DAY])
    assert counted.totals.contacts_inbound == 2
    assert [part.summary.contacts_inbound for part in counted.parts] == [1, 1]


def test_what_machines_did_is_no_contact(log: ToldLog) -> None:
    story = Story()
    story.touch(ANA, at=START, kind="email_opened", machine=True)
    assert read(log, story, [START, START + DAY]).totals.contacts_inbound == 0


def test_an_order_is_worth_what_is_left_of_it_where_it_was_placed(log: ToldLog) -> None:
    story = Story()
    order = story.order(ANA, "50.00", at=START, channel="web")
    story.order(BEN, "7.00", currency="USD", at=START)
    story.refund(order, "20.00", at=START + 5 * DAY)
    counted = read(log, story, [START, START + DAY])
    assert counted.totals.orders == 2
    assert counted.totals.order_value == (
        OrderValue(currency="EUR", amount=Decimal("30.00")),
        OrderValue(currency="USD", amount=Decimal("7.00")),
    )
    later = read(log, story, [START + 5 * DAY, START + 6 * DAY])
    assert (later.totals.orders, later.totals.order_value) == (0, ())


def test_complaints_wait_from_their_opening_to_their_closing(log: ToldLog) -> None:
    story = Story()
    for hours in (0, 1, 2):
        complaint = story.complain(ANA, at=START + timedelta(hours=hours), product="A-1")
    story.close(complaint, at=START + DAY, root_cause="carrier")
    first, second = (read(log, story, [START + n * DAY, START + (n + 1) * DAY]) for n in (0, 1))
    assert (first.waiting.at_start, first.waiting.at_end, first.waiting.now) == (0, 3, 2)
    assert (second.waiting.at_start, second.waiting.at_end, second.waiting.over_seven_days) == (3, 2, 2)
    assert (first.root_causes, first.other_root_causes) == ((), 0)
    (cause,) = second.root_causes
    assert (cause.product, cause.root_cause, cause.count) == ("A-1", "carrier", 1)
    story.reopen(complaint, at=START + 2 * DAY)
    third = read(log, story, [START + 2 * DAY, START + 3 * DAY])
    assert (third.waiting.at_start, third.waiting.now, third.totals.complaints_reopened) == (2, 3, 1)


def test_a_brand_in_any_spelling_is_one_and_filters(log: ToldLog) -> None:
    story = Story()
    for brand in ("North", "NORTH", None):
        story.touch(ANA, at=START, brand=brand, channel="web")
    everything = read(log, story, [START, START + DAY])
    assert [(one.name, one.summary.contacts_inbound) for one in everything.by_brand.names] == [
        ("NORTH", 2),
        (None, 1),
    ]
    assert read(log, story, [START, START + DAY], brand="north").totals.contacts_inbound == 2
    on_the_web = read(log, story, [START, START + DAY], channel="web").totals
    assert (on_the_web.contacts_inbound, on_the_web.customers_registered) == (3, None)


def test_rare_names_are_counted_together(log: ToldLog) -> None:
    story = Story()
    for number in range(MOST_NAMES + 2):
        story.order(ANA, "1.00", at=START, channel=f"{number:03}")
    counted = read(log, story, [START, START + DAY]).by_channel
    assert len(counted.names) == MOST_NAMES
    assert counted.others is not None
    assert (counted.others.orders, counted.others.order_value[0].amount) == (2, Decimal("2.00"))
