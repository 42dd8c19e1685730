"""What customers bought, and what it is worth."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given

from domain.orders.events import OrderLine
from projections.orders.reading import TALLY, OrderValue, totals_of
from projections.tallies import tallied
from tests.builders import START, Story, named
from tests.projections.happenings import buy, stories_of
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.orders import orders

ANA, BEN, NUMBER = named("ana"), named("ben"), named("erp:7")


@lawful()
@given(story=stories_of(buy))
def test_orders_are_the_same_live_rebuilt_split_and_shuffled(database: Database, story: Story) -> None:
    assert_laws(database, "orders", story.facts, orders, seed=len(story.facts))


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("orders")
    return log


def fold(log: ToldLog, story: Story) -> None:
    log.append(story.facts)
    log.catch_up()


def test_value_is_amounts_less_refunds_and_cancelled_orders_by_currency(log: ToldLog) -> None:
    story = Story()
    story.order(ANA, "100.00", at=START)
    refunded = story.order(NUMBER, "50.00", at=START + timedelta(days=1))
    story.refund(refunded, "20.00")
    cancelled = story.order(ANA, "30.00", at=START + timedelta(days=2))
    story.refund(cancelled, "10.00")
    story.cancel_order(cancelled, "20.00")
    story.order(ANA, "7.00", currency="USD", at=START - timedelta(days=1))
    story.order(BEN, "1000.00")
    fold(log, story)
    with log.reading() as reading:
        bought = totals_of(tallied(reading, [ANA, NUMBER], TALLY))
        nothing = totals_of(tallied(reading, [named("nobody")], TALLY))
    assert bought.count == 4
    assert bought.value == (
        OrderValue(currency="EUR", amount=Decimal("130.00")),
        OrderValue(currency="USD", amount=Decimal("7.00")),
    )
    assert bought.last_at == START + timedelta(days=2)
    assert (nothing.count, nothing.value, nothing.last_at) == (0, (), None)


def test_a_voucher_lowers_the_value_of_its_order(log: ToldLog) -> None:
    story = Story()
    lines = (
        OrderLine(sku="LAMP", quantity=Decimal(1), amount=Decimal("50.00")),
        OrderLine(sku="VOUCHER", quantity=Decimal(1), amount=Decimal("-15.00")),
    )
    order = story.order(ANA, "0.00", lines=lines)
    story.refund(order, "5.00")
    fold(log, story)
    with log.reading() as reading:
        assert totals_of(tallied(reading, [ANA], TALLY)).value == (
            OrderValue(currency="EUR", amount=Decimal("30.00")),
        )


def test_tenths_and_thousandths_add_up_exactly(log: ToldLog) -> None:
    story = Story()
    for _ in range(30):
        story.order(ANA, "0.10")
        story.order(ANA, "0.001", currency="KWD")
    fold(log, story)
    with log.reading() as reading:
        assert [str(money.amount) for money in totals_of(tallied(reading, [ANA], TALLY)).value] == [
            "3.00",
            "0.030",
        ]
