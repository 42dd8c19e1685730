"""The part of the story in which a campaign is drafted, previewed and approved."""

from collections.abc import Mapping
from typing import Any

from demo import bodies
from demo.installation import Installation
from demo.screen import Screen
from demo.telling import require


def approve_campaign(farley: Installation, screen: Screen, more_than: str, audience: int) -> str:
    """Drafts, previews and approves a campaign, and returns its id.

    The preview must count `audience` people.
    """
    drafted = farley.api.tell("/api/campaigns", bodies.campaign(more_than))
    campaign_id: str = drafted["campaign_id"]
    campaign = farley.api.ask(f"/api/campaigns/{campaign_id}", at_least=drafted["position"])
    screen.say(
        f"{campaign['name']}: {float(campaign['hold_out']):.0%} are held out, and responses count for"
        f" {campaign['attribution_window_days']} days."
    )
    size = _preview(farley, screen, campaign)
    approved = farley.api.tell(f"/api/campaigns/{campaign_id}/approvals", {}, if_match="*")
    campaign = farley.api.ask(f"/api/campaigns/{campaign_id}", at_least=approved["position"])
    screen.say(f"{campaign['state']} by {campaign['approved_by']}")
    require(size == audience, "the audience is those who spent more")
    return campaign_id


def _preview(farley: Installation, screen: Screen, campaign: Mapping[str, Any]) -> int:
    body = {name: campaign[name] for name in ("audience", "channel", "purpose", "message_class")}
    seen = farley.api.tell("/api/audiences/preview", body)
    lost = ", ".join(f"{code} {people}" for code, people in seen["loss"].items())
    screen.say(f"Preview: {seen['size']} people, {seen['reachable']} of them reachable; lost: {lost}.")
    require(seen["reachable"] + sum(seen["loss"].values()) == seen["size"], "the preview adds up")
    return int(seen["size"])
