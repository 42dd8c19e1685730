"""What people did about campaigns, and what came of each campaign, arm by arm."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.rows import dict_row

import projections
from domain.facts import derived_id
from domain.responses.lift import Arm, lift
from domain.touchpoints.events import Direction, TouchpointKind, TouchpointRecorded
from infrastructure.postgres.connections import as_role
from projections.responses.reading import RESPONSES, CampaignResponse, campaign_response, responses_counted
from projections.tallies import tallied
from tests.builders import START, Story, named
from tests.projections.campaigning import draft
from tests.projections.happenings import buy
from tests.projections.laws import assert_laws, lawful, shuffled, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.responses import COUNTS, arms, names_a_campaign, responds, responses
from tests.projections.sending import TellMessage, TellRun, go_on

CAMPAIGN, OTHER_CAMPAIGN = named("campaign"), named("other campaign")
RUNS = RUN, SECOND_RUN, OTHER_RUN = named("run"), named("second run"), named("other run")
MEMBERS = ANA, BEN, CYD, DAN = tuple(map(named, ("ana", "ben", "cyd", "dan")))
NUMBER = named("erp:7")
ADDRESSES = HOME, WORK = tuple(map(named, ("home@example.org", "work@example.org")))
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
KINDS = ("email_opened", "email_clicked", "replied", "visit", "delivered", "coupon_used")
# Around the begin and the end of a window of one day.
INSTANTS = st.integers(-3, 30).map(lambda hours: START + timedelta(hours=hours))
RESTS_ON = ("identity", "orders", "campaigns", "responses")


def message_of(run: UUID, member: UUID) -> UUID:
    return derived_id("message", run, member, "email")


def touch(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    message = message_of(draw(st.sampled_from((RUN, OTHER_RUN))), draw(st.sampled_from(MEMBERS)))
    replies = (
        None,
        str(message),
        f"<{message}.2@example.org>",
        f" {str(message).upper()} ",
        "<1@example.org>",
    )
    story.touch(
        customer,
        kind=draw(st.sampled_from(KINDS)),
        direction=draw(st.sampled_from(("inbound", "inbound", "outbound"))),
        machine=draw(st.booleans()),
        campaign_id=draw(st.sampled_from((None, None, CAMPAIGN, OTHER_CAMPAIGN))),
        run_id=draw(st.sampled_from((None, RUN, OTHER_RUN))),
        in_reply_to=draw(st.sampled_from(replies)),
        at=draw(INSTANTS),
    )


def opt_out(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    campaign = draw(st.sampled_from((None, CAMPAIGN, OTHER_CAMPAIGN)))
    run = draw(st.sampled_from((None, RUN, OTHER_RUN)))
    story.withdraw(customer, campaign_id=campaign, run_id=run, at=draw(INSTANTS))


def bounce(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    story.impose(
        draw(st.sampled_from((*ADDRESSES, customer))),
        scope=draw(st.sampled_from(("address", "address", "customer"))),
        reason_code=draw(st.sampled_from(("HARD_BOUNCE", "HARD_BOUNCE", "SPAM_COMPLAINT"))),
        message_id=draw(st.none() | st.builds(message_of, st.sampled_from(RUNS), st.sampled_from(MEMBERS))),
        at=draw(INSTANTS),
    )


def order(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    """One in the window or around it, or one of any kind."""
    if draw(st.booleans()):
        buy(draw, story, customer)
        return
    placed = story.order(customer, "20.00", at=draw(INSTANTS))
    if draw(st.booleans()):
        story.refund(placed, "5.00", at=START + 3 * DAY)


def link(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    other = draw(st.sampled_from([one for one in (*MEMBERS, NUMBER) if one != customer]))
    tell = story.unlink if draw(st.integers(0, 3)) == 0 else story.link
    tell(customer, other)


HAPPENINGS = (touch, touch, touch, order, order, opt_out, bounce, link)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Two campaigns that ran, and what people did before, in and after the windows."""
    story = Story()
    for member in MEMBERS:
        story.register(member)
    for campaign, runs in ((CAMPAIGN, (RUN, SECOND_RUN)), (OTHER_CAMPAIGN, (OTHER_RUN,))):
        draft(story, campaign, attribution_window_days=draw(st.sampled_from((1, 1, None))))
        for run in runs[: draw(st.integers(1, 2))]:
            tell_run(draw, TellRun(story=story, run=run, campaign=campaign))
    for _ in range(draw(st.integers(0, 10))):
        customer = draw(st.sampled_from((*MEMBERS, NUMBER)))
        draw(st.sampled_from(HAPPENINGS))(draw, story, customer)
    return story


