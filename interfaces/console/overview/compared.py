"""Figures beside those of the same days before, each with what leads to what it counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from domain.complaints.events import ComplaintStatus
from interfaces.console.asking import may
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.overview.periods import View
from interfaces.console.rooms import ROOT

Answer = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A figure with that of the days before. `now`: None if it is not known. `change`: empty if nothing was before."""

    name: str
    now: str | None
    before: str | None
    change: str
    href: str | None = None


class Comparing:
    """The figures of a view and of the days before it, as the API answers them."""

    def __init__(self, view: View, now: Answer, before: Answer, t: Texts, f: Formats) -> None:
        self._now, self._before, self._t, self._f = now, before, t, f
        self._leads = _Leads(view, now)

    def contacts(self) -> list[Compared]:
        return self._counts("contacts_inbound", "contacts_outbound")

    def complaints(self) -> list[Compared]:
        waiting = "complaints_waiting"
        return [
            *self._counts("complaints_opened", "complaints_closed", "complaints_reopened"),
            self._count("waiting_then", self._now[waiting]["at_end"], self._before[waiting]["at_end"]),
        ]

    def messages(self) -> list[Compared]:
        return self._counts("messages_sent", "messages_stopped", "messages_held_out")

    def consents(self) -> list[Compared]:
        return self._counts("consents_granted", "consents_withdrawn", "opted_out")

    def orders(self) -> list[Compared]:
        return [*self._counts("orders"), *self._values(), *self._counts("customers_registered")]

    def _counts(self, *names: str) -> list[Compared]:
        now, before = self._now["totals"], self._before["totals"]
        return [self._count(name, now[name], before[name]) for name in names]

    def _count(self, name: str, now: int | None, before: int | None) -> Compared:
        number = self._f.number
        return Compared(
            name=self._t(f"overview.{name}"),
            now=None if now is None else number(now),
            before=None if before is None else number(before),
            change=self._change(now, before),
            href=self._leads.of(name),
        )

    def _values(self) -> Iterator[Compared]:
        now, before = (_by_currency(of["totals"]["order_value"]) for of in (self._now, self._before))
        for currency in sorted(now.keys() | before.keys()):
            worth = (now.get(currency, Decimal(0)), before.get(currency, Decimal(0)))
            yield Compared(
                name=self._t("overview.order_value", currency=currency),
                now=self._f.money(worth[0], currency),
                before=self._f.money(worth[1], currency),
                change=self._change(*worth),
            )

    def _change(self, now: int | Decimal | None, before: int | Decimal | None) -> str:
        if now is None or not before:
            return ""
        share = float(now) / float(before) - 1
        return f"{'+' if share > 0 else ''}{self._f.percent(share, 0)}"


class _Leads:
    """The pages that list what a figure counts, for those who may see them."""

    def __init__(self, view: View, now: Answer) -> None:
        self._view = view
        self._period = (now["since"].isoformat(), now["until"].isoformat())

    def of(self, name: str) -> str | None:
        if name == "complaints_opened" and may("complaint-reading.list_complaints"):
            since, until = self._period
            every = {"status": ",".join(ComplaintStatus), "opened_since": since, "opened_until": until}
            return _path("complaints", {**every, **self._view.filters})
        if name == "orders" and not self._view.filters and may("orders.list_orders"):
            since, until = self._period
            return _path("orders", {"since": since, "until": until})
        return None


def waiting_now(view: View) -> str | None:
    """Returns the path of the complaints that wait now."""
    return _path("complaints", view.filters) if may("complaint-reading.list_complaints") else None


def _path(page: str, query: Mapping[str, str]) -> str:
    return f"{ROOT}/{page}" + (f"?{urlencode(query)}" if query else "")


def _by_currency(values: Sequence[Answer]) -> dict[str, Decimal]:
    return {value["currency"]: Decimal(value["amount"]) for value in values}
