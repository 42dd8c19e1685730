"""A writer writes what its schema would dump."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from application import codec
from domain.customers.details import Channel
from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.fields import (
    Amount,
    Currency,
    Day,
    Flag,
    Id,
    Instant,
    Many,
    Open,
    Part,
    Position,
    Share,
    Text,
    Tree,
    Whole,
    Word,
)
from interfaces.http.schemas.writing import writer_of

AN_ID = UUID("11111111-2222-4333-8444-555555555555")


class MoneyOut(BodyOut):
    amount = Amount(allow_none=True)
    currency = Currency()


class EverythingOut(BodyOut):
    an_id = Id(attribute="member_id")
    ids = Many(Id())
    sender = Text(data_key="from", allow_none=True)
    channel = Word(list(Channel))
    position = Position()
    number = Whole(low=0, high=9)
    flag = Flag()
    share = Share()
    day = Day()
    at = Instant(allow_none=True)
    money = Part(MoneyOut, allow_none=True)
    several = Many(Part(MoneyOut))
    free = Tree()
    open = Open(allow_none=True)


@dataclass(frozen=True)
class Money:
    amount: Decimal | None
    currency: str
    secret: str = "not in the schema"


VALUES: dict[str, Any] = {
    "member_id": AN_ID,
    "ids": (AN_ID, AN_ID),
    "sender": "Ana",
    "channel": Channel.EMAIL,
    "position": 7,
    "number": 3,
    "flag": True,
    "share": Decimal("0.1"),
    "day": "1980-02-29",
    "at": datetime(2026, 1, 31, 9, 30, 0, 250_000, tzinfo=timezone(timedelta(hours=2))),
    "money": Money(Decimal("12.5"), "EUR"),
    "several": [{"amount": Decimal("3"), "currency": "JPY"}, Money(None, "EUR")],
    "free": {"b": 1, "a": [None, 1.5]},
    "open": {"x": "y"},
    "secret": "not in the schema",
}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"at": datetime(2026, 1, 31, tzinfo=UTC)},
        {"at": None, "money": None, "open": None, "sender": None},
        {"ids": [], "several": ()},
    ],
)
def test_a_writer_writes_what_the_schema_dumps(changed: dict[str, Any]) -> None:
    schema, answer = EverythingOut(), {**VALUES, **changed}
    assert codec.encode(writer_of(schema)(answer)) == codec.encode(schema.dump(answer))


def test_what_an_answer_lacks_is_left_out() -> None:
    schema = EverythingOut()
    assert writer_of(schema)({"number": 1}) == schema.dump({"number": 1}) == {"number": 1}
    assert writer_of(MoneyOut())(Money(Decimal("1"), "EUR")) == {"amount": "1.00", "currency": "EUR"}
