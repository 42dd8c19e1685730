"""What figures say: how much happened in a period, in all and by what they are sorted by."""

from dataclasses import dataclass
from datetime import datetime

from projections.orders.reading import OrderValue


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How much happened.

    Contacts of machines are not counted. `messages_stopped`: those that a decision suppressed. `opted_out`: the
    withdrawals by the link of a message, which are among `consents_withdrawn`. `order_value`: what the orders are worth
    by currency, less refunds and cancelled orders, also later ones. `customers_registered`: None where figures are of
    one channel, because a registration has none.
    """

    contacts_inbound: int
    contacts_outbound: int
    complaints_opened: int
    complaints_closed: int
    complaints_reopened: int
    messages_sent: int
    messages_held_out: int
    messages_stopped: int
    consents_granted: int
    consents_withdrawn: int
    opted_out: int
    orders: int
    order_value: tuple[OrderValue, ...]
    customers_registered: int | None


@dataclass(frozen=True, kw_only=True)
class NamedSummary:
    """What happened on a channel or for a brand. None: on no channel, or for all brands."""

    name: str | None
    summary: Summary


@dataclass(frozen=True, kw_only=True)
class NamedSummaries:
    """What happened for the names with most figures, these first, and for all others together; None without others."""

    names: tuple[NamedSummary, ...]
    others: Summary | None


@dataclass(frozen=True, kw_only=True)
class PartSummary:
    """What happened from `since` (included) to `until` (excluded)."""

    since: datetime
    until: datetime
    summary: Summary


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """How many messages this was the first reason to stop."""

    code: str
    count: int


@dataclass(frozen=True, kw_only=True)
class RootCauseCount:
    """How many complaints about a product were closed with this root cause. None: no product was named."""

    product: str | None
    root_cause: str
    count: int


@dataclass(frozen=True, kw_only=True)
class WaitingComplaints:
    """How many complaints are not closed: at both ends of the period, and now by their age.

    An age counts from the quarter of an hour in which the complaint was opened. A day is 24 hours.
    """

    at_start: int
    at_end: int
    now: int
    under_a_day: int
    one_to_three_days: int
    three_to_seven_days: int
    over_seven_days: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a period. `other_root_causes`: closings with root causes that are not in the list."""

    totals: Summary
    waiting: WaitingComplaints
    stopped_by_reason: tuple[ReasonCount, ...]
    root_causes: tuple[RootCauseCount, ...]
    other_root_causes: int
    by_channel: NamedSummaries
    by_brand: NamedSummaries
    parts: tuple[PartSummary, ...]
