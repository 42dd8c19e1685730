"""The responses to a campaign by arm, and its lift."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from application.kept_responses import KeptResponse, Older
from domain.campaigns.errors import CampaignNotFound
from domain.money import minor_units
from domain.responses.lift import Difference, Lift
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.responses.schemas import CampaignResponseOut, ResponseDaysOut, ResponseQuery
from interfaces.http.current import services
from interfaces.http.paused import reads
from projections.responses.reading import RESTS_ON

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


A_RESPONSE = "/api/campaigns/<uuid:campaign_id>/response"


@responses.question(A_RESPONSE, ResponseQuery, CampaignResponseOut)
@action("campaigns:read")
@reads(*RESTS_ON)
def show_response(query: Body, campaign_id: UUID) -> dict[str, Any]:
    """Returns the responses of each arm, and the campaign's lift with 95 % intervals."""
    kept = _kept(query, campaign_id)
    response = kept.response
    treated = next(arm.people for arm in response.arms if not arm.hold_out)
    return {**_shown(kept), "lift": _lift(response.lift, response.currency, treated), "notes": NOTES}


@responses.question(f"{A_RESPONSE}/days", ResponseQuery, ResponseDaysOut)
@action("campaigns:read")
@reads(*RESTS_ON)
def show_response_days(query: Body, campaign_id: UUID) -> dict[str, Any]:
    """Returns the responses of each arm on each day of everybody's own window."""
    return _shown(_kept(query, campaign_id))


def _kept(query: Body, campaign_id: UUID) -> KeptResponse:
    kept = services().responses.response(campaign_id, Older(query["older"]))
    if kept is None:
        raise CampaignNotFound()
    return kept


def _shown(kept: KeptResponse) -> dict[str, Any]:
    return {**vars(kept.response), "computed_at": kept.computed_at, "outdated": kept.outdated}


def _lift(lift: Lift, currency: str, treated: int) -> dict[str, Any]:
    """Returns the differences for each person, and for all the treated people together."""
    conversion, revenue = lift.conversion, lift.revenue_per_person
    warned = {"warning": " ".join(lift.warnings)} if lift.warnings else {}
    return {
        "conversion": conversion,
        "revenue_per_person": revenue and {"currency": currency, **_amounts(revenue, currency)},
        "extra_buyers": conversion and _whole(conversion.of(treated)),
        "extra_revenue": revenue and {"currency": currency, **_amounts(revenue.of(treated), currency)},
        "warned_of": lift.warned_of,
        **warned,
    }


def _whole(difference: Difference) -> dict[str, int | None]:
    return {name: None if value is None else round(value) for name, value in vars(difference).items()}


def _amounts(difference: Difference, currency: str) -> dict[str, Decimal | None]:
    """Rounds the amounts to the currency's minor units. Adding zero turns -0.00 into 0.00."""
    unit = Decimal(1).scaleb(-minor_units(currency))
    return {
        name: None if value is None else Decimal(value).quantize(unit) + 0
        for name, value in vars(difference).items()
    }