def tell_run(draw: st.DrawFn, run: TellRun) -> None:
    run.plan()
    run.record(MEMBERS)
    arms_of = {
        member: draw(st.sampled_from(("eligible", "eligible", "held out", "stopped"))) for member in MEMBERS
    }
    eligible, held_out, stopped = (
        [member for member in MEMBERS if arms_of[member] == arm]
        for arm in ("eligible", "held out", "stopped")
    )
    run.decide(dict.fromkeys(eligible, HOME), stopped, held_out=held_out)
    for member in eligible:
        go_on(draw, run.message(member), ADDRESSES)


@lawful()
@given(story=stories())
def test_responses_are_the_same_live_rebuilt_split_and_shuffled(database: Database, story: Story) -> None:
    assert_laws(database, "responses", story.facts, responses, seed=len(story.facts))


@lawful()
@given(story=stories())
def test_each_figure_of_each_arm_is_what_a_count_by_hand_gives(database: Database, story: Story) -> None:
    log = told_log(database)
    log.empty(*RESTS_ON)
    log.append(story.facts)
    log.catch_up()
    for campaign in (CAMPAIGN, OTHER_CAMPAIGN):
        assert_counted_by_hand(log, campaign)
    assert_the_reporting_view_says_the_same(database, log)


def assert_counted_by_hand(log: ToldLog, campaign: UUID) -> None:
    expected, found = arms(log.recorded(), campaign), asked(log, campaign)
    for arm in found.arms:
        by_hand = expected.get(arm.hold_out, dict.fromkeys(COUNTS, 0) | {"revenue": {}})
        assert {name: getattr(arm, name) for name in COUNTS} == {name: by_hand[name] for name in COUNTS}
        assert {money.currency: money.amount for money in arm.revenue} == by_hand["revenue"]
    assert expected.keys() <= {arm.hold_out for arm in found.arms}
    most = orders_of(expected)
    assert found.currency == (min(most, key=lambda one: (-most[one], one)) if most else "CHF")
    assert found.lift == lift(*(arm_by_hand(expected.get(one, {}), found.currency) for one in (False, True)))


def orders_of(expected: dict[bool, dict[str, Any]]) -> dict[str, int]:
    names = {currency for arm in expected.values() for currency in arm["orders"]}
    return {name: sum(arm["orders"].get(name, 0) for arm in expected.values()) for name in names}


def arm_by_hand(counted: dict[str, Any], currency: str) -> Arm:
    spent: Sequence[Decimal] = counted.get("spent", {}).get(currency, ())
    return Arm(
        people=counted.get("people", 0),
        converted=counted.get("converted", 0),
        revenue=sum(spent, Decimal(0)),
        squares=sum((one * one for one in spent), Decimal(0)),
    )


def assert_the_reporting_view_says_the_same(database: Database, log: ToldLog) -> None:
    shown = {(row["campaign_id"], row["hold_out"]): row for row in reported(database)}
    for campaign in (CAMPAIGN, OTHER_CAMPAIGN):
        for arm in asked(log, campaign).arms:
            row = shown.pop((campaign, arm.hold_out), None)
            if row is None:
                assert arm.people == 0
                continue
            assert {name: row[name] for name in COUNTS} == {name: getattr(arm, name) for name in COUNTS}
            worth = {money.currency: money.amount for money in arm.revenue}
            assert {currency: Decimal(text) for currency, text in row["revenue"].items()} == worth
    assert shown == {}


