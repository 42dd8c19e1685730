"""Real purchases and complaints, through the API and through `farley import`: what went in comes back.

One store is filled over HTTP with the purchases of some customers, or of all in a full run, in random order;
another by `farley import` with the whole files in their order.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from projections.sealed import open_texts
from tests.acceptance.filled import Filled, bodies, customer_id, farley_import, fold, post_all
from tests.acceptance.samples import Purchase, cfpb, day, purchases, sample
from tests.acceptance.tables import fingerprints
from tests.amounts import amount
from tests.world import World

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("cdnow"), pytest.mark.timeout(600)]

SPLIT = datetime(1997, 10, 1, tzinfo=UTC)
ONE_IN = amount(1, quick=20)
"""Of the customers whose purchases are sent over HTTP, or imported again, and of the complaints imported again."""
IMPORTS = (
    ("customers", "cdnow-customers", "cdnow_sample.txt"),
    ("orders", "cdnow-orders", "cdnow_sample.txt"),
    ("complaints", "cfpb-complaints", "cfpb_complaints_2013.csv"),
)


@pytest.fixture(scope="module")
def over_http(new_database: Callable[[], Any], tmp_path_factory: Any) -> Iterator[Filled]:
    rows = some_purchases()
    sent = list(bodies(rows))
    random.Random(1997).shuffle(sent)
    database, home = new_database(), tmp_path_factory.mktemp("over_http")
    with closing(World(database, home, FARLEY_CURRENCY="USD")) as world:
        post_all(world, sent)
        world.fold()
        yield Filled(database=database, home=home, world=world, rows=rows)


@pytest.fixture(scope="module")
def imported(new_database: Callable[[], Any], tmp_path_factory: Any) -> Iterator[Filled]:
    database, home = new_database(), tmp_path_factory.mktemp("imported")
    for kind, preset, name in IMPORTS:
        farley_import(database, home, kind, "--preset", preset, sample(name))
    fold(database, home)
    with closing(World(database, home, FARLEY_CURRENCY="USD")) as world:
        yield Filled(database=database, home=home, world=world, rows=purchases())


@pytest.fixture(params=["over_http", "imported"])
def filled(request: pytest.FixtureRequest) -> Filled:
    found: Filled = request.getfixturevalue(request.param)
    return found


# What comes back


def test_the_figures_of_the_purchase_log_come_back_from_the_reporting_views(imported: Filled) -> None:
    assert imported.report("select count(*), count(distinct person_id) from customers") == [(2357, 2357)]
    assert imported.report(
        "select count(*), count(distinct person_id), sum(quantity), sum(value), min(currency), max(currency),"
        " count(*) filter (where value = 0), min(placed_at), max(placed_at) from orders"
    ) == [
        (
            6919,
            2357,
            16479,
            Decimal("244091.94"),
            "USD",
            "USD",
            8,
            datetime(1997, 1, 1, tzinfo=UTC),
            datetime(1998, 6, 30, tzinfo=UTC),
        )
    ]
    assert imported.report(
        "select placed_at < %s, count(distinct (person_id, placed_at)), sum(value) from orders"
        " group by 1 order by 1",
        SPLIT,
    ) == [(False, 1882, Decimal("70976.39")), (True, 4814, Decimal("173115.55"))]


def test_repeat_purchases_come_back_from_the_reporting_views(imported: Filled) -> None:
    counted = Counter(
        dict(
            imported.report(
                "select least(days - 1, 7), count(*) from (select person_id, count(distinct placed_at) as days"
                " from orders where placed_at < %s group by 1) as bought group by 1",
                SPLIT,
            )
        )
    )
    assert counted == {0: 1411, 1: 439, 2: 214, 3: 100, 4: 62, 5: 38, 6: 29, 7: 64}
    assert imported.report(
        "select sum(days - 1) from (select count(distinct placed_at) as days from orders where placed_at < %s"
        " group by person_id) as bought",
        SPLIT,
    ) == [(2457,)]


def test_the_figures_come_back_person_by_person(filled: Filled) -> None:
    told = filled.report("select customer_id, order_count, order_value, last_order_at from customers")
    assert {one: (count, value, last) for one, count, value, last in told} == {
        customer_id(number): (len(rows), {"USD": f"{total(rows):.2f}"}, max(row.at for row in rows))
        for number, rows in by_customer(filled.rows).items()
    }


def test_the_360_of_a_customer_has_what_the_log_says(filled: Filled) -> None:
    rows_of = by_customer(filled.rows)
    busiest = max(rows_of, key=lambda number: len(rows_of[number]))
    generous = max(rows_of, key=lambda number: total(rows_of[number]))
    for number in {busiest, generous, *sorted(rows_of)[::100]}:
        rows = rows_of[number]
        known = filled.ask(f"/api/customers/{customer_id(number)}")
        assert known["orders"]["count"] == len(rows)
        assert known["orders"]["value"] == [{"currency": "USD", "amount": f"{total(rows):.2f}"}]
        assert known["orders"]["last_at"] == max(row.at for row in rows).isoformat().replace("+00:00", "Z")
        (external_id,) = known["external_ids"]
        assert (external_id["source"], external_id["number"]) == ("cdnow", number)


def test_the_timeline_tells_every_purchase_of_the_busiest_customer(filled: Filled) -> None:
    rows_of = by_customer(filled.rows)
    number = max(rows_of, key=lambda one: len(rows_of[one]))
    told = filled.ask(f"/api/customers/{customer_id(number)}/timeline?kind=order&limit=500")["items"]
    days = Counter(entry["occurred_at"][:10] for entry in told)
    assert days == Counter(row.at.date().isoformat() for row in rows_of[number])


# Again, and in another order


def test_random_order_over_http_gives_the_tables_that_the_import_gives(
    over_http: Filled, new_database: Callable[[], Any], tmp_path: Path
) -> None:
    database, file = new_database(), some_written(tmp_path)
    for kind, preset, _ in IMPORTS[:2]:
        farley_import(database, tmp_path, kind, "--preset", preset, file)
    fold(database, tmp_path)
    imported, told = (fingerprints(one.url, of_what_was_told=True) for one in (database, over_http.database))
    assert told == imported


def test_importing_again_changes_nothing(imported: Filled, tmp_path: Path) -> None:
    orders, complaints = some_written(tmp_path), some_complaints_written(tmp_path)
    before, head = fingerprints(imported.database.url), imported.world.web.store.head()
    for kind, preset, _ in IMPORTS:
        file = complaints if kind == "complaints" else orders
        said = farley_import(imported.database, imported.home, kind, "--preset", preset, file)
        assert re.search(r"accepted +0\n +duplicates +[1-9]", said), said
    fold(imported.database, imported.home)
    assert imported.world.web.store.head() == head
    assert fingerprints(imported.database.url) == before


# Complaints


def test_complaints_come_back_by_product_and_channel(imported: Filled) -> None:
    assert dict(imported.report("select product, count(*) from complaints group by 1")) == {
        "Mortgage": 343,
        "Debt collection": 210,
        "Credit reporting": 149,
        "Credit card": 121,
        "Bank account or service": 99,
        "Student loan": 37,
        "Consumer Loan": 30,
        "Money transfers": 11,
    }
    assert dict(imported.report("select channel, count(*) from complaints group by 1")) == {
        "web": 691,
        "post": 107,
        "referral": 92,
        "phone": 90,
        "fax": 19,
        "email": 1,
    }
    assert imported.report(
        "select count(*), count(distinct number), min(opened_at), max(opened_at) from complaints"
    ) == [(1000, 1000, datetime(2013, 8, 30, tzinfo=UTC), datetime(2013, 10, 15, tzinfo=UTC))]


def test_complaints_are_joined_to_customers_in_the_order_of_the_file(imported: Filled) -> None:
    told = imported.report(
        "select person_id, number, severity, status, opened_at, first_responded_at, closed_at from complaints"
    )
    assert sorted(told) == sorted(
        (
            customer_id(f"{k:04d}"),
            row["complaint_id"],
            {"Mortgage": "high", "Debt collection": "normal"}.get(row["product"], "low"),
            "open" if is_open(row) else "closed",
            day(row["date_received"]),
            None if is_open(row) else day(row["date_sent_to_company"]),
            None if is_open(row) else day(row["date_sent_to_company"]) + FIFTEEN_DAYS,
        )
        for k, row in enumerate(cfpb(), start=1)
    )


def test_complaints_answered_before_they_were_received_are_kept_as_they_are(imported: Filled) -> None:
    early = {
        row["complaint_id"]: k
        for k, row in enumerate(cfpb(), start=1)
        if not is_open(row) and day(row["date_sent_to_company"]) < day(row["date_received"])
    }
    assert early
    assert {
        number
        for (number,) in imported.report("select number from complaints where first_responded_at < opened_at")
    } == early.keys()
    person = customer_id(f"{next(iter(early.values())):04d}")
    told = imported.ask(f"/api/customers/{person}/timeline")["items"]
    assert {entry["kind"]: entry["late"] for entry in told if entry["about"] == "complaint"} == {
        "complaint": False,
        "complaint_responded": True,
        "complaint_closed": False,
    }


def test_answers_tell_whether_they_were_timely_and_disputed(imported: Filled) -> None:
    with imported.world.web.reading.snapshot() as connection:
        steps = connection.execute("select * from complaint_step where step = 'responded'").fetchall()
    open_texts(imported.world.web.keys, steps)
    texts = [step["sealed"]["text"] for step in steps]
    untimely_and_open = [row for row in cfpb() if is_open(row)]
    assert len(texts) == 1000 - len(untimely_and_open)
    assert sum("Timely: Yes." in text for text in texts) == 984
    assert sum("Disputed: Yes." in text for text in texts) == 211


FIFTEEN_DAYS = day("1/16/2013") - day("1/1/2013")


def is_open(row: dict[str, str]) -> bool:
    return row["company_response_to_consumer"] == "Untimely response"


def some_purchases() -> list[Purchase]:
    chosen = set(sorted(by_customer(purchases()))[::ONE_IN])
    return [row for row in purchases() if row.customer in chosen]


def some_written(folder: Path) -> Path:
    """These purchases as a file like the whole one."""
    file = folder / "cdnow_sample.txt"
    file.write_text("".join(" ".join(row.raw) + "\n" for row in some_purchases()))
    return file


def some_complaints_written(folder: Path) -> Path:
    """The first complaints, which keep their customers: complaint number k is customer number k's."""
    file, (header, *lines) = folder / "complaints.csv", sample(IMPORTS[2][2]).read_bytes().splitlines(True)
    file.write_bytes(b"".join([header, *lines[: len(lines) // ONE_IN]]))
    return file


def by_customer(rows: Sequence[Purchase]) -> dict[str, list[Purchase]]:
    found: dict[str, list[Purchase]] = {}
    for row in rows:
        found.setdefault(row.customer, []).append(row)
    return found


def total(rows: Sequence[Purchase]) -> Decimal:
    return sum((row.dollars for row in rows), Decimal(0))
