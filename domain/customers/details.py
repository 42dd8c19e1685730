"""The rules for the details of a customer, and the one spelling of each detail."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from domain import cldr
from domain.customers.languages import language_tag
from domain.errors import InvalidInput
from domain.nearest import suggestion
from domain.plain_text import one_of, plain_text
from domain.zones import known_zone

LONGEST_NAME = 500
FURTHEST_AHEAD = timedelta(hours=14)
"""The largest offset from UTC of any time zone."""

COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM
    DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS
    GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
    VN VU WF WS XK YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 - a table, not a list
)
"""The codes of ISO 3166-1 alpha-2, and XK, the usual code for Kosovo."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class CustomerKind(StrEnum):
    """Who can be a customer."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Channel(StrEnum):
    """How a customer can be reached."""

    EMAIL = "email"
    PHONE = "phone"
    SMS = "sms"
    POST = "post"
    SOCIAL = "social"
    PUSH = "push"


def latest_birth(now: datetime) -> date:
    """Returns the date in the place of the world where the day begins first."""
    return (now + FURTHEST_AHEAD).date()


def spelled(details: Mapping[str, Any], latest: date) -> dict[str, Any]:
    """Returns the details as facts hold them. `birth_date` adds `year_of_birth`.

    None means that nothing is known. `latest` is the latest birth date that is accepted. Names: name, language,
    country, time_zone, birth_date. Raises InvalidInput with the detail's name as path.
    """
    known: dict[str, Any] = {}
    for name, value in details.items():
        spelling = _SPELLINGS[one_of(name, _SPELLINGS, "")]
        known[name] = None if value is None else spelling(value)
    if "birth_date" in known:
        known["year_of_birth"] = _year_of(known["birth_date"], latest)
    return known


def country_code(code: str) -> str:
    if code.upper() not in COUNTRIES:
        raise InvalidInput(
            "A country is a code of two letters (ISO 3166), such as ES.",
            path="country",
            code="invalid_country",
        )
    return code.upper()


def _country(text: str) -> str:
    try:
        return country_code(text)
    except InvalidInput as refusal:
        nearest = suggestion(text, COUNTRIES, cldr.names("countries"))
        raise InvalidInput(refusal.message + nearest, path=refusal.path, code=refusal.code) from refusal


def birth_date(text: str) -> str:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise InvalidInput("A birth date has the form 1980-12-31.", path="birth_date", code="invalid_date")


def _name(text: str) -> str:
    return plain_text(text, "name", LONGEST_NAME)


def _year_of(text: str | None, latest: date) -> int | None:
    if text is None:
        return None
    if date.fromisoformat(text) > latest:
        raise InvalidInput("A birth date cannot be in the future.", path="birth_date", code="in_future")
    return date.fromisoformat(text).year


_SPELLINGS: dict[str, Callable[[str], str]] = {
    "name": _name,
    "language": language_tag,
    "country": _country,
    "time_zone": known_zone,
    "birth_date": birth_date,
}
