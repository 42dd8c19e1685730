"""The rate of a projection: facts a second over the last minute."""

import pytest

from projections.engine.pace import Pace


def test_a_rate_counts_from_the_first_note_of_the_last_minute() -> None:
    pace = Pace()
    rates = [pace.note({"customers": 100 * at}, at=float(at))["customers"] for at in range(0, 30, 3)]
    assert rates == [0.0] + [100.0] * 9


def test_what_was_folded_more_than_a_minute_ago_counts_no_more() -> None:
    pace = Pace()
    pace.note({"customers": 0}, at=0.0)
    pace.note({"customers": 6_000}, at=3.0)
    for at in range(6, 63, 3):
        assert pace.note({"customers": 6_000}, at=float(at))["customers"] == pytest.approx(6_000 / at)
    assert pace.note({"customers": 6_000}, at=63.0)["customers"] == 0


def test_the_first_second_says_nothing_and_no_rate_is_below_0() -> None:
    pace = Pace()
    assert pace.note({"customers": 0}, at=0.0) == {"customers": 0.0}
    assert pace.note({"customers": 500}, at=0.5) == {"customers": 0.0}
    assert pace.note({"customers": 400, "orders": 7}, at=2.0) == {"customers": 200.0, "orders": 0.0}
    assert pace.note({"customers": 0}, at=4.0) == {"customers": 0.0}
