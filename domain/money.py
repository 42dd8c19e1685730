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
"""ISO 4217: the digits behind the point, where they are not two."""

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
"""ISO 4217: those in use, and those the euro replaced, which old orders still name."""

MINOR_UNITS_OF_MOST = 2
LIMIT = Decimal(10) ** 11
"""Amounts, and what they add up to in one order, stay below this."""

_AMOUNT = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]{1,11})(?:\.(?P<minor>[0-9]{1,20}))?")


def minor_units(currency: str) -> int:
    """How many digits stand behind the point in this currency."""
    return MINOR_UNITS.get(currency, MINOR_UNITS_OF_MOST)


def currency_code(text: str | None, path: str = "currency") -> str:
    """An ISO 4217 code. InvalidInput otherwise."""
    if text not in CURRENCIES:
        raise InvalidInput("A currency is an ISO 4217 code, such as EUR.", path=path, code="invalid_currency")
    return text


def money(text: str, currency: str) -> Decimal:
    """The amount that a decimal string says, with exactly the currency's minor units.

    Zeros behind these change nothing. InvalidMoney for anything else: a number, an exponent, too many digits
    behind the point, 10^11 and more.
    """
    match = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidMoney(code="invalid_money")
    if len((match["minor"] or "").rstrip("0")) > minor_units(currency):
        raise InvalidMoney(
            f"{currency} has {minor_units(currency)} digits behind the point.", code="too_many_digits"
        )
    # Adding zero turns -0.00 into 0.00.
    return Decimal(text).quantize(Decimal(1).scaleb(-minor_units(currency))) + 0


def money_at(text: str, currency: str, path: str) -> Decimal:
    """An amount as `money` reads it. InvalidMoney, at `path`, otherwise."""
    try:
        return money(text, currency)
    except InvalidMoney as refusal:
        raise refusal.at(path) from None


def money_from_zero(text: str, currency: str, path: str) -> Decimal:
    """An amount that may be zero but not negative. InvalidMoney, at `path`, otherwise."""
    amount = money_at(text, currency, path)
    if amount < 0:
        raise InvalidMoney("This amount may not be negative.", path=path, code="negative")
    return amount


def money_above_zero(text: str, currency: str, path: str) -> Decimal:
    """An amount above zero. InvalidMoney, at `path`, otherwise."""
    amount = money_from_zero(text, currency, path)
    if amount == 0:
        raise InvalidMoney("This amount must be above zero.", path=path, code="zero")
    return amount
