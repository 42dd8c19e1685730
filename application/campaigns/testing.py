"""Sends the message of a campaign as a test, to an address of the person who asks."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from application.campaigns.naming import Naming
from application.mail import Delivery, MailTransport, OutgoingMail
from application.rendering import Addressee, Rendering
from application.requests import Answer, Request
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.campaigns.errors import (
    CampaignAlreadyCancelled,
    CampaignNotFound,
    CampaignTestNotFound,
    CampaignTestNotMade,
    CampaignTestToCustomer,
    CampaignTestToStoppedDomain,
    TooManyCampaignTests,
)
from domain.campaigns.testing import CampaignTest
from domain.errors import InvalidInput
from domain.messages.errors import RenderError
from domain.ports import Clock, Ids

BEGIN_WITHIN = 5.0
"""The seconds within which DATA of the SMTP dialogue must begin."""
MOST_AN_HOUR = 20
"""How many tests one subject may send within an hour, from one process."""
HOUR = 3600.0

IsKnown = Callable[[str], bool]
"""Whether the log has a fact about the profile that an e-mail address stands for. Raises InvalidInput if it is none."""
IsStopped = Callable[[str], bool]
"""Whether a suppression of the domain of an e-mail address is in force."""


@dataclass(frozen=True, kw_only=True)
class SendCampaignTest:
    """Sends the message of a campaign as a test, to an e-mail address of the person who asks."""

    campaign_id: UUID
    to: str


class CampaignTests:
    """Sends tests through the same transport as messages, each for an invented person.

    An address that the log knows, which may be a customer's, gets none, nor does one of a suppressed domain: no test
    passes a complaint, a withdrawal or a suppression.
    """

    def __init__(
        self,
        *,
        store: Store,
        ids: Ids,
        clock: Clock,
        rendering: Rendering,
        naming: Naming,
        is_known: IsKnown,
        is_stopped: IsStopped,
        transport: Callable[[], MailTransport],
    ) -> None:
        self._store = store
        self._ids = ids
        self._clock = clock
        self._rendering = rendering
        self._naming = naming
        self._is_known = is_known
        self._is_stopped = is_stopped
        self._transport = transport
        self._pace = Pace(clock)

    def send(self, command: SendCampaignTest, request: Request) -> Answer:
        """Sends a test. The fact comes before the attempt, so a repeated key sends nothing.

        Raises CampaignTestToCustomer, CampaignTestToStoppedDomain, CampaignTestNotMade, CampaignAlreadyCancelled, or
        TooManyCampaignTests.
        """
        campaign = self._store.find(Campaign, command.campaign_id)
        if campaign is None:
            raise CampaignNotFound()
        if campaign.cancelled:
            raise CampaignAlreadyCancelled()
        self._refuse_others(command.to)
        test_id = self._ids.new()
        mail = self._made(campaign, test_id, command.to, request)
        self._pace.take(request.actor)
        test = CampaignTest.hand_over(
            test_id,
            request.circumstances(),
            campaign_id=campaign.id,
            template_version=campaign.content.originator_version,
        )
        body = {"campaign_id": str(campaign.id), "test_id": str(test_id)}
        answer = self._store.save(test, request=request, answer=Answer(body=body, created=True))
        self._conclude(test, self._sent(mail), request)
        return answer

    def shown(self, campaign_id: UUID, test_id: UUID) -> CampaignTest:
        """Returns a test of this campaign. Raises CampaignTestNotFound."""
        test = self._store.find(CampaignTest, test_id)
        if test is None or test.handed_over.campaign_id != campaign_id:
            raise CampaignTestNotFound()
        return test

    def _refuse_others(self, to: str) -> None:
        try:
            known = self._is_known(to)
        except InvalidInput as fault:
            raise InvalidInput(fault.message, path="to", code=fault.code) from fault
        if known:
            raise CampaignTestToCustomer(path="to", code="of_a_customer")
        if self._is_stopped(to):
            raise CampaignTestToStoppedDomain(path="to", code="stopped_domain")

    def _made(self, campaign: Campaign, test_id: UUID, to: str, request: Request) -> OutgoingMail:
        addressee = Addressee(address=to, values=self._naming.invented(campaign.content))
        try:
            return self._rendering.trial(campaign.content, addressee, request.received_at, trial_id=test_id)
        except (RenderError, InvalidInput) as fault:
            raise CampaignTestNotMade(fault.message) from fault

    def _sent(self, mail: OutgoingMail) -> Delivery:
        return self._transport().send(mail, begin_before=self._clock.monotonic() + BEGIN_WITHIN)

    def _conclude(self, test: CampaignTest, delivery: Delivery, request: Request) -> None:
        later = Request(
            actor=request.actor, received_at=self._clock.now(), correlation_id=request.correlation_id
        )
        test.conclude(later.circumstances(), result=delivery.result, smtp_code=delivery.code)
        self._store.save(test, request=later, answer=Answer())


class Pace:
    """Counts the tests of each subject in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._taken: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, actor: str) -> None:
        """Notes a test. Raises TooManyCampaignTests after MOST_AN_HOUR within an hour."""
        now = self._clock.monotonic()
        with self._lock:
            taken = self._taken[actor]
            while taken and now - taken[0] >= HOUR:
                taken.popleft()
            if len(taken) >= MOST_AN_HOUR:
                seconds = int(HOUR - (now - taken[0])) + 1
                raise TooManyCampaignTests(
                    f"You sent {MOST_AN_HOUR} tests within an hour. Try again in {seconds} s.",
                    seconds=seconds,
                )
            taken.append(now)
