"""Adds the rows of figures up to summaries."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from projections.figures.summaries import NamedSummaries, NamedSummary, PartSummary, ReasonCount, Summary
from projections.figures.words import FigureKind, FigureOutcome
from projections.orders.reading import OrderValue

IN_ALL, BY_CHANNEL, BY_BRAND, BY_PART = 7, 3, 5, 6
"""What a row sums up, by the number that GROUPING gives: the bit of what it sums up is not set."""
_COUNTED: Mapping[tuple[str, str], Sequence[str]] = {
    (FigureKind.CONTACT, FigureOutcome.INBOUND): ("contacts_inbound",),
    (FigureKind.CONTACT, FigureOutcome.OUTBOUND): ("contacts_outbound",),
    (FigureKind.COMPLAINT, FigureOutcome.OPENED): ("complaints_opened",),
    (FigureKind.COMPLAINT, FigureOutcome.CLOSED): ("complaints_closed",),
    (FigureKind.COMPLAINT, FigureOutcome.REOPENED): ("complaints_reopened",),
    (FigureKind.MESSAGE, FigureOutcome.SENT): ("messages_sent",),
    (FigureKind.MESSAGE, FigureOutcome.HELD_OUT): ("messages_held_out",),
    (FigureKind.CONSENT, FigureOutcome.GRANTED): ("consents_granted",),
    (FigureKind.CONSENT, FigureOutcome.WITHDRAWN): ("consents_withdrawn",),
    (FigureKind.CONSENT, FigureOutcome.OPTED_OUT): ("consents_withdrawn", "opted_out"),
    (FigureKind.ORDER, FigureOutcome.PLACED): ("orders",),
    (FigureKind.CUSTOMER, FigureOutcome.REGISTERED): ("customers_registered",),
}
"""The counts of a summary that a kind and outcome belong to. A stopped message has the code of its reason."""
_VALUE = "order_value"


class Tallies:
    """The rows of the figures of a period, summed up. `has_customers`: whether registrations are counted."""

    def __init__(self, rows: Sequence[dict[str, Any]], *, has_customers: bool) -> None:
        self._rows = rows
        self._has_customers = has_customers
        self.totals = self._summary(self._of(IN_ALL))

    def reasons(self) -> tuple[ReasonCount, ...]:
        stopped = [
            (row["outcome"], row["n"]) for row in self._of(IN_ALL) if row["kind"] == FigureKind.STOPPED
        ]
        return tuple(
            ReasonCount(code=code, count=n) for code, n in sorted(stopped, key=lambda one: (-one[1], one[0]))
        )

    def by_name(self, what: int) -> NamedSummaries:
        named: dict[str, list[dict[str, Any]]] = {}
        for row in self._of(what):
            named.setdefault(row["key"], []).append(row)
        names = (
            NamedSummary(name=rows[0]["name"] or None, summary=self._summary(rows)) for rows in named.values()
        )
        left = _less(self._of(IN_ALL), self._of(what))
        return NamedSummaries(
            names=tuple(names), others=self._summary(left) if any(row["n"] for row in left) else None
        )

    def parts(self, bounds: Sequence[datetime]) -> tuple[PartSummary, ...]:
        by_part: dict[int, list[dict[str, Any]]] = {}
        for row in self._of(BY_PART):
            by_part.setdefault(row["part"], []).append(row)
        return tuple(
            PartSummary(since=since, until=until, summary=self._summary(by_part.get(number, ())))
            for number, (since, until) in enumerate(pairwise(bounds), start=1)
        )

    def _of(self, what: int) -> list[dict[str, Any]]:
        return [row for row in self._rows if row["what"] == what]

    def _summary(self, rows: Iterable[dict[str, Any]]) -> Summary:
        counts: Counter[str] = Counter()
        value: dict[str, Decimal] = {}
        for row in rows:
            names = ("messages_stopped",) if row["kind"] == FigureKind.STOPPED else ()
            for name in _COUNTED.get((row["kind"], row["outcome"]), names):
                counts[name] += row["n"]
            if row["value"] is not None:
                sign = 1 if row["outcome"] == FigureOutcome.PLACED else -1
                value[row["currency"]] = value.get(row["currency"], Decimal(0)) + sign * row["value"]
        counted = {field.name: counts[field.name] for field in fields(Summary) if field.name != _VALUE}
        return Summary(
            **counted | ({} if self._has_customers else {"customers_registered": None}),  # type: ignore[arg-type]
            order_value=tuple(
                OrderValue(currency=currency, amount=amount) for currency, amount in sorted(value.items())
            ),
        )


def _less(rows: Sequence[dict[str, Any]], listed: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the rows without what is listed."""
    counts: Counter[tuple[str, ...]] = Counter()
    values: dict[tuple[str, ...], Decimal] = {}
    for row in listed:
        counts[_kind(row)] += row["n"]
        values[_kind(row)] = values.get(_kind(row), Decimal(0)) + (row["value"] or 0)
    return [
        {
            **row,
            "n": row["n"] - counts[_kind(row)],
            "value": None if row["value"] is None else row["value"] - values.get(_kind(row), Decimal(0)),
        }
        for row in rows
    ]


def _kind(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["kind"], row["outcome"], row["currency"]
