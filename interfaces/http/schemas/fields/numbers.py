"""Numbers, and money, which is never one in JSON."""

import re
from decimal import Decimal
from typing import Any

import marshmallow as ma
from marshmallow.utils import get_value

from domain.money import minor_units
from interfaces.http.schemas.fields.coded import Coded, Messages, Range
from interfaces.http.schemas.fields.texts import String

MONEY = r"-?[0-9]{1,11}([.][0-9]{1,4}0{0,16})?"
CURRENCY = r"[A-Z]{3}"

_SHARE = re.compile(r"(0([.][0-9]{1,6})?|1([.]0{1,6})?)")
_QUANTITY = re.compile(r"[0-9]{1,9}([.][0-9]{1,6})?")


class Whole(Coded, ma.fields.Integer):
    """A whole number within bounds."""

    default_error_messages: Messages = {"invalid": "This must be a whole number."}

    def __init__(self, *, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(validate=Range(min=low, max=high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Digits(Whole):
    """A whole number as query strings have it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,18}", value):
            raise self.make_error("invalid")
        return int(value)


class Money(String):
    """An amount of money as a decimal string; how many digits it may have says its currency."""

    default_error_messages: Messages = {
        "invalid_money": "Money is a decimal string, such as 12.50, below 100000000000.",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(MONEY, value):
            raise self.make_error("invalid_money")
        return value


class Amount(Money):
    """An amount going out, with the minor units of the currency that stands beside it."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        digits = minor_units(get_value(obj, "currency"))
        return str(Decimal(value).quantize(Decimal(1).scaleb(-digits)))


class Currency(String):
    """An ISO 4217 code."""

    default_error_messages: Messages = {"invalid_currency": "A currency is an ISO 4217 code, such as EUR."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(CURRENCY, value):
            raise self.make_error("invalid_currency")
        return value


class Share(Coded, ma.fields.Decimal):
    """A share from 0 to 1, as a number or a decimal string, of at most 6 digits behind the point."""

    default_error_messages: Messages = {"invalid_share": "A share is a number such as 0.1."}

    def __init__(self, *, most: str = "1", **kwargs: Any) -> None:
        super().__init__(validate=Range(min=Decimal(0), max=Decimal(most)), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
        if not _SHARE.fullmatch(text):
            raise self.make_error("invalid_share")
        return Decimal(text)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else float(value)


class Quantity(Coded, ma.fields.Decimal):
    """A number, or a decimal string, of at most 9 digits before the point and 6 behind it."""

    default_error_messages: Messages = {
        "invalid_quantity": "A quantity is a number with at most 9 digits before the point and 6 behind it.",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
        if not _QUANTITY.fullmatch(text):
            raise self.make_error("invalid_quantity")
        return Decimal(text)
