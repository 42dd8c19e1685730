"""Puts the use cases together, for the web process and for the command line."""

import re
from collections.abc import Collection
from functools import cached_property, partial

from application.access.attempts import Attempts
from application.access.keys import AccessKeys
from application.access.service import AccessService
from application.access.sessions import Sessions
from application.bulk import BulkCommands
from application.campaigns.checklist import Checklist
from application.campaigns.content import Contents
from application.campaigns.messages import MessagesService
from application.campaigns.naming import Naming
from application.campaigns.service import CampaignsService
from application.campaigns.shown import ShownMessages
from application.campaigns.testing import CampaignTests
from application.campaigns.unsubscribing import Unsubscribing
from application.catalogue.service import CatalogueService
from application.clicks.service import ClicksService
from application.complaints.service import ComplaintsService
from application.customers.identities import Identities
from application.customers.profile_links import ProfileLinks
from application.customers.service import CustomersService
from application.customers.whose import Whose
from application.eligibility.service import EligibilityService
from application.imports.service import ImportsService
from application.interventions import InterventionsService
from application.mail import MailTransport
from application.next_actions.service import NextActionsService
from application.orders.service import OrdersService
from application.places import Places
from application.policies.service import PoliciesService
from application.preferences.service import PreferencesService
from application.previews.past import PastPreviewJobs
from application.previews.service import PreviewsService
from application.replaying.jobs import ReplayJobs
from application.replaying.members import MemberReplays
from application.replaying.service import Replaying
from application.scheduling.service import SchedulesService
from application.segments.service import SegmentsService
from application.services import Services
from application.suppressions.service import SuppressionsService
from application.touchpoints.service import TouchpointsService
from domain.customers.details import Channel
from infrastructure.cryptography.signed_links import HmacLinks
from infrastructure.eventsourcing.buffered import BufferedLinks, BufferedRecorder, SharedBuffer
from infrastructure.eventsourcing.store import LogStore
from infrastructure.liquid.templates import LiquidTemplates
from infrastructure.machine.clock import RandomIds, SystemRandomness
from infrastructure.machine.home import stored_in
from infrastructure.mail import headers
from infrastructure.mail.drop import DropFolder
from infrastructure.mail.mime import mime_bytes
from infrastructure.mail.smtp import SmtpTransport
from infrastructure.phone_and_email.normal_forms import LibraryNormalForms
from infrastructure.postgres.access import DatabaseKeyStore, DatabaseReceipts
from infrastructure.postgres.access_changes import DatabaseAccessChanges
from infrastructure.postgres.connections import borrowed
from infrastructure.postgres.consent_statements import consent_statements
from infrastructure.postgres.health import Health
from infrastructure.postgres.imports import ImportsInDatabase
from infrastructure.postgres.intervention_requests import RequestsInDatabase
from infrastructure.postgres.jobs import JobsInDatabase
from infrastructure.postgres.known_profiles import is_known, is_stopped
from infrastructure.postgres.profile_links import ProfileLinksInLog
from infrastructure.postgres.sessions import DatabaseSessions
from infrastructure.read_models.kept_responses import KeptResponsesInDatabase
from infrastructure.read_models.opening import PooledDecisionReading
from infrastructure.read_models.runs import PooledRunReading
from infrastructure.read_models.segments import PooledSegmentReading
from infrastructure.replay_log.moments import MomentsInLog
from infrastructure.replay_log.past import PastInLog
from infrastructure.replay_log.recorded_members import RecordedMembersInLog
from infrastructure.replay_log.replays import replay_log_opener
from infrastructure.replay_log.shadows import Shadows
from infrastructure.wiring.imports import folder_of_imports
from infrastructure.wiring.installation import Installation
from infrastructure.wiring.name_index import name_index
from infrastructure.wiring.past_previews import past_previews
from infrastructure.wiring.rendering import rendering
from projections.customers.reading import attributes_in_the_clear
from projections.engine.definitions import PROJECTIONS
from projections.engine.interventions import DoneIntervention, Place, newest_interventions

TEST_SECONDS = 5.0
"""The time limit of each step of the dialogue in which a test of a campaign is sent."""
TAG = re.compile(r"(?<=[^@])\+[^@]*(?=@)")
"""What somebody puts behind their name in an address, to sort their mail."""


