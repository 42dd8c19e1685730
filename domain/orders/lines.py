"""Checks the lines of an order as a client sent them and turns them into stored lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.bounds import out_of_bounds, too_many
from domain.errors import InvalidInput, InvalidMoney
from domain.money import LIMIT, money_at, money_from_zero
from domain.orders.events import OrderLine
from domain.plain_text import plain_text

MOST_LINES = 1_000
MOST_DECIMALS = 6
LIMIT_OF_QUANTITIES = Decimal(10) ** 9


@dataclass(frozen=True, kw_only=True)
class GivenLine:
    """A line as a client gives it: `amount` and `cost` are decimal strings for the whole line.

    The amount of a voucher or a discount is negative.
    """

    sku: str
    quantity: Decimal
    amount: str
    cost: str | None = None


def order_lines(given: Sequence[GivenLine], currency: str) -> tuple[OrderLine, ...]:
    """Returns the lines as facts hold them.

    Raises InvalidInput with the line's path for an invalid line, and for no lines or too many of them.
    """
    if not 0 < len(given) <= MOST_LINES:
        message = out_of_bounds(1, MOST_LINES, len(given), "A number of lines")
        raise InvalidInput(message, path="lines", code="wrong_count")
    lines = tuple(_line(line, currency, f"lines.{index}") for index, line in enumerate(given))
    if total(lines) >= LIMIT:
        raise InvalidMoney("The order's amount is too large.", path="lines", code="too_large")
    if total(lines) < 0:
        raise InvalidMoney(
            "The amounts of all lines together may not be negative.", path="lines", code="negative"
        )
    return lines


def total(lines: Sequence[OrderLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


def _line(given: GivenLine, currency: str, path: str) -> OrderLine:
    return OrderLine(
        sku=plain_text(given.sku, f"{path}.sku"),
        quantity=_quantity(given.quantity, f"{path}.quantity"),
        amount=money_at(given.amount, currency, f"{path}.amount"),
        cost=None if given.cost is None else money_from_zero(given.cost, currency, f"{path}.cost"),
    )


def _quantity(quantity: Decimal, path: str) -> Decimal:
    if not quantity.is_finite() or not 0 < quantity < LIMIT_OF_QUANTITIES:
        raise InvalidInput("A quantity is above 0 and below 10^9.", path=path, code="out_of_range")
    exponent = quantity.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MOST_DECIMALS:
        message = too_many(MOST_DECIMALS, "decimals", -exponent)
        raise InvalidInput(message, path=path, code="too_many_digits")
    # The number is written out: JSON in the log has 100, not 1E+2.
    return Decimal(format(quantity, "f"))
