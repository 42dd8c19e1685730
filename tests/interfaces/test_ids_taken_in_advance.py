"""Whoever may register customers and place orders stops nothing: an id names nothing of another kind."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.aggregates import Aggregate
from domain.campaigns.campaign import Campaign
from domain.campaigns.testing import CampaignTest
from domain.catalogue.catalogue import CATALOGUE, Catalogue
from domain.complaints.complaint import Complaint
from domain.customers.consents import Consents
from domain.customers.customer import Customer
from domain.customers.profile import Profile
from domain.facts import derived_id
from domain.messages.message import Message, message_id
from domain.orders.order import Order
from domain.policies.events import PolicyKind
from domain.policies.versions import PolicyVersions, versions_id
from domain.runs.run import Run, run_id
from domain.segments.segment import Segment
from domain.suppressions.suppression import Suppression
from domain.touchpoints.touchpoint import Touchpoint
from tests.interfaces.conftest import CAMPAIGN, Api
from tests.interfaces.tour import TOUCHPOINT
from tests.world import BEGIN

VICTIM = UUID("00000000-0000-4000-8000-00000000000a")
PLANNED = BEGIN - timedelta(hours=3)
LINE = {"sku": "A-1", "quantity": 1, "amount": "9.90"}
ORDER = {"source": "shop", "number": "7", "lines": [LINE], "occurred_at": "2026-03-01T10:00:00Z"}
SEEN = {name: TOUCHPOINT[name] for name in TOUCHPOINT.keys() - {"brand", "division"}} | {"message_id": "m-9"}


def foreseeable(campaign: UUID) -> dict[type[Aggregate], UUID]:
    """An id of every kind that somebody can know before there is anything of it, or that is shown to them."""
    run = run_id(campaign, PLANNED)
    message = message_id(run, VICTIM, "email")
    return {
        Campaign: campaign,
        CampaignTest: UUID(int=8),
        Catalogue: CATALOGUE,
        Complaint: derived_id("complaint", "desk", "C-1"),
        Consents: VICTIM,
        Customer: VICTIM,
        Message: message,
        Order: derived_id("order", "shop", "7"),
        Profile: VICTIM,
        Run: run,
        Segment: UUID(int=7),
        Suppression: derived_id("hard_bounce", message),
        PolicyVersions: versions_id(PolicyKind.SUPPRESSION),
        Touchpoint: derived_id("touchpoint", "web", "m-9"),
    }


def test_every_kind_of_aggregate_is_among_them() -> None:
    assert set(foreseeable(VICTIM)) == {
        one for one in Aggregate.__subclasses__() if one.__module__.startswith("domain.")
    }


@pytest.fixture
def campaign(api: Api) -> UUID:
    """The victim is registered, and a campaign is approved."""
    api.customer(customer_id=str(VICTIM), contact_points=[{"channel": "email", "value": "ann@example.com"}])
    campaign_id = api.campaign()
    api.post(f"/api/campaigns/{campaign_id}/approvals", {}, If_Match='"1"')
    return campaign_id


@pytest.mark.parametrize("by", ["customer", "order"])
def test_ids_taken_in_advance_stop_nothing(api: Api, campaign: UUID, by: str) -> None:
    ids = foreseeable(campaign)
    own = {"customer": Customer, "order": Order}[by]
    taken = {ids[kind] for kind in ids if kind is not own} - {ids[own]}
    taken |= {kind.stream_of(one) for kind, one in ids.items()}
    for one in sorted(taken):
        assert take(api, by, one).status_code == 201, one
    for path, body in everything_to_do(campaign).items():
        answer = api.post(path, body)
        assert answer.status_code in (200, 201, 202), (path, answer.data)
        assert "duplicate" not in answer.json, path
    api.fold()
    shown = api.get(f"/api/customers/{VICTIM}")
    assert (shown["complaints"]["open"], shown["consents"][0]["granted"]) == (1, False)
    assert api.get(f"/api/campaigns/{campaign}/runs/{ids[Run]}")["state"] == "paused"


def take(api: Api, by: str, taken: UUID) -> Any:
    if by == "customer":
        return api.post("/api/customers", {"kind": "person", "customer_id": str(taken)})
    return api.post("/api/orders", {"order_id": str(taken), "customer_id": str(VICTIM), "lines": [LINE]})


def everything_to_do(campaign: UUID) -> dict[str, Any]:
    """What begins or goes on with a stream of every kind."""
    whose = {"customer_id": str(VICTIM)}
    return {
        f"/api/customers/{VICTIM}/withdrawals": {},
        "/api/complaints": {
            **whose,
            "source": "desk",
            "number": "C-1",
            "category": "delivery",
            "severity": "high",
            "channel": "phone",
        },
        "/api/suppressions": {"scope": whose, "reason": "GLOBAL_DO_NOT_CONTACT"},
        "/api/purposes": {"name": "loyalty"},
        "/api/policies/suppression": {"cooling_off_days": {"low": 8}},
        f"/api/customers/{VICTIM}/external-ids": {"source": "erp", "number": "4711"},
        f"/api/campaigns/{campaign}/runs": {"planned_for": PLANNED.isoformat()},
        f"/api/campaigns/{campaign}/pauses": {},
        "/api/touchpoints": SEEN,
        "/api/orders": {**ORDER, **whose},
        "/api/segments": {"name": "all", "criteria": {"all": []}},
        "/api/campaigns": CAMPAIGN,
    }
