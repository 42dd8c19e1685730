"""The errors about orders."""

from domain.errors import NotFound, RuleBroken


class OrderNotFound(NotFound):
    """No order has this id."""


class OrderAlreadyCancelled(RuleBroken):
    """The order is cancelled."""


class RefundAboveOrder(RuleBroken):
    """Refunds may not exceed the order's amount."""
