"""The overview: the figures of some days beside those of the same days before, by channel and brand.

The address names the days with their time zone, the channel and the brand, so that a view can be sent to a colleague.
"""

from collections.abc import Mapping
from typing import Any

from flask import Response

from domain.errors import InvalidInput
from domain.touchpoints.events import TouchpointChannel
from interfaces.console.asking import ask, may
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.overview import drawn
from interfaces.console.overview.compared import Comparing, waiting_now
from interfaces.console.overview.periods import View, today_in, view_of
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts, show
from interfaces.http.current import this_request
from interfaces.http.problems import errors_in
from interfaces.http.refusals import InvalidFields

room = Room("overview")
FIGURES, BRANDS = "figures.show_figures", "catalogue.list_brands"
Answer = Mapping[str, Any]


@room.page("/overview", "figures:read")
def overview_page() -> Response:
    """Shows the figures of the days that the address names. Days that are refused are shown again with the errors."""
    t, f, request = own_texts(), formats(), this_request()
    view = view_of(request.args, f.time_zone, request.received_at)
    try:
        now = ask(FIGURES, {**view.query, "by": view.by})
        before = ask(FIGURES, {**view.before().query, "by": view.before().by})
    except (InvalidFields, InvalidInput) as refused:
        return show("overview", status=422, now=None, errors=list(_errors(refused, t)), **_asked(view, f, t))
    shown = _figures(view, now, before, t, f.in_zone(now["time_zone"]))
    return show("overview", now=now, errors=[], **_asked(view, f, t), **shown)


def _asked(view: View, f: Formats, t: Texts) -> dict[str, Any]:
    """Returns what the form on top of the page shows."""
    channels = {str(one): t.word("channel", one) for one in TouchpointChannel}
    brands = (
        {one["name"]: one["name"] for one in ask(BRANDS, {"limit": "500"})["items"]} if may(BRANDS) else {}
    )
    often = view.often(today_in(view.time_zone, f.now))
    return {
        "view": view,
        "options": {
            "channel": _options("channel", channels, view, t),
            "brand": _options("brand", brands, view, t),
        },
        "often": [
            {"text": t("overview.last_days", n=days), "href": one.href, "current": one == view, "count": None}
            for days, one in often
        ],
    }


def _options(name: str, known: Mapping[str, str], view: View, t: Texts) -> list[tuple[str, str]]:
    chosen = view.filters.get(name, "")
    return [("", t(f"overview.every_{name}")), *({chosen: chosen} | dict(known) if chosen else known).items()]


def _figures(view: View, now: Answer, before: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    comparing = Comparing(view, now, before, t, f)
    waiting = waiting_now(view)
    return {
        "period": drawn.period_text(now, f),
        "period_before": drawn.period_text(before, f),
        "zone": now["time_zone"],
        "contacts": comparing.contacts(),
        "complaints": comparing.complaints(),
        "messages": comparing.messages(),
        "consents": comparing.consents(),
        "orders": comparing.orders(),
        "waiting": {"count": f.number(now["complaints_waiting"]["now"]), "href": waiting},
        "ages": drawn.ages(now, t, f, waiting) if now["complaints_waiting"]["now"] else None,
        "channels_chart": drawn.contacts_by_channel(now, view, t, f),
        "reasons_chart": drawn.reasons(now, t, f),
        "contacts_chart": drawn.over_time(
            now, [("contacts", "blue", drawn.contacts_in)], t("overview.contacts"), t, f
        ),
        "complaints_chart": drawn.over_time(
            now,
            [
                ("complaints_opened", "red", lambda one: one["complaints_opened"]),
                ("complaints_closed", "green", lambda one: one["complaints_closed"]),
            ],
            t("overview.complaints"),
            t,
            f,
        ),
        "orders_chart": drawn.over_time(
            now, [("orders", "blue", lambda one: one["orders"])], t("overview.orders"), t, f
        ),
        "root_causes": [
            [one["root_cause"], one["product"] or t("overview.no_product"), f.number(one["count"])]
            for one in now["root_causes"]
        ],
        "channels": drawn.names_table(now, "channel", view, t, f),
        "brands": drawn.names_table(now, "brand", view, t, f),
    }


def _errors(refused: InvalidFields | InvalidInput, t: Texts) -> list[tuple[str, str]]:
    """Returns pairs of a field and its error."""
    named = ((one["path"], f"error.{one['code']}", one["message"]) for one in errors_in(refused))
    return [(path, t(text) if text in t else message) for path, text, message in named]
