"""Fields of numbers, and of money, which is always a string in JSON."""

import re
from decimal import Decimal
from typing import Any

import marshmallow as ma
from marshmallow.utils import get_value

from domain.money import CURRENCIES, minor_units
from interfaces.http.schemas.fields.coded import Coded, InRange, Messages
from interfaces.http.schemas.fields.texts import String

FROM_ZERO = r"[0-9]{1,11}([.][0-9]{1,4}0{0,16})?"
ABOVE_ZERO = rf"(?=[0-9.]*[1-9]){FROM_ZERO}"
MONEY = rf"-?{FROM_ZERO}"
SHARE = r"0([.]([0-4][0-9]{0,5}|50{0,5}))?"
QUANTITY = r"(?=[0-9.]*[1-9])[0-9]{1,9}([.][0-9]{1,6})?"
FINEST = 0.000001
MANY = 2**53
"""The bound of counts: JSON readers keep every integer up to it exactly."""


class Whole(Coded, ma.fields.Integer):
    """A whole number within bounds."""

    default_error_messages: Messages = {"invalid": "This must be a whole number."}

    def __init__(self, *, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(validate=InRange(min=low, max=high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        # 14.0 is a whole number in JSON, too
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        if not isinstance(whole, int) or isinstance(whole, bool):
            raise self.make_error("invalid")
        return whole


class Digits(Whole):
    """A whole number of at most 18 digits in a query string."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,18}", value):
            raise self.make_error("invalid")
        return int(value)


class Money(String):
    """An amount of money as a decimal string. The currency decides the number of decimals."""

    default_error_messages: Messages = {
        "invalid_money": "Money is a decimal string, such as 12.50, below 100000000000.",
        "number_for_money": 'Money is not a JSON number: write it as text: "12.50".',
    }

    def __init__(self, *, notation: str = MONEY, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._notation = notation

    def described(self) -> dict[str, Any]:
        return {"pattern": f"^{self._notation}$"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise self.make_error("number_for_money")
        if not isinstance(value, str) or not re.fullmatch(MONEY, value):
            raise self.make_error("invalid_money")
        return value


class Amount(Money):
    """An amount in an answer, rounded to the minor units of the `currency` beside it."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        digits = minor_units(get_value(obj, "currency"))
        return str(Decimal(value).quantize(Decimal(1).scaleb(-digits)))


class Currency(String):
    """An ISO 4217 code."""

    default_error_messages: Messages = {"invalid_currency": "A currency is an ISO 4217 code, such as EUR."}

    def described(self) -> dict[str, Any]:
        return {"enum": [*sorted(CURRENCIES), *([None] if self.allow_none else [])]}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or value not in CURRENCIES:
            raise self.make_error("invalid_currency")
        return value


class Fraction(Coded, ma.fields.Decimal):
    """A number or a decimal string, from `low` to `high`, with at most 6 decimals."""

    notation: str
    low: Decimal
    high: Decimal
    refusal = "invalid_number"
    """The key of the error message."""

    def described(self) -> dict[str, Any]:
        types = ["number", "string", *(["null"] if self.allow_none else [])]
        bounds = {"minimum": float(self.low), "maximum": float(self.high), "multipleOf": FINEST}
        return {"type": types, "pattern": f"^{self.notation}$", **bounds}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = _written_out(value)
        if not re.fullmatch(self.notation, text):
            raise self.make_error(self.refusal)
        return Decimal(text)


def _written_out(value: Any) -> str:
    """Returns the decimal notation of a number, a text unchanged, and an empty text for any other value."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        # JSON's 1e-06 is 0.000001, and its -0.0 is 0
        return format(Decimal(str(value)) + 0, "f")
    return value if isinstance(value, str) else ""


class Share(Fraction):
    """A share from 0 to 0.5."""

    default_error_messages: Messages = {"invalid_share": "A share is a number from 0 to 0.5, such as 0.1."}
    notation, low, high = SHARE, Decimal(0), Decimal("0.5")
    refusal = "invalid_share"

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else float(value)


class Quantity(Fraction):
    """A number above 0, of at most 9 digits before the point."""

    default_error_messages: Messages = {
        "invalid_number": "A quantity is a number above 0 with at most 9 digits before the point and 6 after it.",
    }
    notation, low, high = QUANTITY, Decimal("0.000001"), Decimal("999999999.999999")
