"""Where the charts put what they show."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.console.charts.estimates import estimate
from interfaces.console.charts.lines import LABELS_APART, LOWEST_LABEL, Series, lines
from interfaces.console.charts.scales import round_values
from interfaces.console.charts.shares import LEAST_WIDTH, Part, balance, bars
from interfaces.console.charts.sparks import spark
from interfaces.console.charts.strips import Mark, Stretch, strip

DAY = datetime(2026, 11, 25, tzinfo=UTC)
COUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=9)
VALUES = st.decimals(-(10**6), 10**6, places=2).map(float)


def parts(*numbers: float) -> list[Part]:
    return [
        Part(label=f"part {place}", number=number, text=f"{number:,}") for place, number in enumerate(numbers)
    ]


@given(counts=COUNTS)
def test_the_parts_of_a_balance_fill_the_bar_one_beside_the_other(counts: list[int]) -> None:
    chart = balance("People", ["Outcome", "People"], parts(*counts))
    end = 0.0
    for bar, count in zip(chart.bars, counts, strict=True):
        assert bar.start == pytest.approx(end, abs=0.05)
        assert bar.width >= LEAST_WIDTH if count else bar.width == 0
        end = bar.start + bar.width
    assert end == pytest.approx(100 if any(counts) else 0, abs=0.05)


def test_three_people_of_many_are_seen() -> None:
    sent, unknown = balance("People", ["Outcome", "People"], parts(48_207, 3)).bars
    assert (sent.width, unknown.start, unknown.width) == (99, 99, 1)


def test_a_chart_says_its_figures_in_its_title_and_has_them_as_a_table() -> None:
    chart = balance("People", ["Outcome", "People"], parts(1200, 3))
    assert chart.title == "People: part 0: 1,200; part 1: 3"
    assert chart.figures.columns == ["Outcome", "People"]
    assert chart.figures.rows == [["part 0", "1,200"], ["part 1", "3"]]


def test_the_longest_bar_fills_the_width() -> None:
    assert [bar.width for bar in bars("Reasons", ["Reason", "People"], parts(50, 200, 0)).bars] == [
        25,
        100,
        0,
    ]
    assert [bar.width for bar in bars("Reasons", ["Reason", "People"], parts(0, 0)).bars] == [0, 0]
    assert bars("Reasons", ["Reason", "People"], []).bars == []


@given(ends=st.tuples(VALUES, VALUES).map(sorted))
def test_an_axis_has_few_round_values_and_holds_both_ends(ends: list[float]) -> None:
    low, high = ends
    values = round_values(low, high)
    assert 2 <= len(values) <= 5
    assert values[0] <= low
    assert values[-1] >= high - 1e-6


@pytest.mark.parametrize(
    ("low", "high", "values"),
    [
        (0, 6.1, [0, 2, 4, 6, 8]),
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
        (-1, 3, [-1, 0, 1, 2, 3]),
        (0, 0, [0, 0.25, 0.5, 0.75, 1]),
    ],
)
def test_axes(low: float, high: float, values: list[float]) -> None:
    assert round_values(low, high)[: len(values)] == values


def test_lines_go_from_the_first_day_to_the_last() -> None:
    days = ["14 Nov", "15 Nov", "16 Nov"]
    chart = lines(
        "Bought",
        days,
        [Series(label="written to", end="written to 4", values=[0, 2, 4])],
        "{:g}".format,
        "Day",
    )
    assert chart.lines[0].points == "0,100 50,50 100,0"
    assert [tick.text for tick in chart.ticks] == ["0", "1", "2", "3", "4"]
    assert chart.figures.columns == ["Day", "written to"]
    assert chart.figures.rows == [["14 Nov", "0"], ["15 Nov", "2"], ["16 Nov", "4"]]


@given(ends=st.lists(st.integers(0, 100), min_size=1, max_size=4))
def test_the_names_of_lines_never_stand_upon_each_other(ends: list[int]) -> None:
    series = [Series(label=str(place), end=str(place), values=[0, end]) for place, end in enumerate(ends)]
    chart = lines("Bought", ["first", "last"], series, "{:g}".format)
    heights = sorted(line.label_at for line in chart.lines)
    assert heights[-1] <= LOWEST_LABEL
    assert all(lower - upper >= LABELS_APART - 0.02 for upper, lower in pairwise(heights))


@pytest.mark.parametrize(
    ("interval", "tone"),
    [((0.5, 1.9), "green"), ((-1.9, -0.5), "red"), ((-0.5, 1.9), "grey"), ((0, 1.9), "grey")],
)
def test_an_estimate_shows_whether_its_interval_has_no_effect(
    interval: tuple[float, float], tone: str
) -> None:
    value = sum(interval) / 2
    chart = estimate("Lift", ["estimate", "from", "to"], value, interval, "{:+g}".format, "no effect")
    assert chart.tone == tone
    assert 0 < chart.low < chart.value < chart.high < 100
    assert "no effect" in [tick.text for tick in chart.ticks]


def test_a_spark_has_a_column_for_each_month() -> None:
    chart = spark("Orders", ["Month", "Value"], parts(0, 10, 20, 5))
    assert [column.height for column in chart.columns] == [0, 50, 100, 25]
    assert chart.columns[-1].start + chart.columns[-1].width < 100


def test_names_on_a_strip_meet_neither_each_other_nor_the_lines_of_others() -> None:
    names = ("complaint opened", "this decision", "closed", "may again")
    instants = (0, 3, 7, 37)
    marks = [
        Mark(at=DAY + timedelta(days=after), name=name, day="1 Jan")
        for after, name in zip(instants, names, strict=True)
    ]
    chart = strip("When", ["Day", "Event"], marks, [Stretch(begins=marks[0].at, ends=marks[2].at)])
    assert [mark.place for mark in chart.marks] == [2, 9.78, 20.16, 98]
    assert [(mark.name.row, mark.name.anchor) for mark in chart.marks] == [
        (2, "start"),
        (1, "start"),
        (0, "start"),
        (0, "end"),
    ]
    assert chart.stretches[0].start == 2
    assert chart.name_rows == 3


def test_a_strip_of_one_instant_is_drawn() -> None:
    chart = strip("When", ["Day", "Event"], [Mark(at=DAY, name="opened", day="25 Nov")], [])
    assert chart.marks[0].place == 50