def reported(database: Database) -> list[dict[str, Any]]:
    with psycopg.connect(as_role(database.url, "farley_reporting"), row_factory=dict_row) as connection:
        return connection.execute("select * from reporting.campaign_response").fetchall()


def asked(log: ToldLog, campaign: UUID = CAMPAIGN) -> CampaignResponse:
    with log.reading() as connection:
        found = campaign_response(connection, campaign, currency="CHF")
    assert found is not None
    assert_days_add_up(found)
    return found


def assert_days_add_up(found: CampaignResponse) -> None:
    for place, arm in enumerate(found.arms):
        days = [day.arms[place] for day in found.days]
        assert sum(day.converted for day in days) == arm.converted
        assert sum(day.responded for day in days) == arm.responded
        worth: dict[str, Decimal] = {}
        for money in (money for day in days for money in day.revenue):
            worth[money.currency] = worth.get(money.currency, Decimal(0)) + money.amount
        assert worth == {money.currency: money.amount for money in arm.revenue}
    assert [day.day for day in found.days] == list(range(1, found.window_days + 1))


def responses_by(connection: Any, profile: UUID) -> int:
    return responses_counted(tallied(connection, [profile], RESPONSES))


def count(log: ToldLog, name: str) -> list[int]:
    """This figure of the treated, then of those held out."""
    return [getattr(arm, name) for arm in asked(log).arms]


# One by one


@pytest.fixture
def story() -> Story:
    """Ana is sent the message, Ben is held out, Cyd is not handed over, Dan is suppressed; a window of ten days."""
    story = Story()
    for member in MEMBERS:
        story.register(member)
    draft(
        story,
        CAMPAIGN,
        hold_out=Decimal("0.5"),
        attribution_window_days=10,
        cost_per_contact=Decimal("0.25"),
        cost_currency="USD",
    )
    run = TellRun(story=story, run=RUN, campaign=CAMPAIGN)
    run.plan()
    run.record(MEMBERS)
    run.decide({ANA: HOME, CYD: WORK}, [DAN], held_out=[BEN])
    message = run.message(ANA)
    message.at = START + DAY
    message.hand_over(HOME)
    message.at = START + DAY + timedelta(minutes=5)
    message.send()
    return story


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty(*RESTS_ON)
    return log


def fold(log: ToldLog, story: Story) -> None:
    log.append(story.facts[log.head() :])
    log.catch_up()


def planned(story: Story) -> datetime:
    """When the run's audience was recorded, which was after it was planned for."""
    recorded = next(fact for fact in story.facts if type(fact).__name__ == "RunAudienceRecorded")
    assert recorded.occurred_at > START
    return recorded.occurred_at


def test_25_arms_are_by_the_first_decision_whatever_became_of_the_message(log: ToldLog, story: Story) -> None:
    fold(log, story)
    assert count(log, "people") == [2, 1]
    assert count(log, "sent") == [1, 0]
    run = TellRun(story=story, run=SECOND_RUN, campaign=CAMPAIGN)
    run.plan()
    run.record(MEMBERS)
    run.decide({BEN: HOME, DAN: WORK}, [ANA, CYD])
    fold(log, story)
    assert count(log, "people") == [3, 1]


def test_25_a_treated_persons_window_is_half_open_and_begins_at_the_handover(
    log: ToldLog, story: Story
) -> None:
    handed_over = START + DAY
    for at, counted in ((-TICK, 0), (timedelta(0), 1), (10 * DAY - TICK, 2), (10 * DAY, 2)):
        story.order(ANA, "10.00", at=handed_over + at)
        fold(log, story)
        assert sum(money.amount for money in asked(log).arms[0].revenue) == 10 * counted
    assert count(log, "converted") == [1, 0]


