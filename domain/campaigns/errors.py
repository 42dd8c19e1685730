"""The errors about campaigns."""

from domain.errors import FarleyError, InvalidInput, NotFound, RuleBroken


class InvalidTemplate(InvalidInput):
    """The template cannot be used."""

    def __init__(self, message: str | None = None, *, path: str = "", code: str = "invalid_template") -> None:
        super().__init__(message, path=path, code=code)


class CampaignNotFound(NotFound):
    """No campaign has this id."""


class CampaignNotDraft(RuleBroken):
    """Only a draft can be approved; this campaign is approved."""


class CampaignNotApproved(RuleBroken):
    """The campaign is not approved; approve it by POST /api/campaigns/{id}/approvals."""


class CampaignHasOpenRun(RuleBroken):
    """The campaign has an open run. Wait until it ends, or cancel the campaign."""


class CampaignEnded(RuleBroken):
    """The campaign has ended."""


class CampaignAlreadyCancelled(RuleBroken):
    """The campaign is cancelled."""


class HoldOutDrawn(RuleBroken):
    """The campaign has run with its hold-out; for another share or seed draft another campaign."""


class NoUnsubscribeLink(RuleBroken):
    """A promotional e-mail needs an unsubscribe link that works."""


class CampaignTestNotFound(NotFound):
    """No test of this campaign has this id."""


class CampaignTestToCustomer(InvalidInput):
    """Farley knows this address as a customer's. Send the test to an address that is yours alone."""


class CampaignTestToStoppedDomain(InvalidInput):
    """A suppression stops mail to the domain of this address. Send the test to another one."""


class CampaignTestNotMade(RuleBroken):
    """The message of the test cannot be made."""


class TooManyCampaignTests(FarleyError):
    """You sent many tests. Wait before you send another one."""
