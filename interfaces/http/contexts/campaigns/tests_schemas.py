"""Schemas of tests of campaigns."""

from typing import ClassVar

from application.mail import SendResult
from interfaces.http.schemas.base import BodyIn
from interfaces.http.schemas.common import ReadOut, StoredOut
from interfaces.http.schemas.fields import Id, Instant, Text, Whole, Word
from interfaces.http.schemas.fields.numbers import MANY


class SendCampaignTestIn(BodyIn):
    """Where the test goes: `to` is an e-mail address of yours that no customer has."""

    to = Text(required=True, longest=320)
    example: ClassVar = {"to": "marta@shop.example"}


class CampaignTestStoredOut(StoredOut):
    """The test that was handed over to the mail transport."""

    campaign_id = Id(required=True)
    test_id = Id(required=True)


class CampaignTestShownOut(ReadOut):
    """A test of a campaign. The address that it went to is not stored.

    `template_version`: the version of the campaign's content. `result`: what the mail transport said, with the next
    hop's code; null while nothing is recorded.
    """

    campaign_id = Id(required=True)
    test_id = Id(required=True)
    template_version = Whole(required=True, low=1, high=MANY)
    handed_over_at = Instant(required=True)
    handed_over_by = Text(required=True)
    result = Word(list(SendResult), required=True, allow_none=True)
    smtp_code = Whole(required=True, allow_none=True, low=0, high=999)
