"""How much happened in a period: contacts, complaints, messages, consents, orders and new customers."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.plain_text import folded
from domain.zones import known_zone
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.figures.schemas import FiguresOut, FiguresQuery
from interfaces.http.current import services
from interfaces.http.paused import reads
from projections.engine.runner import position_of
from projections.figures.periods import By, bounds_of
from projections.figures.reading import figures as figures_of

figures = Routes("figures", "How much happened.")
READS = ("figures",)
USUAL_DAYS = timedelta(days=30)


@figures.question("/api/figures", FiguresQuery, FiguresOut)
@action("figures:read")
@reads(*READS)
def show_figures(query: Body) -> dict[str, Any]:
    """Returns the counts and the money of some days of a time zone, in all, by channel, by brand and by part."""
    at = services().clock.now()
    zone, by = known_zone(query.get("time_zone", services().time_zone)), By(query["by"])
    bounds = bounds_of(*_days(query, at.astimezone(ZoneInfo(zone))), zone, by)
    brand = folded(query["brand"]) if "brand" in query else None
    with services().reading.snapshot() as connection:
        counted = figures_of(connection, bounds, at=at, channel=query.get("channel"), brand=brand)
        position = position_of(connection, READS)
    period = {"since": bounds[0], "until": bounds[-1], "time_zone": zone, "by": by, "at": at}
    return {**period, **vars(counted), "position": position}


def _days(query: Body, today: datetime) -> tuple[date, date]:
    """Returns the first day and the last."""
    last = date.fromisoformat(query["until"]) if "until" in query else today.date()
    usual = last - (USUAL_DAYS - timedelta(days=1))
    return date.fromisoformat(query["since"]) if "since" in query else usual, last