def test_a_day_begins_with_the_window_and_each_person_is_converted_once(log: ToldLog, story: Story) -> None:
    for after in (timedelta(0), DAY - TICK, DAY, 2 * DAY):
        story.order(ANA, "10.00", at=START + DAY + after)
    story.order(BEN, "7.00", at=planned(story) + 3 * DAY)
    fold(log, story)
    treated, held_out = zip(*(day.arms for day in asked(log).days), strict=True)
    assert [day.converted for day in treated] == [1, *[0] * 9]
    assert [sum(money.amount for money in day.revenue) for day in treated[:4]] == [20, 10, 10, 0]
    assert [day.converted for day in held_out] == [0, 0, 0, 1, *[0] * 6]


@pytest.mark.parametrize("became", ["sent", "unknown"])
def test_25_of_two_messages_the_window_begins_with_the_one_that_may_have_arrived(
    log: ToldLog, story: Story, became: str
) -> None:
    """The first was refused for good."""
    first = TellRun(story=story, run=RUN, campaign=CAMPAIGN).message(CYD)
    first.at = START + DAY
    first.hand_over(WORK)
    first.fail()
    run = TellRun(story=story, run=SECOND_RUN, campaign=CAMPAIGN)
    run.plan()
    run.record(MEMBERS)
    run.decide({CYD: WORK}, [ANA, BEN, DAN])
    second = run.message(CYD)
    second.at = START + 4 * DAY
    second.hand_over(WORK)
    (second.send if became == "sent" else second.lose_track)()
    for at, counted in ((START + 4 * DAY - TICK, 0), (START + 4 * DAY, 1), (START + 14 * DAY - TICK, 2)):
        story.order(CYD, "10.00", at=at)
        fold(log, story)
        assert sum(money.amount for money in asked(log).arms[0].revenue) == 10 * counted


@pytest.mark.parametrize(("who", "arm"), [(BEN, 1), (CYD, 0)])
def test_25_whoever_was_held_out_or_not_handed_over_has_a_window_from_the_planned_send_time(
    log: ToldLog, story: Story, who: UUID, arm: int
) -> None:
    begins = planned(story)
    for at, counted in ((-TICK, 0), (timedelta(0), 1), (10 * DAY - TICK, 2), (10 * DAY, 2)):
        story.order(who, "10.00", at=begins + at)
        fold(log, story)
        assert sum(money.amount for money in asked(log).arms[arm].revenue) == 10 * counted


def test_23_orders_are_one_conversion_each_person_and_what_was_taken_back_is_not_revenue(
    log: ToldLog, story: Story
) -> None:
    at = START + 2 * DAY
    refunded = story.order(ANA, "50.00", at=at)
    story.order(ANA, "7.00", at=at, currency="USD")
    story.refund(refunded, "20.00", at=at + 100 * DAY)
    cancelled = story.order(CYD, "30.00", at=at)
    story.cancel_order(cancelled, "30.00", at=at + 100 * DAY)
    story.order(DAN, "1000.00", at=at)
    given_away = story.order(BEN, "5.00", at=at)
    story.refund(given_away, "5.00", at=at)
    fold(log, story)
    treated, held_out = asked(log).arms
    assert (treated.converted, held_out.converted) == (1, 1)
    assert {one.currency: str(one.amount) for one in treated.revenue} == {"EUR": "30.00", "USD": "7.00"}
    assert [str(one.amount) for one in held_out.revenue] == ["0.00"]


