"""Amounts of money: decimal strings in their currency's minor units, never floats."""

import re
from decimal import Decimal

from domain.errors import InvalidInput, InvalidMoney

WITHOUT_MINOR_UNITS = (
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
    *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
)
MINOR_UNITS = {
    **dict.fromkeys(WITHOUT_MINOR_UNITS, 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""The digits after the point by currency (ISO 4217), if they are not two."""

_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN
    BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD
    FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS
    KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
    MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH
    UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG XCG HRK LTL LVL
    EEK SKK SIT MTL CYP DEM FRF ITL ESP ATS BEF NLG FIM IEP PTE GRD LUF
"""
CURRENCIES = frozenset(_CODES.split())
"""The currencies of ISO 4217 in use, and those that the euro replaced, which old orders still name."""

MINOR_UNITS_OF_MOST = 2
LIMIT = Decimal(10) ** 11
"""Every amount, and the total of an order, is below this limit."""

_AMOUNT = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]{1,11})(?:\.(?P<minor>[0-9]{1,20}))?")


def minor_units(currency: str) -> int:
    """Returns how many digits this currency has after the point."""
    return MINOR_UNITS.get(currency, MINOR_UNITS_OF_MOST)


def currency_code(text: str | None, path: str = "currency") -> str:
    """Returns the text if it is an ISO 4217 code. Raises InvalidInput otherwise."""
    if text not in CURRENCIES:
        raise InvalidInput("A currency is an ISO 4217 code, such as EUR.", path=path, code="invalid_currency")
    return text


def money(text: str, currency: str) -> Decimal:
    """Returns the amount that a decimal string states, with exactly the currency's minor units.

    Further zeros at the end are accepted. Raises InvalidMoney for anything else: a number, an exponent, too
    many digits after the point, 10^11 and more.
    """
    match = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidMoney(code="invalid_money")
    if len((match["minor"] or "").rstrip("0")) > minor_units(currency):
        raise InvalidMoney(
            f"{currency} has {minor_units(currency)} digits after the point.", code="too_many_digits"
        )
    # Adding zero turns -0.00 into 0.00.
    return Decimal(text).quantize(Decimal(1).scaleb(-minor_units(currency))) + 0


def money_at(text: str, currency: str, path: str) -> Decimal:
    """Returns an amount as `money` does. Raises InvalidMoney, at `path`."""
    try:
        return money(text, currency)
    except InvalidMoney as refusal:
        raise refusal.at(path) from None


def money_from_zero(text: str, currency: str, path: str) -> Decimal:
    """Returns an amount of zero or more. Raises InvalidMoney, at `path`."""
    amount = money_at(text, currency, path)
    if amount < 0:
        raise InvalidMoney("This amount may not be negative.", path=path, code="negative")
    return amount


def money_above_zero(text: str, currency: str, path: str) -> Decimal:
    """Returns an amount above zero. Raises InvalidMoney, at `path`."""
    amount = money_from_zero(text, currency, path)
    if amount == 0:
        raise InvalidMoney("This amount must be above zero.", path=path, code="zero")
    return amount
