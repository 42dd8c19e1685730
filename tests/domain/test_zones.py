"""Which instant a local time is (docs/semantics.md, rule 12)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import cldr
from domain.errors import InvalidInput
from domain.zones import instant_of, known_zone, known_zones

MINUTE = timedelta(minutes=1)
TEN_ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/Santiago",
    "Asia/Tehran",
    "Africa/Casablanca",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)
ZONES = sorted(name for name in available_timezones() if name.startswith(("A", "Eu", "In", "Pa", "UTC")))


def shown(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        # the clocks skip it: the moment at which they jump
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("Australia/Sydney", "2026-10-04T02:59:59.999999", "2026-10-03T16:00"),
        ("Africa/Cairo", "2026-04-24T00:30", "2026-04-23T22:00"),
        # a whole day
        ("Pacific/Apia", "2011-12-30T10:00", "2011-12-30T10:00"),
        # twice: the first time
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
        # the edges of both
        ("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00"),
        ("UTC", "2026-03-29T02:30", "2026-03-29T02:30"),
    ],
)
def test_12_a_skipped_local_time_moves_to_the_next_valid_instant_and_a_doubled_one_means_the_first(
    zone: str, local: str, instant: str
) -> None:
    assert instant_of(datetime.fromisoformat(local), zone) == datetime.fromisoformat(f"{instant}+00:00")


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(datetime(1973, 1, 2).date(), datetime(2037, 12, 30).date()),
    minute=st.integers(0, 24 * 60 - 1),
)
def test_12_it_is_the_first_instant_at_which_the_clocks_show_that_time_or_jump_past_it(
    zone: str, day: datetime, minute: int
) -> None:
    local = datetime(day.year, day.month, day.day) + minute * MINUTE
    assert_first(local, zone)


def assert_first(local: datetime, zone: str) -> None:
    found = instant_of(local, zone)
    if shown(found, zone) == local:
        hours_before = (found - timedelta(hours=n / 2) for n in range(1, 53))
        assert all(shown(instant, zone) != local for instant in hours_before)
    else:
        assert shown(found, zone) > local > shown(found - MINUTE / 60, zone)


@pytest.mark.parametrize("zone", TEN_ZONES)
def test_12_a_daily_plan_has_each_day_its_own_instant_from_2020_to_2035(zone: str) -> None:
    days = [datetime(2020, 1, 1, 2, 30) + timedelta(days=n) for n in range(16 * 365 + 4)]
    instants = [instant_of(day, zone) for day in days]
    assert days[-1].year == 2035
    assert all(before < after for before, after in pairwise(instants))
    for day, instant in zip(days, instants, strict=True):
        assert timedelta(0) <= shown(instant, zone) - day < timedelta(hours=1)
    moved = [day for day, instant in zip(days, instants, strict=True) if shown(instant, zone) != day]
    for day in moved:
        assert_first(day, zone)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "localtime", "Europe/Berlin\x00"])
def test_an_unknown_zone_is_refused_by_its_name(zone: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        instant_of(datetime(2026, 1, 1), zone)
    assert (refused.value.path, refused.value.code) == ("time_zone", "invalid_zone")


@pytest.mark.parametrize(
    ("local", "zone"), [(datetime.max, "America/New_York"), (datetime.min, "Asia/Tokyo")]
)
def test_a_time_beyond_the_calendar_is_refused(local: datetime, zone: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        instant_of(local, zone)
    assert refused.value.code == "invalid_instant"


def test_instants_are_in_utc() -> None:
    assert instant_of(datetime(2026, 7, 1, 12), "Asia/Tokyo").tzinfo is UTC


@pytest.mark.parametrize(
    ("name", "present"),
    [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("US/Pacific", "America/Los_Angeles"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("GB", "Europe/London"),
        ("Etc/UTC", "UTC"),
        ("Zulu", "UTC"),
        # the time zone database links these, but they are zones of other countries
        ("Europe/Oslo", "Europe/Oslo"),
        ("Africa/Lagos", "Africa/Lagos"),
    ],
)
def test_a_time_zone_has_one_name(name: str, present: str) -> None:
    assert known_zone(name) == present == known_zone(present)


def test_the_one_name_of_every_time_zone_is_its_own_and_shows_the_same_time() -> None:
    noons = [datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 7)]
    for alias, zone in cldr.aliases("zones").items():
        assert known_zone(alias) == zone == known_zone(zone)
        if alias in available_timezones():
            assert [shown(noon, alias) for noon in noons] == [shown(noon, zone) for noon in noons], alias
    assert {known_zone(name) for name in available_timezones() - {"localtime", "Factory"}} == known_zones()
