"""Instants as ISO 8601 writes them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.instants import iso_date, iso_instant, iso_moment

TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T10:00:00Z",
        "2026-03-01t10:00z",
        "2026-03-01 11:00+01:00",
        "2026-03-01T11:00:00+01",
        "2026-03-01T11:00:00+0100",
        "2026-03-01T06:30\u22120330",
        "20260301T100000Z",
        "20260301T1000Z",
        "20260301T10Z",
        "20260301T11+01",
        "2026-W09-7T10:00:00Z",
        "2026W097T100000Z",
        "2026-060T10:00:00Z",
        "2026060T100000Z",
        "2026-03-01T10:00:00,000Z",
        "2026-03-01T09.999999999999999999999999999999Z",
    ],
)
def test_every_notation_of_iso_8601_with_an_offset_is_an_instant(text: str) -> None:
    instant = iso_instant(text)
    assert instant is not None
    assert abs((instant - TEN).total_seconds()) < 0.001


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-01T24:00Z", datetime(2026, 3, 2, tzinfo=UTC)),
        ("20260228T240000,000+0000", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2026-03-01T10,5Z", datetime(2026, 3, 1, 10, 30, tzinfo=UTC)),
        ("2026-03-01T10:30.25Z", datetime(2026, 3, 1, 10, 30, 15, tzinfo=UTC)),
        ("2026-03-01T10:00:00.1234567Z", datetime(2026, 3, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2024-366T00:00Z", datetime(2024, 12, 31, tzinfo=UTC)),
    ],
)
def test_midnight_leap_seconds_and_fractions_are_read(text: str, instant: datetime) -> None:
    assert iso_instant(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026-03-01", "2026-03-01T10:00", "2026-03-01T10:00:00Z\n", " 2026-03-01T10:00:00Z"),
        *(
            "2026-02-29T10:00Z",
            "2026-366T10:00Z",
            "2026-000T10:00Z",
            "2026-W54-1T10:00Z",
            "2026-W09-8T10:00Z",
        ),
        *("2026-03-01T24:00:01Z", "2026-03-01T25:00Z", "2026-03-01T10:60Z", "2026-03-01T10:00:60Z"),
        *("2026-03-01T10:0000Z", "2026-03-01T1000:00Z", "2026-03-01T10:00+24:00", "2026-03-01T10:00+01:60"),
        *("9999-12-31T24:00Z", "9999-12-31T23:00-02:00", "0001-01-01T00:00+01:00", "٢٠٢٦-03-01T10:00Z"),
        *("2026-3-1T10:00Z", "2026-W097T10:00Z", "2026W09-7T10:00Z", "2026-03-01T10:00 Z", "2026-03-01T.5Z"),
    ],
)
def test_what_is_no_instant_with_an_offset_is_none(text: str) -> None:
    assert iso_instant(text) is None


def test_a_moment_without_an_offset_is_local() -> None:
    assert iso_moment("20260301T2400") == datetime(2026, 3, 2)


def test_a_date_is_of_the_calendar_a_week_or_the_year() -> None:
    texts = ("2026-03-01", "20260301", "2026-W09-7", "2026W097", "2026-060", "2026060")
    assert {iso_date(text) for text in texts} == {date(2026, 3, 1)}


@settings(derandomize=True)
@given(st.text(st.sampled_from("0123456789-:TZW+., "), max_size=30))
def test_any_text_is_an_instant_or_none(text: str) -> None:
    instant = iso_instant(text)
    assert instant is None or instant.tzinfo is UTC


@settings(derandomize=True)
@given(st.datetimes(timezones=st.timezones()))
def test_what_python_writes_is_read_back(moment: datetime) -> None:
    offset = moment.utcoffset()
    if offset is not None and offset.total_seconds() % 60 == 0 and 1 < moment.year < 9999:
        assert iso_instant(moment.isoformat()) == moment.astimezone(UTC)
