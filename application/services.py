"""All use cases of an installation, in one object for the interfaces."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from application.access.attempts import Attempts
from application.access.changes import AccessChanges
from application.access.keys import AccessKeys
from application.access.service import AccessService
from application.access.sessions import Sessions
from application.bulk import BulkCommands
from application.campaigns.checklist import Checklist
from application.campaigns.messages import MessagesService
from application.campaigns.service import CampaignsService
from application.campaigns.shown import ShownMessages
from application.campaigns.testing import CampaignTests
from application.catalogue.service import CatalogueService
from application.clicks.service import ClicksService
from application.complaints.service import ComplaintsService
from application.customers.service import CustomersService
from application.customers.whose import Whose
from application.eligibility.service import EligibilityService
from application.imports.service import ImportsService
from application.interventions import InterventionsService
from application.jobs import Jobs
from application.kept_responses import KeptResponses
from application.mail import Transport
from application.moments import Moments
from application.name_index import NameIndex
from application.next_actions.service import NextActionsService
from application.orders.service import OrdersService
from application.policies.service import PoliciesService
from application.preferences.service import PreferencesService
from application.previews.past import PastPreviewJobs, PastPreviews
from application.previews.service import PreviewsService
from application.reading import Reading
from application.receipts import Receipts
from application.replaying.jobs import ReplayJobs
from application.replaying.members import MemberReplays
from application.replaying.service import Replaying
from application.scheduling.service import SchedulesService
from application.segments.service import SegmentsService
from application.signed_links import SignedLinks
from application.store import Store
from application.suppressions.service import SuppressionsService
from application.touchpoints.service import TouchpointsService
from domain.ports import Clock, Ids


@dataclass(frozen=True, kw_only=True)
class Services:
    """The services that `create_app` and the command line call. `transport` is smtp or drop.

    `interventions` returns at most so many interventions in projections before a place (an instant and a number), the
    newest first. `time_zone` is the installation's, `public_url` its address for browsers, without a slash at the end.
    """

    customers: CustomersService
    bulk: BulkCommands
    touchpoints: TouchpointsService
    orders: OrdersService
    complaints: ComplaintsService
    suppressions: SuppressionsService
    policies: PoliciesService
    catalogue: CatalogueService
    segments: SegmentsService
    campaigns: CampaignsService
    checklist: Checklist
    campaign_tests: CampaignTests
    messages: MessagesService
    shown_messages: ShownMessages
    schedules: SchedulesService
    whose: Whose
    eligibility: EligibilityService
    next_actions: NextActionsService
    replaying: Replaying
    replay_jobs: ReplayJobs
    member_replays: MemberReplays
    responses: KeptResponses
    preferences: PreferencesService
    clicks: ClicksService
    links: SignedLinks
    previews: PreviewsService
    past_previews: PastPreviews
    past_preview_jobs: PastPreviewJobs
    jobs: Jobs
    imports: ImportsService
    moments: Moments
    access: AccessKeys
    access_changes: AccessChanges
    managing_access: AccessService
    sessions: Sessions
    attempts: Attempts
    receipts: Receipts
    store: Store
    reading: Reading
    names: NameIndex
    health: Any
    asked_interventions: InterventionsService
    interventions: Callable[[int, tuple[datetime, int] | None], Sequence[Any]]
    clock: Clock
    ids: Ids
    region: str | None
    currency: str
    time_zone: str
    public_url: str
    trusted_proxies: Sequence[IPv4Network | IPv6Network]
    transport: Transport

    def sign_in_url(self, link: str) -> str:
        """Returns the address of the page on which a sign-in link is used."""
        return f"{self.public_url}/console/sign-in/{link}"