class UseCases(Installation):
    """Everything that the web process or a command of the command line opens."""

    role = "farley_api"

    @cached_property
    def access(self) -> AccessKeys:
        return AccessKeys(DatabaseKeyStore(self.pool), self._ids, SystemRandomness(), self.clock)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(DatabaseSessions(self.pool), self._ids, SystemRandomness())

    def services(self) -> Services:
        settings, store, ids, whose = self.settings, self.store, self._ids, self._whose
        touchpoints = TouchpointsService(store=store, whose=whose)
        eligibility, previews = self._eligibility(), self._previews()
        customers = self._customers()
        return Services(
            customers=customers,
            bulk=self._bulk(customers),
            touchpoints=touchpoints,
            orders=OrdersService(store=store, ids=ids, whose=whose, default_currency=settings.currency),
            complaints=ComplaintsService(
                store=store, ids=ids, whose=whose, default_currency=settings.currency
            ),
            suppressions=SuppressionsService(store=store, ids=ids, whose=whose, identities=self._identities),
            policies=PoliciesService(store=store),
            catalogue=CatalogueService(store=store),
            segments=SegmentsService(
                store=store,
                ids=ids,
                check_criteria=self._decision_reading.check_criteria,
                reading=PooledSegmentReading(self.reading),
            ),
            whose=whose,
            messages=MessagesService(store),
            shown_messages=ShownMessages(store, self.templates, mime_bytes),
            campaigns=self._campaigns(),
            campaign_tests=self._campaign_tests(),
            checklist=Checklist(store, self._naming, self._unsubscribing.check, self.clock),
            schedules=SchedulesService(store, settings.time_zone),
            eligibility=eligibility,
            next_actions=NextActionsService(self.for_decisions),
            replaying=Replaying(replay_log_opener(self._shadows, settings.currency), settings.time_zone),
            replay_jobs=ReplayJobs(self._jobs, store, ids),
            member_replays=MemberReplays(RecordedMembersInLog(self.reading), self._past, settings.time_zone),
            responses=KeptResponsesInDatabase(
                self.pool, self.reading, self._places, self.clock, settings.currency
            ),
            preferences=self._preferences(eligibility),
            clicks=ClicksService(store=store, touchpoints=touchpoints),
            links=self.links,
            previews=previews,
            past_previews=past_previews(self),
            past_preview_jobs=PastPreviewJobs(self._jobs, previews, store, ids),
            jobs=self._jobs,
            imports=ImportsService(
                ImportsInDatabase(self.pool), folder_of_imports(settings), self._jobs, store, ids
            ),
            moments=MomentsInLog(self.reading, self._shadows),
            access=self.access,
            access_changes=DatabaseAccessChanges(self.pool),
            managing_access=AccessService(self.access, self.sessions, store, ids),
            sessions=self.sessions,
            attempts=Attempts(self.clock),
            receipts=DatabaseReceipts(self.pool),
            store=store,
            reading=self.reading,
            names=name_index(self),
            health=self._health(),
            asked_interventions=InterventionsService(RequestsInDatabase(self.pool), store, ids),
            interventions=self._interventions,
            clock=self.clock,
            ids=ids,
            region=settings.region,
            currency=settings.currency,
            time_zone=settings.time_zone,
            public_url=settings.public_url.rstrip("/"),
            trusted_proxies=settings.trusted_proxies,
            transport=SmtpTransport.name if settings.smtp_url else DropFolder.name,
        )

    @cached_property
    def templates(self) -> LiquidTemplates:
        return LiquidTemplates()

    @cached_property
    def links(self) -> HmacLinks:
        return HmacLinks(self.located.id_key, self.settings.public_url)

    @cached_property
    def _jobs(self) -> JobsInDatabase:
        return JobsInDatabase(self.pool)

    @cached_property
    def _ids(self) -> RandomIds:
        return RandomIds()

    @cached_property
    def _identities(self) -> Identities:
        return Identities(self.located.id_key, LibraryNormalForms(), self.settings.region)

    @cached_property
    def _whose(self) -> Whose:
        return Whose(self.store, self._identities)

    @cached_property
    def _naming(self) -> Naming:
        return Naming(self.store, self.templates, self._held_in_the_clear)

    @cached_property
    def _unsubscribing(self) -> Unsubscribing:
        return Unsubscribing(self.store, self.templates, self.settings.public_url)

    @cached_property
    def _decision_reading(self) -> PooledDecisionReading:
        return PooledDecisionReading(self.reading, self.settings.currency)

    @cached_property
    def _shadows(self) -> Shadows:
        shadows = Shadows(self.located.database_url, PROJECTIONS)
        self._opened.callback(shadows.close)
        return shadows

    def _held_in_the_clear(self, attributes: Collection[str]) -> set[str]:
        with self.reading.snapshot() as connection:
            return attributes_in_the_clear(connection, attributes)

    def _health(self) -> Health:
        health = Health(self.pool, self.keys_pool, self.reading, self.access, stored_in(self.settings.home))
        self._opened.callback(health.close)
        return health

    def _interventions(self, limit: int, before: Place | None) -> list[DoneIntervention]:
        with borrowed(self.pool) as connection:
            return newest_interventions(connection, limit, before)

    def _customers(self) -> CustomersService:
        return self._customers_on(self.store, ProfileLinksInLog(self.pool))

    def _customers_on(self, store: LogStore, links: ProfileLinks) -> CustomersService:
        return CustomersService(
            store=store,
            ids=self._ids,
            links=links,
            identities=self._identities,
            whose=Whose(store, self._identities),
        )

    def _bulk(self, direct: CustomersService) -> BulkCommands:
        recorder = BufferedRecorder(self.recorder)
        buffered = self._customers_on(
            LogStore(recorder, self.keys), BufferedLinks(recorder, ProfileLinksInLog(self.pool))
        )
        return BulkCommands(SharedBuffer(recorder, self.keys), buffered, direct, self._identities)

    def _eligibility(self) -> EligibilityService:
        reading, settings = self._decision_reading, self.for_decisions
        return EligibilityService(self.store, reading, self._past, self.clock, settings)

    @cached_property
    def _past(self) -> PastInLog:
        return PastInLog(self._shadows, self.settings.currency)

    def _preferences(self, eligibility: EligibilityService) -> PreferencesService:
        return PreferencesService(
            store=self.store,
            links=ProfileLinksInLog(self.pool),
            statements_of=partial(consent_statements, self.pool),
            eligibility=eligibility,
            clock=self.clock,
        )

    def _campaigns(self) -> CampaignsService:
        return CampaignsService(
            self.store, self._ids, self._contents(), self._naming, self._unsubscribing.check
        )

    def _contents(self) -> Contents:
        return Contents(
            store=self.store,
            templates=self.templates,
            naming=self._naming,
            randomness=SystemRandomness(),
            check_criteria=self._decision_reading.check_criteria,
            check_sender=lambda sender: headers.mailbox(sender, "from"),
            check_subject=lambda subject: headers.text(subject, ""),
            default_currency=self.settings.currency,
        )

    @cached_property
    def _places(self) -> Places:
        """The places of this process for heavy questions."""
        return Places()

    def _campaign_tests(self) -> CampaignTests:
        return CampaignTests(
            store=self.store,
            ids=self._ids,
            clock=self.clock,
            rendering=rendering(self.templates, self.links, self.settings),
            naming=self._naming,
            is_known=self._is_known,
            is_stopped=self._is_stopped,
            transport=lambda: self._transport,
        )

    def _is_known(self, email: str) -> bool:
        """Mail to ana+news@example.org arrives at ana@example.org, too."""
        meant = (email, TAG.sub("", email))
        profile_ids = [self._identities.address_of(Channel.EMAIL, one)[0] for one in meant]
        return any(is_known(self.pool, profile_id) for profile_id in profile_ids)

    def _is_stopped(self, email: str) -> bool:
        _, address = self._identities.address_of(Channel.EMAIL, email)
        return is_stopped(self.pool, self._identities.domain_ids_of(address), self.clock.now())

    @cached_property
    def _transport(self) -> MailTransport:
        """The transport of tests, which is opened for the first one. Nobody waits long for a silent next hop."""
        url = self.settings.smtp_url
        if url is None:
            return DropFolder(self.located.drop_folder)
        transport = SmtpTransport(
            url, timeout=TEST_SECONDS, connect_timeout=TEST_SECONDS, unused_after=TEST_SECONDS
        )
        self._opened.callback(transport.close)
        return transport

    def _previews(self) -> PreviewsService:
        return PreviewsService(
            store=self.store,
            reading=self._decision_reading,
            addressees_of=PooledRunReading(self.reading, self.settings.currency).addressees,
            rendering=rendering(self.templates, self.links, self.settings),
            naming=self._naming,
            clock=self.clock,
            installation=self.for_decisions,
            places=self._places,
        )