def test_26_opens_and_clicks_by_machines_are_shown_and_not_counted(log: ToldLog, story: Story) -> None:
    at = START + 2 * DAY
    for kind in ("email_opened", "email_clicked", "replied"):
        story.touch(ANA, kind=kind, machine=True, campaign_id=CAMPAIGN, at=at)
    fold(log, story)
    names = ("opened", "clicked", "responded", "machine_opened", "machine_clicked")
    assert [count(log, name)[0] for name in names] == [0, 0, 0, 1, 1]
    story.touch(ANA, kind="email_opened", direction="outbound", campaign_id=CAMPAIGN, at=at)
    fold(log, story)
    assert [count(log, name)[0] for name in names] == [1, 0, 0, 1, 1]
    story.touch(ANA, kind="email_clicked", campaign_id=CAMPAIGN, at=at)
    fold(log, story)
    assert [count(log, name)[0] for name in names] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    "names",
    [
        {"campaign_id": CAMPAIGN},
        {"run_id": RUN},
        {"in_reply_to": str(message_of(RUN, ANA))},
        {"in_reply_to": f"<{message_of(RUN, ANA)}.1@example.org>"},
    ],
    ids=["campaign", "run", "message", "Message-ID"],
)
def test_a_response_names_the_campaign_or_a_run_or_replies_to_the_message(
    log: ToldLog, story: Story, names: dict[str, Any]
) -> None:
    story.touch(ANA, kind="replied", channel="email", at=START + 2 * DAY, **names)
    story.touch(BEN, kind="visit", at=START + 2 * DAY, **names)  # people talk: those held out can respond too
    story.touch(CYD, kind="call", direction="outbound", at=START + 2 * DAY, **names)
    story.touch(CYD, kind="replied", at=START + 2 * DAY, in_reply_to="<1@elsewhere.org>")
    fold(log, story)
    assert count(log, "responded") == [1, 1]
    with log.reading() as connection:
        assert [responses_by(connection, one) for one in (ANA, BEN, CYD)] == [1, 1, 0]


def test_40_delivered_is_sent_less_bounced_and_never_says_more(log: ToldLog, story: Story) -> None:
    story.impose(HOME, scope="address", reason_code="HARD_BOUNCE", at=START)
    story.impose(WORK, scope="address", reason_code="HARD_BOUNCE", at=START + 2 * DAY)
    story.touch(ANA, kind="delivered", campaign_id=CAMPAIGN, at=START + 2 * DAY)
    fold(log, story)
    assert [count(log, name)[0] for name in ("sent", "bounced", "delivered")] == [1, 0, 1]
    story.impose(HOME, scope="address", reason_code="HARD_BOUNCE", at=START + 2 * DAY)
    fold(log, story)
    assert [count(log, name)[0] for name in ("sent", "bounced", "delivered")] == [1, 1, 0]


def test_what_the_next_hop_refused_is_refused_and_not_sent(log: ToldLog, story: Story) -> None:
    message = TellRun(story=story, run=RUN, campaign=CAMPAIGN).message(CYD)
    message.hand_over(WORK)
    message.fail()
    story.impose(WORK, scope="address", reason_code="HARD_BOUNCE", message_id=message_of(RUN, CYD))
    fold(log, story)
    assert [count(log, name)[0] for name in ("sent", "refused", "bounced")] == [1, 1, 0]


def send_again(story: Story, campaign: UUID, run: UUID, at: datetime, **said: Any) -> TellMessage:
    """Another campaign's message to Ana at home, sent five minutes after it was handed over."""
    draft(story, campaign, **said)
    tell = TellRun(story=story, run=run, campaign=campaign)
    tell.plan()
    tell.record([ANA])
    tell.decide({ANA: HOME})
    message = tell.message(ANA)
    message.at = at
    message.hand_over(HOME)
    message.at = at + timedelta(minutes=5)
    return message


def bounced(log: ToldLog) -> list[int]:
    return [asked(log, one).arms[0].bounced for one in (CAMPAIGN, OTHER_CAMPAIGN)]


def test_40_a_refusal_of_one_campaigns_message_makes_no_earlier_message_there_bounced(
    log: ToldLog, story: Story
) -> None:
    send_again(story, OTHER_CAMPAIGN, OTHER_RUN, START + 3 * DAY).fail()
    refused = message_of(OTHER_RUN, ANA)
    story.impose(HOME, scope="address", reason_code="HARD_BOUNCE", at=START + 3 * DAY, message_id=refused)
    fold(log, story)
    assert bounced(log) == [0, 0]
    assert [asked(log, one).arms[0].refused for one in (CAMPAIGN, OTHER_CAMPAIGN)] == [0, 1]
    named_one = message_of(RUN, ANA)
    story.impose(HOME, scope="address", reason_code="HARD_BOUNCE", at=START + 4 * DAY, message_id=named_one)
    fold(log, story)
    assert bounced(log) == [1, 0]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (START + DAY - TICK, [0, 0]),
        (START + DAY, [1, 0]),
        (START + 3 * DAY - TICK, [1, 0]),
        (START + 3 * DAY, [0, 1]),
        (START + 4 * DAY - TICK, [0, 1]),
        (START + 4 * DAY, [0, 0]),
    ],
)
def test_40_a_bounce_that_names_no_message_is_of_the_newest_handover_there_within_its_campaigns_window(
    log: ToldLog, story: Story, at: datetime, expected: list[int]
) -> None:
    send_again(story, OTHER_CAMPAIGN, OTHER_RUN, START + 3 * DAY, attribution_window_days=1).send()
    story.impose(HOME, scope="address", reason_code="HARD_BOUNCE", at=at)
    fold(log, story)
    assert bounced(log) == expected


