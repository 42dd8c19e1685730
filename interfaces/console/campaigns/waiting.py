"""What waits for a marketer and for an approver, on the page that the console opens with."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from domain.campaigns.campaign import CampaignState
from interfaces.console.asking import ask, may
from interfaces.console.campaigns.board import DRAFT, LIST
from interfaces.console.campaigns.shown import HERE
from interfaces.console.campaigns.steps import APPROVE
from interfaces.console.showing import formats, own_texts
from projections.schedules.reading import ScheduleState

MOST = 50
"""Up to how many are counted; of more than these the page says that there are more."""
LATELY = timedelta(days=7)


def waiting_campaigns() -> Iterator[dict[str, Any]]:
    """Yields what waits: for approvers the drafts, for marketers also paused campaigns and runs that were missed."""
    if may(APPROVE.endpoint):
        yield from _in_state(CampaignState.DRAFT, "approvals", "info")
    elif may(DRAFT):
        yield from _in_state(CampaignState.DRAFT, "drafts", "neutral")
    if may(DRAFT):
        yield from _in_state(CampaignState.PAUSED, "paused", "warn")
        yield from _missed()


def _in_state(state: CampaignState, name: str, badge: str) -> Iterator[dict[str, Any]]:
    listed = ask(LIST, {"state": state, "limit": str(MOST)})
    yield from _item(listed, name, badge, f"{HERE}?state={state}", "home.campaigns_link", "send")


def _missed() -> Iterator[dict[str, Any]]:
    query = {
        "state": ScheduleState.MISSED,
        "since": (formats().now - LATELY).isoformat(),
        "limit": str(MOST),
    }
    listed = ask("schedules.list_schedules_of_all", query)
    yield from _item(listed, "missed", "stop", f"{HERE}/calendar", "home.calendar_link", "clock-alert")


def _item(
    listed: dict[str, Any], name: str, badge: str, href: str, link: str, icon: str
) -> Iterator[dict[str, Any]]:
    t, count = own_texts(), len(listed["items"])
    if not count:
        return
    number = formats().number(count)
    yield {
        "title": t(f"home.{name}"),
        "count": t("home.at_least", count=number) if listed["next_cursor"] else number,
        "text": t(f"home.{name}_text"),
        "href": href,
        "link": t(link),
        "icon": icon,
        "state": badge,
    }
