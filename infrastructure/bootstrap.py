"""Puts an installation together: pools, log, keys, use cases. The only room that knows every other."""

import hashlib
import os
import socket
from collections.abc import Collection
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlsplit

from psycopg_pool import ConnectionPool

from application.access import AccessKeys
from application.campaigns.content import Contents
from application.campaigns.messages import MessagesService
from application.campaigns.naming import Naming
from application.campaigns.service import CampaignsService
from application.campaigns.shown import ShownMessages
from application.campaigns.unsubscribing import Unsubscribing
from application.catalogue.service import CatalogueService
from application.clicks.service import ClicksService
from application.complaints.service import ComplaintsService
from application.customers.identities import Identities
from application.customers.service import CustomersService
from application.customers.whose import Whose
from application.deciding.asking import InstallationSettings
from application.dispatch.deciding import AUDIENCES_AT_ONCE, RunDeciding
from application.dispatch.dispatcher import Dispatcher
from application.dispatch.handing_over import HandingOver
from application.dispatch.outcomes import Outcomes
from application.dispatch.ports import Handovers, RunReading
from application.dispatch.sending import Sending
from application.eligibility.service import EligibilityService
from application.leases import SCHEDULER
from application.mail import Departures, MailTransport, OutgoingMail
from application.orders.service import OrdersService
from application.policies.service import PoliciesService
from application.preferences.service import PreferencesService
from application.previews.service import PreviewsService
from application.rendering import Rendering, Sender
from application.replaying.service import Replaying
from application.scheduling.scheduler import Scheduler
from application.scheduling.service import SchedulesService
from application.segments.service import SegmentsService
from application.services import Services
from application.suppressions.service import SuppressionsService
from application.touchpoints.service import TouchpointsService
from domain.errors import NotConfigured
from domain.ports import Clock
from infrastructure.cryptography.keys import KeyRing, fingerprint
from infrastructure.cryptography.signed_links import HmacLinks
from infrastructure.eventsourcing.store import LogStore
from infrastructure.liquid.templates import LiquidTemplates
from infrastructure.log_alone.past import PastInLog
from infrastructure.log_alone.replays import SHADOWED, LogsAloneInDatabase
from infrastructure.log_alone.shadows import Shadows
from infrastructure.machine.clock import Interruptible, RandomIds, SystemClock, SystemRandomness
from infrastructure.machine.home import Located, stored_in
from infrastructure.machine.settings import Settings
from infrastructure.mail import headers
from infrastructure.mail.departures import InParallel, OneByOne
from infrastructure.mail.drop import DropFolder
from infrastructure.mail.headers import address, id_domain
from infrastructure.mail.mime import mime_bytes
from infrastructure.mail.smtp import SmtpTransport
from infrastructure.phone_and_email.normal_forms import LibraryNormalForms
from infrastructure.postgres.access import DatabaseKeyStore, DatabaseReceipts
from infrastructure.postgres.connections import open_pool
from infrastructure.postgres.handovers import DatabaseLease, LockedHandovers
from infrastructure.postgres.health import Health
from infrastructure.postgres.links import LogLinks
from infrastructure.postgres.recorder import LogRecorder
from infrastructure.postgres.sayings import LogSayings
from infrastructure.read_models.opening import PooledDecisionReading
from infrastructure.read_models.pool import PooledReading
from infrastructure.read_models.runs import PooledRunReading
from infrastructure.read_models.schedules import PooledScheduleReading
from projections.customers.reading import attributes_in_the_clear
from projections.engine.definitions import SEARCH_PATH