@pytest.mark.parametrize("became", ["handed over", "sent", "unknown"])
def test_40_a_message_that_may_have_arrived_can_come_back(log: ToldLog, story: Story, became: str) -> None:
    """So the bounce of its address is none of the message before it; only what was sent is called bounced."""
    newest = send_again(story, OTHER_CAMPAIGN, OTHER_RUN, START + 3 * DAY)
    if became == "sent":
        newest.send()
    if became == "unknown":
        newest.lose_track()
    story.impose(HOME, scope="address", reason_code="HARD_BOUNCE", at=START + 4 * DAY)
    fold(log, story)
    assert bounced(log) == [0, 1 if became == "sent" else 0]


def test_40_a_message_that_was_refused_cannot_come_back(log: ToldLog, story: Story) -> None:
    send_again(story, OTHER_CAMPAIGN, OTHER_RUN, START + 3 * DAY).fail()
    story.impose(HOME, scope="address", reason_code="HARD_BOUNCE", at=START + 4 * DAY)
    fold(log, story)
    assert bounced(log) == [1, 0]


def test_40_one_bounce_is_of_one_message_even_of_two_handed_over_at_one_instant(
    log: ToldLog, story: Story
) -> None:
    send_again(story, OTHER_CAMPAIGN, OTHER_RUN, START + DAY).send()
    story.impose(HOME, scope="address", reason_code="HARD_BOUNCE", at=START + 2 * DAY)
    fold(log, story)
    assert sum(bounced(log)) == 1


def test_7_an_opt_out_counts_however_late_the_link_was_used(log: ToldLog, story: Story) -> None:
    for days in (10, 15, 400):
        story.withdraw(ANA, at=START + DAY + days * DAY, campaign_id=CAMPAIGN, run_id=RUN)
        fold(log, story)
        assert count(log, "opted_out") == [1, 0]


def test_7_an_opt_out_counts_for_the_campaign_whose_link_was_used_and_once_a_person(
    log: ToldLog, story: Story
) -> None:
    at = START + 2 * DAY
    story.withdraw(ANA, at=at)
    story.withdraw(CYD, at=at, campaign_id=OTHER_CAMPAIGN, run_id=OTHER_RUN)
    story.withdraw(DAN, at=at, campaign_id=CAMPAIGN, run_id=RUN)  # was suppressed: not opted out here
    fold(log, story)
    assert count(log, "opted_out") == [0, 0]
    for channel in ("email", "sms"):
        story.withdraw(ANA, at=at, channel=channel, campaign_id=CAMPAIGN, run_id=RUN)
    fold(log, story)
    assert count(log, "opted_out") == [1, 0]


def test_linked_profiles_are_one_person_and_what_any_of_them_does_counts_until_they_are_unlinked(
    log: ToldLog, story: Story
) -> None:
    story.order(NUMBER, "10.00", at=START + 2 * DAY)
    story.touch(NUMBER, kind="visit", campaign_id=CAMPAIGN, at=START + 2 * DAY)
    fold(log, story)
    before = asked(log)
    assert (before.arms[0].converted, before.arms[0].responded) == (0, 0)
    story.link(NUMBER, ANA)
    fold(log, story)
    assert [count(log, name)[0] for name in ("people", "converted", "responded")] == [2, 1, 1]
    story.unlink(NUMBER, ANA)
    fold(log, story)
    assert asked(log).arms == before.arms


