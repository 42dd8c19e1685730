"""Orders as they are listed and shown, beside the same told in plain Python from the facts."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customers.events import CustomerRegistered, ProfileLinked, ProfileUnlinked
from domain.orders.events import OrderCancelled, OrderPlaced, OrderRefunded
from projections.orders.listing import PlacedOrder, placed_order, placed_orders
from tests.builders import START, Story, named
from tests.projections.happenings import INSTANTS, buy
from tests.projections.laws import lawful, told_log
from tests.projections.log import Database, Recorded, ToldLog

ANA, BEN, CYD = PROFILES = tuple(map(named, ("ana", "ben", "cyd")))
STATUSES = ("placed", "partly_refunded", "refunded", "cancelled")
OTHERS = 2_000
"""Orders of other customers."""
FEW = 20
"""Rows of a table that a question about ten orders may read, whatever others ordered."""
READ = "select relname, seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_xact_user_tables"
"""What the transaction has read of each table."""


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("identity", "customers", "orders")
    return log


def fold(log: ToldLog, story: Story) -> None:
    log.append(story.facts[log.head() :])
    log.catch_up()


def listed(log: ToldLog, **asked: Any) -> list[PlacedOrder]:
    with log.reading() as reading:
        return placed_orders(reading, **asked)


def shown(log: ToldLog, order_id: UUID) -> PlacedOrder:
    with log.reading() as reading:
        order = placed_order(reading, log.cipher, order_id)
    assert order is not None
    return order


# The oracle


@st.composite
def lives(draw: st.DrawFn) -> Story:
    """Orders of three customers, of whom two come to be one person, and perhaps two again."""
    story, registered = Story(), set[UUID]()
    for act in draw(
        st.lists(st.sampled_from(("buy", "buy", "buy", "again", "register", "link")), max_size=12)
    ):
        profile = draw(st.sampled_from(PROFILES))
        if act == "buy":
            buy(draw, story, profile)
        elif act == "again":
            number = draw(st.sampled_from(("7", "seven")))
            order_id = named(f"order {len(story.facts)}")
            story.tell(
                OrderPlaced,
                order_id,
                at=draw(INSTANTS),
                customer_id=profile,
                currency="EUR",
                lines=(),
                source=draw(st.sampled_from(("shop", "erp"))),
                number=number,
            )
        elif act == "register" and profile not in registered:
            registered.add(profile)
            story.register(profile)
        elif act == "link":
            linked = [f for f in story.facts if isinstance(f, ProfileLinked | ProfileUnlinked)]
            parted = not linked or isinstance(linked[-1], ProfileUnlinked)
            (story.link if parted else story.unlink)(ANA, BEN)
    return story


def told(facts: Sequence[Recorded]) -> list[dict[str, Any]]:
    """What each order shows, the newest first."""
    orders = {f.fact.originator_id: _placed(f, facts) for f in facts if isinstance(f.fact, OrderPlaced)}
    for recorded in facts:
        fact = recorded.fact
        if isinstance(fact, OrderPlaced | OrderRefunded | OrderCancelled):
            _add(orders[fact.originator_id], recorded)
    return sorted(orders.values(), key=lambda o: (o["placed_at"], o["placed_position"]), reverse=True)


def _placed(recorded: Recorded, facts: Sequence[Recorded]) -> dict[str, Any]:
    fact = recorded.fact
    amount = sum((line.amount for line in fact.lines), Decimal(0))
    return {
        "order_id": fact.originator_id,
        "customer_id": fact.customer_id,
        "person_id": _person_of(fact.customer_id, facts),
        "customer_known": fact.customer_id in _registered(facts),
        "status": "placed",
        **{name: getattr(fact, name) for name in ("source", "number", "channel", "brand", "division")},
        "placed_at": fact.occurred_at,
        "placed_position": recorded.position,
        "cancelled_at": None,
        "currency": fact.currency,
        "lines": [(line.sku, line.quantity, line.amount, line.cost) for line in fact.lines],
        "amount": amount,
        "refunded": Decimal(0),
        "value": amount,
        "steps": [],
    }


def _add(order: dict[str, Any], recorded: Recorded) -> None:
    fact, amount = recorded.fact, getattr(recorded.fact, "amount", order["amount"])
    step = "placed"
    if isinstance(fact, OrderRefunded):
        step = "refunded"
        order["refunded"] += amount
        order["value"] -= amount
        order["status"] = "partly_refunded" if order["value"] else "refunded"
    elif isinstance(fact, OrderCancelled):
        step = "cancelled"
        order |= {"value": Decimal(0), "status": "cancelled", "cancelled_at": fact.occurred_at}
    reason, refund_id = getattr(fact, "reason", None), getattr(fact, "refund_id", None)
    late = fact.occurred_at < order["placed_at"]
    when = (fact.occurred_at, recorded.recorded_at, recorded.position)
    order["steps"].append((step, *when, fact.actor, amount, refund_id, reason, late))
    order |= {"version": fact.originator_version, "position": recorded.position}


def _registered(facts: Sequence[Recorded]) -> dict[UUID, int]:
    return {f.fact.customer_id: f.position for f in facts if isinstance(f.fact, CustomerRegistered)}


def _person_of(profile: UUID, facts: Sequence[Recorded]) -> UUID:
    """Of two linked profiles the one that was registered first, or else the one with the first order."""
    links = [f.fact for f in facts if isinstance(f.fact, ProfileLinked | ProfileUnlinked)]
    if profile == CYD or not links or isinstance(links[-1], ProfileUnlinked):
        return profile
    registered, begun = _registered(facts), dict[UUID, int]()
    for recorded in facts:
        if not isinstance(recorded.fact, ProfileLinked | ProfileUnlinked):
            begun.setdefault(recorded.fact.customer_id, recorded.position)
    return min(
        (p for p in (ANA, BEN) if p in begun),
        key=lambda p: (p not in registered, registered.get(p, begun[p])),
    )


def seen(order: PlacedOrder) -> dict[str, Any]:
    """What the order shows, as the oracle has it."""
    fields = {name: getattr(order, name) for name in PlacedOrder.__dataclass_fields__}
    steps = [
        (
            *(step.step, step.occurred_at, step.recorded_at, step.position, step.actor),
            *(step.amount, step.refund_id, step.reason, step.late),
        )
        for step in order.steps
    ]
    lines = [(line.sku, line.quantity, line.amount, line.cost) for line in order.lines]
    return {**fields, "lines": lines, "steps": steps}


@lawful()
@given(story=lives(), limit=st.integers(1, 4), since=INSTANTS, until=INSTANTS)
def test_orders_are_listed_and_shown_as_the_facts_tell(
    database: Database, story: Story, limit: int, since: datetime, until: datetime
) -> None:
    log = told_log(database)
    log.empty("identity", "customers", "orders")
    fold(log, story)
    orders = told(log.recorded())
    assert [seen(shown(log, order["order_id"])) for order in orders] == orders
    assert [seen(one) for one in paged(log, limit)] == without_steps(orders)
    for profiles in ([ANA], [ANA, BEN], [CYD]):
        theirs = [order for order in orders if order["customer_id"] in profiles]
        assert [seen(one) for one in paged(log, limit, profiles=profiles)] == without_steps(theirs)
        in_time = [order for order in theirs if since <= order["placed_at"] < until]
        asked = {"profiles": profiles, "since": since, "until": until}
        assert [seen(one) for one in paged(log, limit, **asked)] == without_steps(in_time)
    for status, number in product((None, *STATUSES), (None, "7")):
        some = [o for o in orders if o["status"] == (status or o["status"])]
        some = [o for o in some if o["number"] == (number or o["number"])]
        assert [seen(one) for one in paged(log, limit, status=status, number=number)] == without_steps(some)
        of_shop = [o for o in some if number is not None and o["source"] == "shop"]
        if number is not None:
            asked = {"status": status, "number": number, "source": "shop"}
            assert [seen(one) for one in paged(log, limit, **asked)] == without_steps(of_shop)


def paged(log: ToldLog, limit: int, **asked: Any) -> Iterator[PlacedOrder]:
    """All orders that match, a page at a time."""
    before = None
    with log.reading() as reading:
        while page := placed_orders(reading, limit=limit, before=before, **asked):
            yield from page
            before = page[-1].place


def without_steps(orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**order, "steps": []} for order in orders]


# Single rules


def test_a_forgotten_person_leaves_no_reason_and_the_amounts_stay(log: ToldLog) -> None:
    story = Story()
    hers, his = story.order(ANA, "50.00"), story.order(BEN, "50.00")
    for order in (hers, his):
        story.refund(order, "20.00", reason="It hurt.")
        story.cancel_order(order, "30.00", reason="Too late.")
    fold(log, story)
    before = shown(log, his.originator_id)
    log.cipher.forget([ANA])
    order = shown(log, hers.originator_id)
    assert [step.reason for step in order.steps] == [None, None, None]
    assert [step.amount for step in order.steps] == [Decimal("50.00"), Decimal("20.00"), Decimal("30.00")]
    assert (order.status, order.refunded, order.value) == ("cancelled", Decimal("20.00"), 0)
    assert shown(log, his.originator_id) == before
    assert [step.reason for step in before.steps] == [None, "It hurt.", "Too late."]


def test_an_order_of_nothing_is_placed_and_not_refunded(log: ToldLog) -> None:
    story = Story()
    order = story.order(ANA, "0.00")
    fold(log, story)
    assert shown(log, order.originator_id).status == "placed"


def test_pages_skip_and_repeat_nothing_while_orders_come_in_and_are_refunded(log: ToldLog) -> None:
    story = Story()
    orders = [story.order(ANA, "10.00", at=START + timedelta(hours=hour)) for hour in range(6)]
    fold(log, story)
    pages, before = [], None
    while page := listed(log, profiles=[ANA], limit=2, before=before):
        pages += [order.order_id for order in page]
        before = page[-1].place
        story.order(ANA, "1.00", at=START + timedelta(days=len(pages)))
        story.refund(orders[0], "1.00")
        fold(log, story)
    assert pages == [order.originator_id for order in reversed(orders)]


@pytest.mark.parametrize("counted", [False, True], ids=["never counted", "counted when small"])
def test_a_question_reads_no_orders_of_others(database: Database, log: ToldLog, counted: bool) -> None:
    """PostgreSQL knows nothing of the tables, or what it counted when they were small.

    Until it has counted, it does not know that most orders are placed, and reads them all for a list of these.
    """
    story = Story()
    mine = [story.order(ANA, "10.00", number=f"mine {n}") for n in range(3)]
    story.cancel_order(mine[0], "10.00")
    order_by_others(story, range(100))
    fold(log, story)
    if counted:
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute("analyze")
    order_by_others(story, range(100, OTHERS))
    fold(log, story)
    for asked, found in (
        ({"profiles": [ANA]}, 3),
        ({"number": "mine 1"}, 1),
        ({"status": "cancelled"}, 1),
        *([({"status": "placed", "limit": 10}, 10)] if counted else []),
        ({"order_id": mine[0].originator_id}, 1),
        ({"limit": 10}, 10),
        ({"limit": 10, "until": START + timedelta(minutes=OTHERS)}, 10),
        ({"limit": 10, "before": (START + timedelta(minutes=OTHERS), 1)}, 10),
        ({"limit": 10, "since": START}, 10),
    ):
        assert most_rows_read(log, found, **asked) <= FEW, asked


def order_by_others(story: Story, numbers: Iterable[int]) -> None:
    for n in numbers:
        customer = named(f"other {n}")
        story.register(customer)
        story.order(customer, "10.00")


def most_rows_read(log: ToldLog, found: int, **asked: Any) -> int:
    """Returns how many rows of one table the question reads, the most of several times.

    psycopg may prepare a statement at its sixth time, and PostgreSQL may plan it for any parameters five times later.
    """
    with log.reading() as reading:

        def read() -> dict[str, int]:
            return {row["relname"]: row["read"] for row in reading.execute(READ).fetchall()}

        most = 0
        for _ in range(15):
            before = read()
            assert len(placed_orders(reading, **asked)) == found
            most = max(most, *(rows - before.get(table, 0) for table, rows in read().items()))
    return most
