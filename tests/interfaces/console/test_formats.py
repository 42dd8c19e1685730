"""How people read numbers and instants, in their language and time zone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from interfaces.console.browsers import browser_name
from interfaces.console.formats import Formats

NOW = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
EN = Formats(language="en", time_zone="Europe/Madrid", now=NOW)
ES = Formats(language="es", time_zone="Asia/Kolkata", now=NOW)


def test_figures_are_written_as_the_language_has_them() -> None:
    assert (EN.number(48210), ES.number(48210)) == ("48,210", "48.210")
    assert (EN.money("86.40", "EUR"), ES.money("86.40", "EUR")) == ("€86.40", "86,40\u00a0€")
    assert (EN.percent(0.662), ES.percent(0.662)) == ("66.2%", "66,2\u00a0%")


def test_instants_are_those_of_the_persons_zone_also_across_midnight() -> None:
    assert EN.instant(NOW) == "29 Nov 2026, 00:30 CET"
    assert ES.instant(NOW) == "29 nov 2026, 05:00 IST"
    assert EN.day(NOW) == "Sunday 29 November"
    assert ES.day(NOW - timedelta(days=400)) == "sábado, 25 de octubre de 2025"


def test_how_long_ago_is_never_in_the_future_for_what_has_just_happened() -> None:
    assert EN.ago(NOW) == EN.ago(NOW - timedelta(milliseconds=300)) == "1 second ago"
    assert ES.ago(NOW - timedelta(hours=3)) == "hace 3 horas"
    assert EN.ago(NOW + timedelta(days=2)) == "in 2 days"


def test_days_and_months_are_the_same_in_every_zone_and_an_end_at_midnight_is_of_the_day_before() -> None:
    born = date(1980, 12, 31)
    assert (EN.calendar_date(born), ES.calendar_date(born)) == ("31 Dec 1980", "31 dic 1980")
    assert (EN.calendar_month("2026-11"), ES.calendar_month("2026-11")) == (
        "November 2026",
        "noviembre de 2026",
    )
    midnight = datetime(2027, 3, 31, 22, tzinfo=UTC)
    assert EN.last_day(midnight) == "31 Mar 2027"
    assert EN.last_day(midnight + timedelta(hours=1)) == "1 Apr 2027"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
            "Chrome 142, Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0 Safari/537.36 Edg/142.0",
            "Edge 142, Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox 130, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E148"
            " Safari/604.1",
            "Safari 18, iPhone",
        ),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_by_what_it_says(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
