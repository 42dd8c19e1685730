"""Orders by number, and one order: its lines, what was taken back, and whose it is."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response

from domain.orders.events import OrderStatus
from interfaces.console.actors import name_of
from interfaces.console.asking import ask, may
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_order, path_of_person
from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import formats, own_texts, show
from interfaces.http.current import this_request

room = Room("orders")
HERE = f"{ROOT}/orders"
FILTERS = ("number", "status", "since", "until")
Answer = Mapping[str, Any]
_STATES = {
    OrderStatus.PLACED: "neutral",
    OrderStatus.PARTLY_REFUNDED: "warn",
    OrderStatus.REFUNDED: "warn",
    OrderStatus.CANCELLED: "stop",
}


@room.page("/orders", "orders:read")
def orders_page() -> Response:
    """Shows the newest orders, or those with a number. The number is in the query, so a view can be sent."""
    t, f, given = own_texts(), formats(), this_request().args
    chosen = {
        name: given[name].strip()
        for name in ("number", "status", "since", "until")
        if given.get(name, "").strip()
    }
    paged = {"cursor": given["cursor"]} if given.get("cursor") else {}
    listed = ask("orders.list_orders", {**chosen, **paged})
    cursor = listed["next_cursor"]
    return show(
        "orders",
        number=chosen.get("number", ""),
        rows=[shown_order(one, t, f) for one in listed["items"]],
        next_page=f"{HERE}?{urlencode({**chosen, 'cursor': cursor})}" if cursor else None,
    )


@room.page("/orders/<uuid:order_id>", "orders:read", shows_past=True)
def order_page(order_id: UUID) -> Response:
    """Shows one order: its lines, refunds and cancellation, and the sentence to tell the customer."""
    t, f = own_texts(), formats()
    known = ask("orders.show_order", order_id=order_id)
    currency = known["currency"]
    return show(
        "order",
        order=shown_order(known, t, f),
        lines=[
            [one["sku"], f.number(one["quantity"]), f.money(one["amount"], currency)]
            for one in known["lines"]
        ],
        figures=[
            (t(f"order.{name}"), f.money(known[name], currency)) for name in ("amount", "refunded", "value")
        ],
        sentence=_sentence(known, t, f),
        steps=[_step(one, currency, t, f) for one in reversed(known["steps"])],
        whose=path_of_person(known["person_id"]) if known["customer_known"] else None,
        may_complain=may("complaints.open_complaint") and known["customer_known"],
    )


def shown_order(one: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    """Returns an order as lists and its page show it."""
    return {
        "href": path_of_order(one["order_id"]),
        "number": one["number"] or t("order.unnumbered"),
        "source": one["source"] or "",
        "status": t.word("order_status", one["status"]),
        "state": _STATES[OrderStatus(one["status"])],
        "placed": f.moment(one["placed_at"]),
        "day": f.date(one["placed_at"]),
        "channel": t.word("channel", one["channel"]) if one["channel"] else "",
        "value": f.money(one["value"], one["currency"]),
        "position": int(one["position"]),
    }


def _sentence(known: Answer, t: Texts, f: Formats) -> str:
    """Returns what an agent tells the customer about the order."""
    values = {
        "date": f.date(known["placed_at"]),
        "value": f.money(known["value"], known["currency"]),
        "refunded": f.money(known["refunded"], known["currency"]),
    }
    if known["cancelled_at"] is not None:
        values["cancelled"] = f.date(known["cancelled_at"])
    return t(f"order.sentence.{known['status']}", **values)


def _step(one: Answer, currency: str, t: Texts, f: Formats) -> dict[str, Any]:
    return {
        "when": f.moment(one["occurred_at"]),
        "title": t.word("order_step", one["step"]),
        "text": " · ".join(filter(None, (f.money(one["amount"], currency), one["reason"]))),
        "actor": name_of(one["actor"]),
        "position": int(one["position"]),
    }
