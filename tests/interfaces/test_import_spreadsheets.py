"""Numbers, dates and identifiers as spreadsheets write them: read, or refused in words that say what to do."""

import marshmallow as ma
import pytest

from domain.errors import InvalidInput
from interfaces.http.contexts.customers.schemas import RegisterCustomerIn
from interfaces.http.contexts.orders.schemas import PlaceOrderIn
from interfaces.imports.dates import Dates
from interfaces.imports.long_numbers import identifier, phone
from interfaces.imports.numbers import number
from interfaces.imports.spelling import Spelling
from interfaces.imports.written import Written

NO_BREAK_SPACE, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"


def spelled(schema: type[ma.Schema], field: str, text: str, dates: Dates | None = None) -> str:
    body = {field: Written(text, field)}
    return str(Spelling("UTC", dates=dates).spell(schema(), body)[field])


@pytest.mark.parametrize(
    ("text", "decimal", "read_as"),
    [
        ("1.5E+11", None, "150000000000"),
        ("1.5e-5", None, "0.000015"),
        ("1,5E+11", ",", "150000000000"),
        ("1 234.50", None, "1234.50"),
        ("1'234.50", None, "1234.50"),
        (f"1{NO_BREAK_SPACE}234,50", ",", "1234.50"),
        (f"{NO_BREAK_SPACE}12.50{NO_BREAK_SPACE}", None, "12.50"),
        ("1.234.567,5", ",", "1234567.5"),
        ("1,234,567.5", ".", "1234567.5"),
        ("'12.50", None, "12.50"),
        ("+5", None, "5"),
        (f"{MINUS}5", None, "-5"),
    ],
)
def test_numbers_of_spreadsheets_are_read(text: str, decimal: str | None, read_as: str) -> None:
    assert number(text, decimal, "amount") == read_as


@pytest.mark.parametrize(
    ("text", "decimal", "what_to_do"),
    [
        ("1,5E+11", None, "--decimal , reads it"),
        ("1,234.50", None, "--decimal . skips it"),
        ("1.234.567", None, "--decimal , reads them"),
        ("12 %", None, "without the sign"),
        ("12,5%", ",", "without the sign"),
        ("12,50 €", ",", "--set currency=EUR"),
        ("$12.50", None, "take it away"),
        ("(12.50)", None, "begins with a minus"),
        ("12.50-", None, "begins with a minus"),
        ("#DIV/0!", None, "--null '#DIV/0!'"),
    ],
)
def test_other_numbers_are_refused_with_what_to_do(text: str, decimal: str | None, what_to_do: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        number(text, decimal, "amount")
    assert what_to_do in refused.value.message
    assert refused.value.code == "invalid_number"


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("34600111222.0", "34600111222"),
        ("34600111222,00", "34600111222"),
        ("3.4600111222E+10", "34600111222"),
        ("3,4600111222e+10", "34600111222"),
        ("'0034600111222", "0034600111222"),
        ("'+34 600 111 222", "+34 600 111 222"),
        ("01.23.45.67.80", "01.23.45.67.80"),
        ("600.111.222", "600.111.222"),
    ],
)
def test_phone_numbers_that_a_spreadsheet_took_for_numbers_are_read(text: str, read_as: str) -> None:
    assert phone(text, "value") == read_as


@pytest.mark.parametrize("text", ["3.46E+10", "3,46E+10", "3E+10", "3.46e+10", "3.46001112229E+10"])
def test_identifiers_that_lost_digits_are_refused_with_what_to_do(text: str) -> None:
    for read in (phone, identifier):
        with pytest.raises(InvalidInput, match=r"lost digits.*format the column as text") as refused:
            read(text, "value")
        assert refused.value.code == "lost_digits"


@pytest.mark.parametrize("text", ["'t Hooft", "1E10", "O'Neil", "1001.0", "'", "a@example.org"])
def test_identifiers_that_no_spreadsheet_changed_stay(text: str) -> None:
    assert identifier(text, "value") == text


def test_all_identifiers_of_a_customer_are_read_so() -> None:
    body = {
        "contact_points": [
            {"channel": "sms", "value": Written("34600111222.0", "mobile")},
            {"channel": "social", "value": Written("34600111222.0", "handle")},
        ],
        "external_ids": [{"source": "erp", "number": Written("'0042", "no")}],
    }
    read = Spelling("UTC").spell(RegisterCustomerIn(), body)
    assert [point["value"] for point in read["contact_points"]] == ["34600111222", "34600111222.0"]
    assert read["external_ids"][0]["number"] == "0042"


@pytest.mark.parametrize("text", ["45352", "45352.4167", "45352,4167", "'45352"])
def test_serial_numbers_of_dates_are_refused_with_what_to_do(text: str) -> None:
    for schema, field in ((PlaceOrderIn, "occurred_at"), (RegisterCustomerIn, "birth_date")):
        with pytest.raises(InvalidInput, match="format the column as a date") as refused:
            spelled(schema, field, text)
        assert (refused.value.path, refused.value.code) == (field, "serial_date")


def test_five_digits_that_a_pattern_reads_are_a_date() -> None:
    dates = Dates(patterns=("%y%j",))
    assert spelled(RegisterCustomerIn, "birth_date", "24060", dates) == "2024-02-29"


def test_a_date_with_the_mark_of_a_text_is_read() -> None:
    assert spelled(RegisterCustomerIn, "birth_date", "'1980-02-29") == "1980-02-29"
    assert spelled(PlaceOrderIn, "occurred_at", "'2026-03-01T10:00:00Z") == "2026-03-01T10:00:00Z"
