"""The board of campaigns by their state, and the calendar of planned runs."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response

from domain.campaigns.campaign import CampaignState
from domain.zones import instant_of
from interfaces.console.asking import ask, may
from interfaces.console.campaigns.shown import HERE, STATES, summary
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_campaign, path_of_run
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts, show
from interfaces.http.current import this_request
from projections.schedules.reading import ScheduleState

room = Room("campaigns")
LIST, DRAFT = "campaigns.list_campaigns", "campaigns.draft_campaign"
OF_A_COLUMN = 6
"""How many campaigns the board shows in each state."""
MOST_PLANNED = 500
_PLANNED = {
    ScheduleState.PLANNED: "info",
    ScheduleState.TRIGGERED: "ok",
    ScheduleState.MISSED: "stop",
    ScheduleState.WITHDRAWN: "neutral",
}


@room.page("/campaigns", "campaigns:read")
def board_page() -> Response:
    """Shows the newest campaigns of each state, or all of one `state`, which is in the query."""
    given = this_request().args
    state = given.get("state", "")
    if state in tuple(STATES):
        return _list_page(CampaignState(state), given)
    t, f = own_texts(), formats()
    columns = [_column(one, t, f) for one in STATES]
    return show(
        "campaigns",
        columns=[column for column in columns if column["campaigns"]],
        may_draft=may(DRAFT),
    )


@room.page("/campaigns/calendar", "campaigns:read")
def calendar_page() -> Response:
    """Shows the planned runs of a month in the person's time zone. `month` in the query is such as 2026-03."""
    t, f = own_texts(), formats()
    zone = ZoneInfo(f.time_zone)
    first = _first_of(this_request().args.get("month", ""), f.now.astimezone(zone).date())
    after = (first + timedelta(days=31)).replace(day=1)
    query = {"since": _begin(first, f), "until": _begin(after, f), "limit": str(MOST_PLANNED)}
    listed = ask("schedules.list_schedules_of_all", query)
    planned: dict[date, list[dict[str, Any]]] = {}
    for one in listed["items"]:
        planned.setdefault(one["planned_for"].astimezone(zone).date(), []).append(_planned(one, t, f))
    days = [first + timedelta(days=n) for n in range((after - first).days)]
    return show(
        "campaigns_calendar",
        month=f.month(_noon(first, zone)),
        weekdays=f.weekdays(),
        before=first.weekday(),
        days=[
            {"number": day.day, "title": f.day(_noon(day, zone)), "runs": planned.get(day, ())}
            for day in days
        ],
        anything=bool(planned),
        more=listed["next_cursor"] is not None,
        zone=f.time_zone,
        previous=_path_of_month(first - timedelta(days=1)),
        next=_path_of_month(after),
    )


def _list_page(state: CampaignState, given: Mapping[str, str]) -> Response:
    t, f = own_texts(), formats()
    paged = {"cursor": given["cursor"]} if given.get("cursor") else {}
    listed = ask(LIST, {"state": state, **paged})
    cursor = listed["next_cursor"]
    return show(
        "campaigns_list",
        state=t.word("campaign_state", state),
        rows=[summary(one, t, f) for one in listed["items"]],
        next_page=f"{HERE}?{urlencode({'state': state, 'cursor': cursor})}" if cursor else None,
    )


def _column(state: CampaignState, t: Texts, f: Formats) -> dict[str, Any]:
    listed = ask(LIST, {"state": state, "limit": str(OF_A_COLUMN)})
    return {
        "title": t.word("campaign_state", state),
        "badge": STATES[state],
        "campaigns": [summary(one, t, f) for one in listed["items"]],
        "all": f"{HERE}?state={state}" if listed["next_cursor"] else None,
    }


def _planned(one: Mapping[str, Any], t: Texts, f: Formats) -> dict[str, Any]:
    ran = one["state"] == ScheduleState.TRIGGERED
    cause = t.word("missed_cause", one["cause"]) if one["cause"] else None
    return {
        "time": f.time(one["planned_for"]),
        "at": f.moment(one["planned_for"]),
        "name": one["name"],
        "href": path_of_run(one["campaign_id"], one["run_id"])
        if ran
        else path_of_campaign(one["campaign_id"]),
        "state": ": ".join(filter(None, (t.word("schedule_state", one["state"]), cause))),
        "badge": _PLANNED[ScheduleState(one["state"])],
    }


def _first_of(month: str, today: date) -> date:
    """Returns the first day of a month such as 2026-03, or of this month."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return today.replace(day=1)
    return first if 1900 <= first.year <= 9000 else today.replace(day=1)


def _begin(day: date, f: Formats) -> str:
    return instant_of(datetime.combine(day, time.min), f.time_zone).isoformat()


def _noon(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(12), zone)


def _path_of_month(day: date) -> str:
    return f"{HERE}/calendar?month={day:%Y-%m}"
