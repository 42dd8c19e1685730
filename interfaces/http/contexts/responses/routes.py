"""The responses to a campaign by arm, and its lift."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.campaigns.errors import CampaignNotFound
from domain.money import minor_units
from domain.responses.lift import Difference, Lift
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.responses.schemas import CampaignResponseOut
from interfaces.http.current import services
from interfaces.http.paused import reads
from interfaces.http.schemas.common import NoQuery
from projections.responses.reading import RESTS_ON, campaign_response

responses = Routes("responses", "What came of campaigns.")

NOTES = {
    "people": "Everyone whom the first decision found eligible, or held out, whatever became of the message;"
    " linked profiles are one person, held out if any of them is.",
    "window": "What happened from the handover of the message on, for those held out and those without one from"
    " the planned send time on, for so many days of 24 hours, as dated by its source.",
    "delivered": "Sent, that is accepted by the next hop, less those that bounced: SMTP never tells more.",
    "responded": "Any inbound touchpoint that names the campaign or replies to its message, and clicks; not opens,"
    " nor what machines did, which is counted apart.",
    "converted": "Whoever has an order that is not cancelled. Revenue is less what was refunded, also later.",
    "lift": "Treated less held out with 95 % intervals; its revenue is in the currency that most orders have.",
}


@responses.question("/api/campaigns/<uuid:campaign_id>/response", NoQuery, CampaignResponseOut)
@action("campaigns:read")
@reads(*RESTS_ON)
def show_response(query: Body, campaign_id: UUID) -> dict[str, Any]:
    """Returns the responses of each arm, and the campaign's lift with 95 % intervals."""
    with services().reading.snapshot() as connection:
        response = campaign_response(connection, campaign_id, currency=services().currency)
    if response is None:
        raise CampaignNotFound()
    return {**vars(response), "lift": _lift(response.lift, response.currency), "notes": NOTES}


def _lift(lift: Lift, currency: str) -> dict[str, Any]:
    revenue = lift.revenue_per_person
    warned = {"warning": " ".join(lift.warnings)} if lift.warnings else {}
    return {
        "conversion": lift.conversion,
        "revenue_per_person": revenue and {"currency": currency, **_amounts(revenue, currency)},
        **warned,
    }


def _amounts(difference: Difference, currency: str) -> dict[str, Decimal | None]:
    """Rounds the amounts to the currency's minor units. Adding zero turns -0.00 into 0.00."""
    unit = Decimal(1).scaleb(-minor_units(currency))
    return {
        name: None if value is None else Decimal(value).quantize(unit) + 0
        for name, value in vars(difference).items()
    }
