"""Lists of orders, and one order with its steps."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from domain.identifiers.profile_ids import is_identifier_profile_id
from projections.sealed import open_columns

Place = tuple[datetime, int]
"""The place of an order in a list: (placed_at, placed_position)."""

_ORDERS = """
select p.*, amount - refunded - cancelled as value,
       coalesce((select m.person_id from person_profile m where m.profile_id = p.customer_id),
                p.customer_id) as person_id,
       (select c.customer_id from customer c where c.customer_id = p.customer_id) is not null as registered
from (
    select * from (select * from purchase {condition}) l
    where (%(number)s::text is null or number = %(number)s)
      and (%(source)s::text is null or source = %(source)s)
      and (%(status)s::text is null or status = %(status)s)
      and placed_at is not null
      and (%(since)s::timestamptz is null or placed_at >= %(since)s)
      and (%(until)s::timestamptz is null or placed_at < %(until)s)
      and (%(before_at)s::timestamptz is null
           or (placed_at, placed_position) < (%(before_at)s, %(before_position)s::bigint))
    order by placed_at desc, placed_position desc limit %(limit)s
) p
order by placed_at desc, placed_position desc
"""
# `offset 0` keeps the order and the limit of the list out of a look-up. PostgreSQL would else go through the orders of
# everybody, from the newest on, until it has met enough of those that are looked for.
_LOOK_UPS = {
    "order_id": "where order_id = %(order_id)s offset 0",
    "profiles": "where customer_id = any(%(profiles)s) offset 0",
    "number": "where number = %(number)s offset 0",
    "status": "where status = %(status)s",
}
_LISTS = {name: _ORDERS.format(condition=condition).encode() for name, condition in _LOOK_UPS.items()}
"""Statements by the filter by which they look up orders: the first of these filters that is given."""
_LIST_OF_ALL = _ORDERS.format(condition="").encode()
_STEPS = "select * from purchase_step where customer_id = %s and order_id = %s order by version"


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    """A line of an order. `amount` and `cost` are for the whole line."""

    sku: str
    quantity: Decimal
    amount: Decimal
    cost: Decimal | None
    currency: str


@dataclass(frozen=True, kw_only=True)
class ShownStep:
    """One step of an order. `step`: placed, refunded or cancelled. `amount`: what was ordered, refunded or cancelled.

    `late`: the step is dated before the placing. `reason`: None if nobody said one, or if it is forgotten.
    """

    step: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    brand: str | None
    division: str | None
    amount: Decimal
    currency: str
    refund_id: str | None
    reason: str | None
    late: bool
    position: int


@dataclass(frozen=True, kw_only=True)
class PlacedOrder:
    """An order. `customer_id`: the profile that it was recorded for. `person_id`: the person of this profile.

    `customer_known` is False only for a customer id that nobody registered. `status`: placed, partly_refunded,
    refunded or cancelled. `value`: the amount less refunds and cancellation. `version`: the version of the order's
    stream, for the ETag. `steps` is empty in lists.
    """

    order_id: UUID
    customer_id: UUID
    person_id: UUID
    customer_known: bool
    status: str
    source: str | None
    number: str | None
    channel: str | None
    brand: str | None
    division: str | None
    placed_at: datetime
    placed_position: int
    cancelled_at: datetime | None
    currency: str
    lines: tuple[ShownLine, ...]
    amount: Decimal
    refunded: Decimal
    value: Decimal
    version: int
    position: int
    steps: tuple[ShownStep, ...] = ()

    @property
    def place(self) -> Place:
        """The cursor with which the next page begins after this order."""
        return self.placed_at, self.placed_position


def placed_order(connection: Connection[Any], cipher: PersonalCipher, order_id: UUID) -> PlacedOrder | None:
    """Returns the order with this id and its steps in the order of its stream, or None."""
    for order in placed_orders(connection, order_id=order_id, limit=1):
        return replace(order, steps=_steps(connection, cipher, order))
    return None


def placed_orders(
    connection: Connection[Any],
    *,
    order_id: UUID | None = None,
    profiles: Collection[UUID] | None = None,
    number: str | None = None,
    source: str | None = None,
    status: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: Place | None = None,
    limit: int = 50,
) -> list[PlacedOrder]:
    """Returns the orders that match all given filters, the newest first. `since` is included, `until` is not.

    `profiles`: only orders of these profiles. `before`: the place of the last order on the previous page.
    """
    before_at, before_position = before or (None, None)
    parameters = {
        "order_id": order_id,
        "profiles": None if profiles is None else list(profiles),
        "number": number,
        "source": source,
        "status": status,
        "since": since,
        "until": until,
        "before_at": before_at,
        "before_position": before_position,
        "limit": limit,
    }
    given = (statement for name, statement in _LISTS.items() if parameters[name] is not None)
    # A plan for any filters would sort all orders. The statement is planned for the filters that are given.
    rows = connection.execute(next(given, _LIST_OF_ALL), parameters, prepare=False)
    return list(map(_order, rows))


def _order(row: dict[str, Any]) -> PlacedOrder:
    customer_id, currency = row["customer_id"], row["currency"]
    plain = {name: row[name] for name in PlacedOrder.__dataclass_fields__ if name in row}
    known = row["registered"] or is_identifier_profile_id(customer_id)
    lines = tuple(_line(line, currency) for line in row["lines"])
    return PlacedOrder(**plain | {"customer_known": known, "lines": lines})


def _line(line: dict[str, Any], currency: str) -> ShownLine:
    cost = line.get("cost")
    return ShownLine(
        sku=line["sku"],
        quantity=Decimal(line["quantity"]),
        amount=Decimal(line["amount"]),
        cost=None if cost is None else Decimal(cost),
        currency=currency,
    )


def _steps(connection: Connection[Any], cipher: PersonalCipher, of: PlacedOrder) -> tuple[ShownStep, ...]:
    rows = connection.execute(_STEPS, [of.customer_id, of.order_id]).fetchall()
    open_columns(cipher, rows, {"reason": "reason"})
    return tuple(_step(row, of) for row in rows)


def _step(row: dict[str, Any], of: PlacedOrder) -> ShownStep:
    plain = {name: row[name] for name in ShownStep.__dataclass_fields__ if name in row}
    return ShownStep(**plain, currency=of.currency, late=row["occurred_at"] < of.placed_at)
