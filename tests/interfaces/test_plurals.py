"""Counts in messages."""

from interfaces.plurals import how_many


def test_a_count_of_one_has_its_noun_in_the_singular() -> None:
    assert [how_many(count, "date") for count in (0, 1, 2)] == ["0 dates", "1 date", "2 dates"]
