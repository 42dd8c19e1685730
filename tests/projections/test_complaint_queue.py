"""Lists and counts of complaints, against plain Python over the same facts."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.complaints.events import ComplaintStatus, Severity
from domain.plain_text import folded
from projections.complaints.counts import MOST_NAMES, NameCounts, complaint_counts
from projections.complaints.filters import ComplaintFilter
from projections.complaints.queue import ComplaintOrder, complaints, place_of
from tests.builders import START, Story, named
from tests.projections.happenings import complain, stories_of
from tests.projections.laws import lawful, told_log
from tests.projections.log import Database, Row, ToldLog
from tests.projections.reference.complaints import complaints as reference

ANA, BEN = named("ana"), named("ben")
NOW = START + timedelta(days=3)
DAYS = (1, 3, 7)


def some_of(words: Iterable[str]) -> st.SearchStrategy[list[str] | None]:
    return st.none() | st.lists(st.sampled_from([*words]), min_size=1, max_size=3, unique=True)


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


INSTANTS = st.none() | st.integers(-400, 400).map(lambda hours: START + timedelta(hours=hours))
FILTERS = st.builds(
    ComplaintFilter,
    profiles=st.none() | st.lists(st.sampled_from((ANA, BEN)), min_size=1, max_size=2, unique=True),
    status=some_of(ComplaintStatus),
    severity=some_of(Severity),
    category=maybe("delivery", "ñandú", "Delivery"),
    product=maybe("A-1", "A-2"),
    brand=maybe("NORTH", "south"),
    channel=maybe("phone", "web"),
    answered=maybe(True, False),
    opened_since=INSTANTS,
    opened_until=INSTANTS,
)


def meets(row: Row, wanted: ComplaintFilter) -> bool:
    named_so = ("category", "product", "channel")
    one_of = (("status", wanted.status), ("severity", wanted.severity), ("customer_id", wanted.profiles))
    return (
        all(words is None or row[name] in words for name, words in one_of)
        and all(getattr(wanted, name) in (None, row[name]) for name in named_so)
        and (wanted.brand is None or row["brand_folded"] == folded(wanted.brand))
        and wanted.answered in (None, row["answered_at"] is not None)
        and (wanted.opened_since is None or wanted.opened_since <= row["opened_at"])
        and (wanted.opened_until is None or row["opened_at"] < wanted.opened_until)
    )


def waiting(row: Row) -> tuple[int, datetime, int]:
    if row["status"] == "closed":
        return 2, row["last_step_at"], row["opened_position"]
    if row["answered_at"] is None:
        return 0, row["opened_at"], row["opened_position"]
    return 1, row["last_step_at"], row["opened_position"]


def in_order(rows: list[Row], order: ComplaintOrder) -> list[UUID]:
    if order is ComplaintOrder.NEWEST:
        return [row["complaint_id"] for row in sorted(rows, key=lambda row: -row["opened_position"])]
    return [row["complaint_id"] for row in sorted(rows, key=waiting)]


def paged(log: ToldLog, wanted: ComplaintFilter, order: ComplaintOrder, size: int) -> list[UUID]:
    listed: list[UUID] = []
    after = None
    with log.reading() as reading:
        while page := complaints(reading, log.cipher, wanted, order=order, after=after, limit=size):
            listed += [standing.complaint_id for standing in page]
            after = place_of(page[-1], order)
    return listed


@lawful(40)
@given(
    story=stories_of(complain),
    wanted=st.lists(FILTERS, min_size=4, max_size=8),
    order=st.sampled_from(ComplaintOrder),
    size=st.integers(1, 4),
)
def test_a_list_has_what_meets_the_filter_in_order_and_the_counts_count_it(
    database: Database, story: Story, wanted: list[ComplaintFilter], order: ComplaintOrder, size: int
) -> None:
    log = told_log(database)
    log.empty("complaints")
    log.append(story.facts)
    log.catch_up()
    rows = list(reference(log.recorded())["complaint"])
    for each in (ComplaintFilter(), *wanted):
        meeting = [row for row in rows if meets(row, each)]
        assert paged(log, each, order, size) == in_order(meeting, order), each
        assert_counted(log, each, meeting)


def assert_counted(log: ToldLog, wanted: ComplaintFilter, rows: list[Row]) -> None:
    with log.reading() as reading:
        counts = complaint_counts(reading, wanted, NOW)
    answered = sum(row["answered_at"] is not None for row in rows)
    assert (counts.total, counts.answered, counts.unanswered) == (len(rows), answered, len(rows) - answered)
    by_status, by_severity = (Counter(row[name] for row in rows) for name in ("status", "severity"))
    assert counts.by_status == {status: by_status[status] for status in ComplaintStatus}
    assert counts.by_severity == {severity: by_severity[severity] for severity in Severity}
    for name, shown in (
        ("category", counts.by_category),
        ("product", counts.by_product),
        ("channel", counts.by_channel),
    ):
        assert as_dict(shown) == Counter(row[name] for row in rows), name
    brands = {name and folded(name): count for name, count in as_dict(counts.by_brand).items()}
    assert brands == Counter(row["brand_folded"] for row in rows)
    ages = [NOW - row["opened_at"] for row in rows if row["status"] != "closed"]
    older = [sum(age >= timedelta(days=days) for age in ages) for days in DAYS]
    assert counts.open_by_age.over_seven_days == older[2]
    assert counts.open_by_age.three_to_seven_days == older[1] - older[2]
    assert counts.open_by_age.one_to_three_days == older[0] - older[1]
    assert counts.open_by_age.under_a_day == len(ages) - older[0]


def as_dict(shown: NameCounts) -> dict[str | None, int]:
    assert shown.others == 0
    return {one.name: one.count for one in shown.names}


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("complaints")
    return log


def fold(log: ToldLog, story: Story) -> None:
    log.append(story.facts[log.head() :])
    log.catch_up()


def test_a_reopened_complaint_waits_for_an_answer_again(log: ToldLog) -> None:
    story = Story()
    first, second = (story.complain(customer) for customer in (ANA, BEN))
    story.respond(first)
    story.close(first)
    fold(log, story)
    queue = ComplaintOrder.OLDEST_UNANSWERED
    assert paged(log, ComplaintFilter(), queue, 9) == [second.originator_id, first.originator_id]
    story.reopen(first)
    fold(log, story)
    assert paged(log, ComplaintFilter(answered=False), queue, 9) == [
        first.originator_id,
        second.originator_id,
    ]
    story.respond(first)
    fold(log, story)
    assert paged(log, ComplaintFilter(), queue, 9) == [second.originator_id, first.originator_id]


@pytest.mark.parametrize("order", ComplaintOrder)
def test_what_does_not_change_is_on_one_page_while_complaints_come_in_and_change(
    log: ToldLog, order: ComplaintOrder
) -> None:
    story = Story()
    told = [story.complain(named(f"customer {number}")) for number in range(12)]
    for complaint in told[8:]:
        story.close(complaint)
    listed: list[UUID] = []
    after = None
    for turn in range(12):
        fold(log, story)
        with log.reading() as reading:
            page = complaints(reading, log.cipher, ComplaintFilter(), order=order, after=after, limit=2)
        if not page:
            break
        listed += [standing.complaint_id for standing in page]
        after = place_of(page[-1], order)
        story.complain(named(f"new customer {turn}"))
        if turn == 0:
            for answered, closed, reopened in ((told[1], told[5], told[9]),):
                story.respond(answered)
                story.close(closed)
                story.reopen(reopened)
    unchanged = {one.originator_id for number, one in enumerate(told) if number not in (1, 5, 9)}
    counted = Counter(listed)
    assert {complaint: counted[complaint] for complaint in unchanged} == dict.fromkeys(unchanged, 1)


def test_only_the_most_frequent_names_are_counted_one_by_one(log: ToldLog) -> None:
    story = Story()
    for number in range(MOST_NAMES + 5):
        story.complain(ANA, category=f"category {number:03}", product="x" * 200)
    story.complain(ANA, category="category 104", brand="North")
    fold(log, story)
    with log.reading() as reading:
        counts = complaint_counts(reading, ComplaintFilter(), NOW)
    assert counts.by_category.names[0].name == "category 104"
    assert (len(counts.by_category.names), counts.by_category.others) == (MOST_NAMES, 5)
    assert [(one.name, one.count) for one in counts.by_brand.names] == [(None, 105), ("North", 1)]
    assert [(one.name, one.count) for one in counts.by_product.names] == [("x" * 200, 105), (None, 1)]


def test_names_as_long_as_may_be_and_hard_to_compress_are_counted(log: ToldLog) -> None:
    story = Story()
    letters = [chr(0x10000 + number * 37 % 0x8000) for number in range(800)]
    long = ["".join(letters[start : start + 200]) for start in range(0, 800, 200)]
    story.complain(ANA, category=long[0], product=long[1], brand=long[2], channel=long[3])
    fold(log, story)
    with log.reading() as reading:
        counts = complaint_counts(reading, ComplaintFilter(category=long[0], brand=long[2]), NOW)
    assert counts.total == 1


def test_an_age_changes_at_its_hour(log: ToldLog) -> None:
    story = Story()
    opened = story.complain(ANA, at=START)
    fold(log, story)
    ages = []
    with log.reading() as reading:
        for days in DAYS:
            for moment in (timedelta(days=days) - timedelta(microseconds=1), timedelta(days=days)):
                counts = complaint_counts(reading, ComplaintFilter(), START + moment)
                ages += [name for name, count in vars(counts.open_by_age).items() if count]
    assert ages == [
        "under_a_day",
        *["one_to_three_days"] * 2,
        *["three_to_seven_days"] * 2,
        "over_seven_days",
    ]
    story.close(opened)
    fold(log, story)
    with log.reading() as reading:
        assert set(vars(complaint_counts(reading, ComplaintFilter(), NOW).open_by_age).values()) == {0}
