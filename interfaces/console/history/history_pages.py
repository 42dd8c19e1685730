"""The histories of a person, a complaint, a campaign and a run, with filters that stand in the address."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response

from domain.errors import InvalidInput
from domain.facts import FACTS
from interfaces.console.asking import ask
from interfaces.console.commands import refused_fields
from interfaces.console.formats import Formats
from interfaces.console.history.facts import values_of
from interfaces.console.languages import Texts
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts, show
from interfaces.http.current import this_request
from interfaces.http.refusals import InvalidFields

room = Room("histories")
INSTANTS = ("since", "until")
FILTERS = ("type", "actor", *INSTANTS, "first_position", "last_position")
MOST_VALUES = 4
"""The most values of a fact that a history shows, without ids. The page of the fact has all."""
A_CAMPAIGN = "/campaigns/<uuid:campaign_id>"
Answer = Mapping[str, Any]


@room.page("/people/<uuid:customer_id>/history", "history:read")
def person_history(customer_id: UUID) -> Response:
    """Shows every stored fact about a person."""
    return _show("customer-reading.show_history", "history.of_person", customer_id=customer_id)


@room.page("/complaints/<uuid:complaint_id>/history", "history:read")
def complaint_history(complaint_id: UUID) -> Response:
    """Shows every stored fact about a complaint."""
    return _show("histories.show_complaint_history", "history.of_complaint", complaint_id=complaint_id)


@room.page(f"{A_CAMPAIGN}/history", "history:read")
def campaign_history(campaign_id: UUID) -> Response:
    """Shows every stored fact about a campaign."""
    return _show("campaigns.show_campaign_history", "history.of_campaign", campaign_id=campaign_id)


@room.page(f"{A_CAMPAIGN}/runs/<uuid:run_id>/history", "history:read")
def run_history(campaign_id: UUID, run_id: UUID) -> Response:
    """Shows every stored fact about a run."""
    of_run = {"campaign_id": campaign_id, "run_id": run_id}
    return _show("histories.show_run_history", "history.of_run", **of_run)


def _show(endpoint: str, title: str, **path: UUID) -> Response:
    t, f, request = own_texts(), formats(), this_request()
    typed = {name: request.args[name].strip() for name in FILTERS if request.args.get(name, "").strip()}
    paged = {"cursor": request.args["cursor"]} if request.args.get("cursor") else {}
    errors: Sequence[tuple[str, str]] = ()
    listed: Answer = {"items": (), "next_cursor": None}
    try:
        listed = ask(endpoint, {**_query(typed, f), **paged}, **path)
    except (InvalidFields, InvalidInput) as refused:
        errors = refused_fields(refused, t)
    cursor = listed["next_cursor"]
    return show(
        "history",
        status=422 if errors else 200,
        title=t(title),
        action=request.path,
        above=request.path.removesuffix("/history"),
        rows=[_row(one, t, f) for one in listed["items"]],
        typed={name: typed.get(name, "") for name in FILTERS},
        filtered=bool(typed),
        errors=errors,
        types=[("", t("history.all")), *((name, t.word("fact", name)) for name in sorted(FACTS))],
        next_page=f"{request.path}?{urlencode({**typed, 'cursor': cursor})}" if cursor else None,
    )


def _query(typed: Mapping[str, str], f: Formats) -> dict[str, str]:
    """Returns the query of the route. The instants that somebody typed are in their own time zone."""
    return {name: f.iso(text) if name in INSTANTS else text for name, text in typed.items()}


def _row(one: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    values = [value for value in values_of(one["data"]) if not value.name.endswith("_id")][:MOST_VALUES]
    return {
        "position": int(one["position"]),
        "title": t.word("fact", one["type"]),
        "recorded": f.moment(one["recorded_at"]),
        "actor": one["actor"],
        "values": " · ".join(f"{value.name}: {value.text}" for value in values),
        "forgotten": bool(one["forgotten"]),
    }
