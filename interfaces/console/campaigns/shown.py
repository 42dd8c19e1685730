"""A campaign in words, from the answers of the API."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.campaigns.campaign import CampaignState
from interfaces.console.asking import ask, may
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_campaign
from interfaces.console.rooms import ROOT

Answer = Mapping[str, Any]
HERE = f"{ROOT}/campaigns"
MOST_SEGMENTS = 500
SHOWN = "campaigns.show_campaign"
STATES = {
    CampaignState.DRAFT: "neutral",
    CampaignState.APPROVED: "info",
    CampaignState.ACTIVE: "ok",
    CampaignState.PAUSED: "warn",
    CampaignState.ENDED: "neutral",
    CampaignState.CANCELLED: "stop",
}
"""The states that a campaign can have, in the order of the board, each with that of a badge."""


def asked_for(campaign_id: UUID) -> Answer:
    """Returns the campaign. Raises CampaignNotFound."""
    return ask(SHOWN, campaign_id=campaign_id)


def summary(one: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    """Returns a campaign as lists show it."""
    return {
        "href": path_of_campaign(one["campaign_id"]),
        "name": one["name"],
        "state": t.word("campaign_state", one["state"]),
        "badge": STATES[CampaignState(one["state"])],
        "about": " · ".join(
            (t.word("message_class", one["message_class"]), t.word("purpose", one["purpose"]))
        ),
        "drafted": f.moment(one["drafted_at"]),
    }


def way(campaign: Answer, title: str, t: Texts) -> list[tuple[str, str | None]]:
    """Returns the way to a page of this campaign. `title`: the name of the page's text."""
    here = path_of_campaign(campaign["campaign_id"])
    return [(t("campaigns.title"), HERE), (campaign["name"], here), (t(title), None)]


def segments() -> dict[str, str]:
    """Returns the names of segments by their ids, the last defined first; none for somebody who may not read them."""
    if not may("segments.list_segments"):
        return {}
    listed = ask("segments.list_segments", {"limit": str(MOST_SEGMENTS)})["items"]
    return {str(one["segment_id"]): one["name"] for one in listed}


def segment_of(criteria: Any) -> str | None:
    """Returns the id of the segment that these criteria are, if they are nothing else."""
    only = isinstance(criteria, Mapping) and criteria.keys() == {"segment"}
    return str(criteria["segment"]) if only else None


def written(criteria: Any) -> str:
    """Returns criteria as the API writes them, to be read and changed."""
    return json.dumps(criteria, ensure_ascii=False, indent=2)
