"""What counts as money."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidInput, InvalidMoney
from domain.money import currency_code, minor_units, money


@pytest.mark.parametrize(
    ("text", "currency", "stored"),
    [
        ("10", "EUR", "10.00"),
        ("10.5", "EUR", "10.50"),
        ("-3.25", "USD", "-3.25"),
        ("-0.00", "EUR", "0.00"),
        ("500", "JPY", "500"),
        ("1.234", "KWD", "1.234"),
        ("1.2345", "CLF", "1.2345"),
        ("1000.00", "JPY", "1000"),
        ("1.0", "JPY", "1"),
        ("19.9900", "EUR", "19.99"),
        ("-0.000", "JPY", "0"),
        ("99999999999.99", "EUR", "99999999999.99"),
    ],
)
def test_money_has_exactly_its_currencys_minor_units_and_zeros_after_them_change_nothing(
    text: str, currency: str, stored: str
) -> None:
    assert str(money(text, currency)) == stored


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.234", "EUR"),
        ("1.10", "JPY"),
        ("19.9910", "EUR"),
        ("1." + 21 * "0", "EUR"),
        ("1.23456", "CLF"),
        ("100000000000", "EUR"),
        ("1e3", "EUR"),
        ("+1", "EUR"),
        ("1,50", "EUR"),
        (".5", "EUR"),
        ("5.", "EUR"),
        ("", "EUR"),
        (" 1", "EUR"),
        ("1\n", "EUR"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1_000", "EUR"),
        ("١٢", "EUR"),
    ],
)
def test_what_is_no_decimal_string_of_the_currency_is_refused(text: str, currency: str) -> None:
    with pytest.raises(InvalidMoney):
        money(text, currency)


@pytest.mark.parametrize("number", [10, 10.5, Decimal(10), None, True])
def test_a_number_is_no_money(number: object) -> None:
    with pytest.raises(InvalidMoney):
        money(number, "EUR")  # type: ignore[arg-type]


@settings(derandomize=True)
@given(st.text())
def test_any_text_is_money_or_refused(text: str) -> None:
    try:
        amount = money(text, "EUR")
    except InvalidMoney:
        return
    assert amount == Decimal(text)
    assert amount.as_tuple().exponent == -minor_units("EUR")


@pytest.mark.parametrize("code", ["eur", "EURO", "EU", "", "E1R", "EUR\n", "ÉUR"])
def test_a_currency_is_three_capital_letters(code: str) -> None:
    assert currency_code("EUR") == "EUR"
    with pytest.raises(InvalidInput):
        currency_code(code)
