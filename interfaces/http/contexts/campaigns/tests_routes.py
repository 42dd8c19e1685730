"""Tests of campaigns: the message, sent to whoever asks for it."""

from typing import Any
from uuid import UUID

from application.campaigns.testing import SendCampaignTest
from application.requests import Answer
from interfaces.http.auth import action, paced
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.campaigns.tests_schemas import (
    CampaignTestShownOut,
    CampaignTestStoredOut,
    SendCampaignTestIn,
)
from interfaces.http.current import services
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import NoQuery

tests = Routes("tests", "A campaign's message, sent to whoever asks for it.")
THE_TESTS = "/api/campaigns/<uuid:campaign_id>/tests"
A_TEST = f"{THE_TESTS}/<uuid:test_id>"


@tests.command(THE_TESTS, SendCampaignTestIn, CampaignTestStoredOut, status=201, location=A_TEST)
@action("campaigns:write")
@paced
def send_test(body: Body, campaign_id: UUID) -> Answer:
    """Sends the message to an address of yours, as an invented person would get it.

    It goes through the configured mail transport, belongs to no run, and is counted nowhere. An address that the log
    knows as a customer's is refused, and one of a suppressed domain. One subject may send 20 tests an hour.
    """
    return services().campaign_tests.send(
        SendCampaignTest(campaign_id=campaign_id, **body), command_request()
    )


@tests.question(A_TEST, NoQuery, CampaignTestShownOut)
@action("campaigns:read")
def show_test(query: Body, campaign_id: UUID, test_id: UUID) -> dict[str, Any]:
    """Returns a test of the campaign, and what the mail transport said of it."""
    test = services().campaign_tests.shown(campaign_id, test_id)
    handed = test.handed_over
    return {
        "campaign_id": campaign_id,
        "test_id": test_id,
        "template_version": handed.template_version,
        "handed_over_at": handed.occurred_at,
        "handed_over_by": handed.actor,
        "result": test.result,
        "smtp_code": test.smtp_code,
    }