def test_17_after_a_merge_held_out_wins(log: ToldLog, story: Story) -> None:
    story.link(ANA, BEN)
    story.order(ANA, "10.00", at=planned(story))  # before the handover, in the window of those held out
    fold(log, story)
    assert (count(log, "people"), count(log, "converted"), count(log, "sent")) == ([1, 1], [0, 1], [0, 1])


def test_cost_is_of_what_was_sent_and_the_lift_is_in_the_currency_of_most_orders(
    log: ToldLog, story: Story
) -> None:
    for currency, amount in (("EUR", "10000.00"), ("USD", "1.00"), ("USD", "1.00")):
        story.order(CYD, amount, currency=currency, at=START + 2 * DAY)
    fold(log, story)
    found = asked(log)
    costs = [(arm.cost.currency, str(arm.cost.amount)) for arm in found.arms if arm.cost is not None]
    assert costs == [("USD", "0.25"), ("USD", "0.00")]
    assert found.currency == "USD"
    assert found.lift.revenue_per_person is not None
    assert found.lift.revenue_per_person.estimate == 1.0


def test_a_campaign_that_never_ran_has_no_people_and_no_lift(log: ToldLog) -> None:
    story = Story()
    draft(story, CAMPAIGN)
    fold(log, story)
    found = asked(log)
    assert [(arm.hold_out, arm.people, arm.cost) for arm in found.arms] == [(False, 0, None)]
    assert (found.window_days, found.currency, found.lift.conversion) == (14, "CHF", None)
    with log.reading() as connection:
        assert campaign_response(connection, named("no campaign"), currency="CHF") is None


def test_a_response_shows_up_to_which_position_it_counts(log: ToldLog, story: Story) -> None:
    fold(log, story)
    assert asked(log).position == log.head()


def test_a_shuffled_log_gives_the_same_arms(database: Database, log: ToldLog, story: Story) -> None:
    story.touch(ANA, kind="email_clicked", campaign_id=CAMPAIGN, at=START + 2 * DAY)
    story.order(BEN, "10.00", at=START + 2 * DAY)
    fold(log, story)
    before = asked(log).arms
    for seed in range(5):
        log.empty(*RESTS_ON)
        log.append(shuffled(story.facts, Random(seed)))
        log.catch_up()
        assert asked(log).arms == before


def test_what_counts_as_a_response_is_the_same_in_the_report_of_a_customer_and_in_the_audience(
    log: ToldLog, story: Story
) -> None:
    log.empty("audience", *RESTS_ON)
    names = (
        {"campaign_id": CAMPAIGN},
        {"run_id": RUN},
        {"in_reply_to": f"<{message_of(RUN, ANA)}.1@example.org>"},
        {"in_reply_to": "<1@example.org>"},
    )
    directions, machines = tuple(Direction), (False, True)
    for kind, direction, machine, named_by in product(TouchpointKind, directions, machines, names):
        name = "raffle" if kind == TouchpointKind.OTHER else None
        story.touch(ANA, kind=kind, direction=direction, machine=machine, name=name, **named_by)
    fold(log, story)
    told = [one.fact for one in log.recorded() if isinstance(one.fact, TouchpointRecorded)]
    expected = sum(names_a_campaign(fact) and responds(fact) for fact in told)
    with log.reading() as connection:
        row = connection.execute(
            "select campaign_responses from audience_fact where person_id = %s", [ANA]
        ).fetchone()
        assert row is not None
        assert row["campaign_responses"] == responses_by(connection, ANA) == expected == 36


def test_what_counts_as_a_response_stands_in_one_place() -> None:
    root = Path(projections.__file__).parent
    sources = [path for path in root.rglob("*") if path.suffix in (".py", ".sql")]
    judges = [path.relative_to(root).as_posix() for path in sources if "email_clicked" in path.read_text()]
    assert judges == ["responses/batch_views.sql"]