class Installation:
    """One process's view of an installation: everything it opened, closed together.

    `role` is the database role of the process: farley_api or farley_dispatcher.
    """

    def __init__(
        self,
        located: Located,
        *,
        role: str = "farley_api",
        pool_size: int = 8,
        clock: Clock | None = None,
        brought_clock: Clock | None = None,
        transport: MailTransport | None = None,
    ) -> None:
        self.located = located
        self.clock = clock or SystemClock()
        self._opened = ExitStack()
        self.pool = self._open(located.database_url, role, pool_size)
        # one more than those that can hold one, so that a question inside a question finds one
        self.reading_pool = self._open(located.database_url, "farley_reader", pool_size + 1)
        self.keys_pool = self._open(located.keys_url, "farley_keys", pool_size)
        self.sleep = Interruptible()
        self._brought_clock = brought_clock
        self._refuse_other_keys()
        self.keys = KeyRing(self.keys_pool, located.wrapping_key, self.clock)
        self.recorder = LogRecorder(self.pool, brought_clock)
        self.store = LogStore(self.recorder, self.keys)
        self.templates = LiquidTemplates()
        self.links = HmacLinks(located.id_key, located.settings.public_url)
        self.reading = PooledReading(
            self.reading_pool, self.keys, self.clock, self.sleep, threads=located.settings.threads
        )
        self.decision_reading = PooledDecisionReading(self.reading, located.settings.currency)
        self.shadows = Shadows(located.database_url, SHADOWED)
        self._opened.callback(self.shadows.close)
        self.transport = transport or _transport(located)
        self._opened.callback(self.transport.close)

    def __enter__(self) -> "Installation":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.sleep.stop()
        self._opened.close()

    def _open(self, url: str, role: str, size: int) -> ConnectionPool:
        pool = open_pool(url, role, size=size, search_path=SEARCH_PATH)
        self._opened.callback(pool.close)
        return pool

    def services(self) -> Services:
        """The use cases for the interfaces."""
        settings, ids = self.located.settings, RandomIds()
        identities = Identities(self.located.id_key, LibraryNormalForms(), settings.region)
        whose = Whose(self.store, identities)
        access = AccessKeys(DatabaseKeyStore(self.pool), ids, SystemRandomness())
        touchpoints = TouchpointsService(store=self.store, whose=whose)
        eligibility = EligibilityService(
            self.store,
            self.decision_reading,
            PastInLog(self.shadows, settings.currency),
            self.clock,
            _for_decisions(settings),
        )
        return Services(
            customers=CustomersService(
                store=self.store, ids=ids, links=LogLinks(self.pool), identities=identities, whose=whose
            ),
            touchpoints=touchpoints,
            orders=OrdersService(store=self.store, ids=ids, whose=whose, default_currency=settings.currency),
            complaints=ComplaintsService(
                store=self.store, ids=ids, whose=whose, default_currency=settings.currency
            ),
            suppressions=SuppressionsService(store=self.store, ids=ids, whose=whose, identities=identities),
            policies=PoliciesService(store=self.store),
            catalogue=CatalogueService(store=self.store),
            segments=SegmentsService(
                store=self.store, ids=ids, check_criteria=self.decision_reading.check_criteria
            ),
            whose=whose,
            messages=MessagesService(self.store),
            shown_messages=ShownMessages(self.store, self.templates, mime_bytes),
            campaigns=CampaignsService(
                self.store,
                ids,
                self._contents(),
                self._naming(),
                Unsubscribing(self.store, self.templates, settings.public_url).check,
            ),
            schedules=SchedulesService(self.store, settings.time_zone),
            eligibility=eligibility,
            replaying=Replaying(LogsAloneInDatabase(self.shadows, settings.currency), settings.time_zone),
            preferences=PreferencesService(
                store=self.store,
                links=LogLinks(self.pool),
                sayings=LogSayings(self.pool),
                eligibility=eligibility,
                clock=self.clock,
            ),
            clicks=ClicksService(store=self.store, touchpoints=touchpoints),
            links=self.links,
            previews=PreviewsService(
                store=self.store,
                reading=self.decision_reading,
                addressees=self.run_reading(),
                rendering=self._rendering(),
                naming=self._naming(),
                clock=self.clock,
                installation=_for_decisions(settings),
            ),
            access=access,
            receipts=DatabaseReceipts(self.pool),
            store=self.store,
            reading=self.reading,
            health=self._health(access),
            clock=self.clock,
            ids=ids,
            region=settings.region,
            currency=settings.currency,
            transport=self.transport.name,
        )

    def _health(self, access: AccessKeys) -> Health:
        health = Health(self.pool, self.keys_pool, access, stored_in(self.located.settings.home))
        self._opened.callback(health.close)
        return health

    def _contents(self) -> Contents:
        return Contents(
            store=self.store,
            templates=self.templates,
            naming=self._naming(),
            randomness=SystemRandomness(),
            check_criteria=self.decision_reading.check_criteria,
            check_sender=lambda sender: headers.mailbox(sender, "from"),
            check_subject=lambda subject: headers.text(subject, ""),
            default_currency=self.located.settings.currency,
        )

    def _naming(self) -> Naming:
        return Naming(self.store, self.templates, self._held_in_the_clear)

    def _held_in_the_clear(self, attributes: Collection[str]) -> set[str]:
        with self.reading.snapshot() as connection:
            return attributes_in_the_clear(connection, attributes)

    def _rendering(self) -> Rendering:
        settings = self.located.settings
        sender = Sender(address=settings.mail_from, domain=_domain(settings))
        return Rendering(self.templates, sender, mime_digest, self.links)

    def run_reading(self) -> PooledRunReading:
        return PooledRunReading(self.reading, self.located.settings.currency)

    def handovers(self) -> LockedHandovers:
        return LockedHandovers(self.pool, self.store.mapper, self.keys, self._brought_clock)

    def dispatcher(
        self,
        holder: str | None = None,
        *,
        reading: RunReading | None = None,
        handovers: Handovers | None = None,
        departures: Departures | None = None,
        background: Executor | None = None,
    ) -> Dispatcher:
        """The dispatcher on this installation's pools; its role must be farley_dispatcher.

        `background`: on what it reads audiences.
        """
        reading = reading or self.run_reading()
        settings = self.located.settings
        deciding = RunDeciding(
            self.store, reading, self.clock, _for_decisions(settings), background or self._readers()
        )
        outcomes = Outcomes(self.store, self.clock)
        sending = Sending(departures or self._departures(), outcomes, self.clock)
        handing_over = HandingOver(
            store=self.store,
            reading=reading,
            deciding=deciding,
            handovers=handovers or self.handovers(),
            rendering=self._rendering(),
            sending=sending,
            clock=self.clock,
        )
        return Dispatcher(
            store=self.store,
            reading=reading,
            lease=DatabaseLease(self.pool, holder or holder_name(), self.clock),
            deciding=deciding,
            handing_over=handing_over,
            sending=sending,
            outcomes=outcomes,
            clock=self.clock,
        )

    def _readers(self) -> Executor:
        readers = ThreadPoolExecutor(AUDIENCES_AT_ONCE, thread_name_prefix="audience")
        self._opened.callback(readers.shutdown, wait=False, cancel_futures=True)
        return readers

    def _departures(self) -> OneByOne | InParallel:
        """In parallel where the transport bears it."""
        if isinstance(self.transport, SmtpTransport):
            parallel = InParallel(self.transport, self.transport.connections)
            self._opened.callback(parallel.close)
            return parallel
        return OneByOne(self.transport)

    def scheduler(self, holder: str | None = None) -> Scheduler:
        """The scheduler on this installation's pools; its role must be farley_dispatcher."""
        return Scheduler(
            store=self.store,
            reading=PooledScheduleReading(self.reading),
            lease=DatabaseLease(self.pool, holder or holder_name(), self.clock, name=SCHEDULER),
            clock=self.clock,
        )

    def _refuse_other_keys(self) -> None:
        with self.pool.connection() as connection:
            row = connection.execute("select id_key_fingerprint from log.installation").fetchone()
        stored = row[0] if row else None
        if stored is not None and stored != fingerprint(self.located.id_key):
            raise NotConfigured(
                "FARLEY_ID_KEY is not the key this log was made with: profile ids would change."
                " Put the right key back from your backup."
            )
        with self.keys_pool.connection() as connection:
            row = connection.execute("select wrapping_key_fingerprint from keys.installation").fetchone()
        if row and row[0] is not None and row[0] != fingerprint(self.located.wrapping_key):
            raise NotConfigured(
                "FARLEY_WRAPPING_KEY is not the key that wraps this keys database."
                " Put the right key back from your backup."
            )


def _for_decisions(settings: Settings) -> InstallationSettings:
    return InstallationSettings(zone=settings.time_zone, smtputf8=settings.smtputf8)


def mime_digest(mail: OutgoingMail) -> str:
    """SHA-256 of the message as it is sent, in hex."""

    return hashlib.sha256(mime_bytes(mail)).hexdigest()


def holder_name() -> str:
    """Who holds a lease: another after every restart."""
    return f"{socket.gethostname()}:{os.getpid()}:{RandomIds().new()}"


def _domain(settings: Settings) -> str:
    """Of Message-IDs: where we are reached, or else where mail comes from."""
    _, _, mail_domain = address(settings.mail_from, "FARLEY_MAIL_FROM").partition("@")
    return id_domain(urlsplit(settings.public_url).hostname or "", mail_domain)


def _transport(located: Located) -> MailTransport:
    url = located.settings.smtp_url
    if url is None:
        return DropFolder(located.drop_folder)
    return SmtpTransport(url, connections=located.settings.smtp_connections)
