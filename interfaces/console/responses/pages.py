"""The response to a campaign: the last one that was computed, at once, and a newer one as soon as it is there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response

from application.kept_responses import Older
from interfaces.console.asking import ask
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.live import show_live
from interfaces.console.paths import path_of_campaign, path_of_response
from interfaces.console.polls import is_poll
from interfaces.console.responses import compared
from interfaces.console.responses.compared import Answer
from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import formats, own_texts
from interfaces.http.csv import csv_response
from interfaces.http.current import this_request

room = Room("responses")
A_RESPONSE = "/campaigns/<uuid:campaign_id>/response"
SHOW, DAYS = "responses.show_response", "responses.show_response_days"
FRESH = timedelta(minutes=1)
"""While a response is younger, a page does not ask for a newer one."""


@room.page(A_RESPONSE, "campaigns:read")
def response_page(campaign_id: UUID) -> Response:
    """Shows the response. Its live part asks for a newer one if facts have come since it was computed."""
    t, f = own_texts(), formats()
    older = Older.WHILE_COMPUTING if is_poll(this_request()) else Older.ALWAYS
    known = ask(SHOW, {"older": older}, campaign_id=campaign_id)
    days = ask(DAYS, {"older": Older.ALWAYS}, campaign_id=campaign_id)
    around = {} if is_poll(this_request()) else _around(campaign_id, known, t)
    return show_live(
        "response",
        position=int(known["position"]),
        moving=known["outdated"] and f.now - known["computed_at"] > FRESH,
        outdated=known["outdated"],
        known=known,
        computed=f.moment(known["computed_at"]),
        arms=compared.arm_names(known, t),
        rows=compared.arm_rows(known, t, f),
        lifts=list(_lifts(known, t, f)),
        warnings=compared.warnings(known, t),
        by_day=compared.by_day(known, days, t, f),
        days=compared.day_rows(known, days, t, f),
        notes=[t(f"response_note.{name}") for name in known["notes"]],
        path=path_of_response(campaign_id),
        printed_at=f.instant(f.now),
        **around,
    )


@room.page(f"{A_RESPONSE}/arms.csv", "campaigns:read")
def arms_file(campaign_id: UUID) -> Response:
    """Returns the arms as a table: a row for each figure, as the API writes it."""
    known = ask(SHOW, {"older": Older.ALWAYS}, campaign_id=campaign_id)
    return csv_response(_arms_table(known), f"response-{campaign_id}.csv")


@room.page(f"{A_RESPONSE}/days.csv", "campaigns:read")
def days_file(campaign_id: UUID) -> Response:
    """Returns a row for each day and arm, as the API writes them."""
    days = ask(DAYS, {"older": Older.ALWAYS}, campaign_id=campaign_id)
    return csv_response(_days_table(days), f"response-days-{campaign_id}.csv")


def _around(campaign_id: UUID, known: Answer, t: Texts) -> dict[str, Any]:
    campaign = ask("campaigns.show_campaign", campaign_id=campaign_id)
    return {
        "campaign": campaign["name"],
        "way_here": [
            (t("campaigns.title"), f"{ROOT}/campaigns"),
            (campaign["name"], path_of_campaign(campaign_id)),
            (t("response.title"), None),
        ],
        "details": [("calendar", t("response.window", n=known["window_days"]))],
    }


def _lifts(known: Answer, t: Texts, f: Formats) -> Iterator[compared.ShownLift]:
    for lift in (compared.buyers(known, t, f), compared.revenue(known, t, f)):
        if lift is not None:
            yield lift


def _arms_table(known: Answer) -> Iterator[list[Any]]:
    arms = known["arms"]
    yield ["figure", *map(_name, arms)]
    for name in compared.COUNTS:
        yield [name, *(arm[name] for arm in arms)]
    for currency in sorted({money["currency"] for arm in arms for money in arm["revenue"]}):
        yield [f"revenue {currency}", *(_amount(arm["revenue"], currency) for arm in arms)]


def _days_table(days: Answer) -> Iterator[list[Any]]:
    every = sorted({one["currency"] for day in days["days"] for arm in day["arms"] for one in arm["revenue"]})
    yield ["day", "arm", "converted", "responded", *(f"revenue {currency}" for currency in every)]
    for day in days["days"]:
        for arm in day["arms"]:
            amounts = (_amount(arm["revenue"], currency) for currency in every)
            yield [
                day["day"],
                "held out" if arm["hold_out"] else "treated",
                arm["converted"],
                arm["responded"],
                *amounts,
            ]


def _name(arm: Answer) -> str:
    return "held out" if arm["hold_out"] else "treated"


def _amount(revenue: list[Answer], currency: str) -> str:
    return next((one["amount"] for one in revenue if one["currency"] == currency), "0")
