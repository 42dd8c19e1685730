"""Campaigns over HTTP, up to a run that has begun."""

from typing import Any
from uuid import UUID

from tests.interfaces.conftest import Api

CONSENT = {"channel": "email", "purpose": "marketing", "evidence": {"source": "form"}}


def consenting(api: Api, name: str, **details: Any) -> UUID:
    point = {"channel": "email", "value": f"{name}@example.com"}
    customer_id = api.customer(name=name, contact_points=[point], **details)
    api.stored(f"/api/customers/{customer_id}/consents", CONSENT)
    return customer_id


def started(api: Api, **details: Any) -> tuple[UUID, str]:
    """A campaign's id and the path of its run, which is not yet dispatched."""
    campaign_id = api.campaign(**details)
    path = f"/api/campaigns/{campaign_id}"
    api.fold()
    api.stored(f"{path}/approvals", If_Match=api.ask("GET", path).headers["ETag"])
    run_id = api.stored(f"{path}/runs")["run_id"]
    return campaign_id, f"{path}/runs/{run_id}"


def etag(api: Api, path: str) -> str:
    api.fold()
    return str(api.ask("GET", path).headers["ETag"])
