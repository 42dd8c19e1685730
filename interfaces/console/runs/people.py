"""The people of a run, by outcome and by the first reason that stopped them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response

from interfaces.console.asking import ask
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_campaign, path_of_decision, path_of_run
from interfaces.console.rooms import Room
from interfaces.console.runs.run import TONES
from interfaces.console.showing import formats, own_texts, show
from interfaces.http.current import this_request

room = Room("run_people")
FILTERS = ("outcome", "first_reason")
Answer = Mapping[str, Any]


@room.page("/campaigns/<uuid:campaign_id>/runs/<uuid:run_id>/people", "campaigns:read")
def people_page(campaign_id: UUID, run_id: UUID) -> Response:
    """Lists the members of the audience. The filters are in the query, so a view can be sent."""
    t, f, given = own_texts(), formats(), this_request().args
    chosen = {name: given[name] for name in FILTERS if given.get(name)}
    paged = {"cursor": given["cursor"]} if given.get("cursor") else {}
    of_run = {"campaign_id": campaign_id, "run_id": run_id}
    run = ask("runs.show_run", **of_run)
    listed = ask("runs.list_decisions", {**chosen, **paged}, **of_run)
    here, cursor = path_of_run(campaign_id, run_id), listed["next_cursor"]
    return show(
        "run_people",
        way_here=[
            (t("run.campaign"), path_of_campaign(campaign_id)),
            (t("run.title", when=f.instant(run["planned_for"])), here),
            (t("run.people"), None),
        ],
        rows=[_row(one, of_run, t, f) for one in listed["items"]],
        outcomes=_outcomes(run, chosen, f"{here}/people", t, f),
        reason=t.word("reason", chosen["first_reason"]) if "first_reason" in chosen else None,
        next_page=f"{here}/people?{urlencode({**chosen, 'cursor': cursor})}" if cursor else None,
    )


def _outcomes(
    run: Answer, chosen: Mapping[str, str], here: str, t: Texts, f: Formats
) -> list[dict[str, Any]]:
    """Returns links that choose an outcome, with the number of people of each."""
    everyone = {
        "text": t("run.everyone"),
        "href": here,
        "current": not chosen,
        "count": None if run["audience"] is None else f.number(run["audience"]),
    }
    by_outcome = [
        {
            "text": t.word("run_outcome", outcome),
            "href": f"{here}?{urlencode({'outcome': outcome})}",
            "current": chosen == {"outcome": outcome},
            "count": f.number(run["outcomes"][outcome]),
        }
        for outcome in TONES
        if run["outcomes"][outcome]
    ]
    return [everyone, *by_outcome]


def _row(one: Answer, of_run: Mapping[str, UUID], t: Texts, f: Formats) -> dict[str, Any]:
    decided = one["decided_at"]
    return {
        "href": path_of_decision(**of_run, customer_id=one["customer_id"]),
        "name": one.get("customer_name") or t("person.unnamed"),
        "outcome": t.word("run_outcome", one["outcome"]),
        "reasons": ", ".join(t.word("reason", reason["code"]) for reason in one["reasons"]),
        "decided": f.moment(decided) if decided is not None else None,
        "position": int(one["position"]),
    }
