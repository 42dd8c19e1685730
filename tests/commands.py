"""What people and operators want of an installation, in whatever world a test has."""

from typing import Any
from uuid import UUID, uuid4

from application.campaigns.commands import (
    ApproveCampaign,
    CancelCampaign,
    DraftCampaign,
    PauseCampaign,
    ResumeCampaign,
    StartRun,
)
from application.catalogue.commands import DeclareName
from application.complaints.commands import OpenComplaint
from application.customers.commands import (
    AddContactPoint,
    GivenContactPoint,
    GrantConsent,
    LinkProfile,
    RegisterCustomer,
    UnlinkProfile,
    WithdrawConsent,
)
from application.requests import Request
from application.suppressions.commands import GivenScope, ImposeSuppression
from domain.catalogue.names import NameKind
from domain.ports import Clock

CANARY = "canary-7f3a91"
"""A personal attribute of every customer of a World; it must be in no log line, error or trace of any test."""


class Commands:
    """A world gives `services` and `clock`. A test that repeats a seed replaces `uuid4` of this module."""

    services: Any
    clock: Clock

    def new_id(self) -> UUID:
        return uuid4()

    def request(self) -> Request:
        return Request(actor="test", received_at=self.clock.now(), correlation_id=self.new_id())

    def customer(self, email: str, *, consent: bool = True, **details: Any) -> UUID:
        """Registers a customer with one address and, by default, consent to marketing mail. Returns the id."""
        attributes = {"note": CANARY, **details.pop("attributes", {})}
        answer = self.services.customers.register_customer(
            RegisterCustomer(
                kind="person",
                attributes=attributes,
                name=details.pop("name", email.split("@")[0].title()),
                contact_points=(GivenContactPoint(channel="email", value=email),),
                **details,
            ),
            self.request(),
        )
        customer_id = UUID(answer.body["customer_id"])
        if consent:
            self.consent(customer_id)
        return customer_id

    def consent(self, customer_id: UUID) -> None:
        self.services.customers.grant_consent(
            GrantConsent(
                customer_id=customer_id, channel="email", purpose="marketing", evidence={"source": "test"}
            ),
            self.request(),
        )

    def withdraw(self, customer_id: UUID) -> int:
        return self.services.customers.withdraw_consent(
            WithdrawConsent(customer_id=customer_id), self.request()
        ).position

    def complain(self, customer_id: UUID | None = None, *, severity: str = "normal", **whose: Any) -> int:
        """Opens a complaint and returns the position of its fact."""
        return self.services.complaints.open_complaint(
            OpenComplaint(
                customer_id=customer_id, category="delivery", severity=severity, channel="phone", **whose
            ),
            self.request(),
        ).position

    def link(self, customer_id: UUID, profile_id: UUID) -> int:
        return self.services.customers.link_profile(
            LinkProfile(customer_id=customer_id, profile_id=profile_id), self.request()
        ).position

    def unlink(self, customer_id: UUID, profile_id: UUID) -> int:
        return self.services.customers.unlink_profile(
            UnlinkProfile(customer_id=customer_id, profile_id=profile_id), self.request()
        ).position

    def add_address(self, customer_id: UUID, email: str) -> int:
        point = GivenContactPoint(channel="email", value=email)
        return self.services.customers.add_contact_point(
            AddContactPoint(customer_id=customer_id, contact_point=point), self.request()
        ).position

    def suppress(self, reason: str, **scope: Any) -> int:
        """Imposes a suppression; `scope` has the fields of GivenScope."""
        command = ImposeSuppression(scope=GivenScope(**scope), reason=reason)
        return self.services.suppressions.impose_suppression(command, self.request()).position

    def draft(self, **content: Any) -> UUID:
        """Drafts a campaign, by default an e-mail to every person, and returns its id."""
        draft = DraftCampaign(
            **{
                "name": "Spring",
                "message_class": "promotional",
                "purpose": "marketing",
                "channel": "email",
                "audience": {"field": "kind", "op": "eq", "value": "person"},
                "subject": "Hello {{ name }}",
                "body": "Dear {{ name }}, spring is here. No more of this: {{ unsubscribe_url }}",
                **content,
            }
        )
        return UUID(self.services.campaigns.draft_campaign(draft, self.request()).body["campaign_id"])

    def declare(self, **names: str) -> None:
        """Declares names by their kinds, such as brand="north"."""
        for kind, name in names.items():
            command = DeclareName(kind=NameKind(kind), name=name)
            self.services.catalogue.declare_name(command, self.request())

    def campaign(self, **content: Any) -> UUID:
        """Drafts and approves a campaign, by default an e-mail to every person, and returns its id.

        Its topic and its brand are declared first.
        """
        self.declare(**{kind: content[kind] for kind in ("topic", "brand") if content.get(kind)})
        campaign_id = self.draft(**content)
        self.services.campaigns.approve_campaign(ApproveCampaign(campaign_id=campaign_id), self.request())
        return campaign_id

    def start(self, campaign_id: UUID) -> UUID:
        answer = self.services.campaigns.start_run(StartRun(campaign_id=campaign_id), self.request())
        return UUID(answer.body["run_id"])

    def pause(self, campaign_id: UUID) -> int:
        command = PauseCampaign(campaign_id=campaign_id, reason="a look first")
        return self.services.campaigns.pause_campaign(command, self.request()).position

    def resume(self, campaign_id: UUID) -> int:
        command = ResumeCampaign(campaign_id=campaign_id)
        return self.services.campaigns.resume_campaign(command, self.request()).position

    def cancel(self, campaign_id: UUID) -> int:
        command = CancelCampaign(campaign_id=campaign_id)
        return self.services.campaigns.cancel_campaign(command, self.request()).position
