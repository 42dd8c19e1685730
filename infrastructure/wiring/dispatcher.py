"""Puts the dispatcher's process together."""

from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cached_property

from application.dispatch.deciding import AUDIENCES_AT_ONCE, RunDeciding
from application.dispatch.dispatcher import Dispatcher
from application.dispatch.handing_over import HandingOver
from application.dispatch.outcomes import Outcomes
from application.dispatch.ports import Handovers, RunReading
from application.dispatch.sending import Sending
from application.leases import DISPATCHER, Lease
from application.mail import Departures, MailTransport
from application.rendering import Rendering
from infrastructure.cryptography.signed_links import HmacLinks
from infrastructure.liquid.templates import LiquidTemplates
from infrastructure.mail.departures import InParallel, OneByOne
from infrastructure.mail.drop import DropFolder
from infrastructure.mail.smtp import SmtpTransport
from infrastructure.postgres.arming import ArmedLease, Arming, NotedHandovers
from infrastructure.postgres.handovers import LockedHandovers
from infrastructure.read_models.runs import PooledRunReading
from infrastructure.wiring import leases
from infrastructure.wiring.installation import Installation
from infrastructure.wiring.rendering import rendering


class DispatcherInstallation(Installation):
    """Everything that the dispatcher's process opens."""

    role = "farley_dispatcher"

    def dispatcher(
        self,
        holder: str | None = None,
        *,
        reading: RunReading | None = None,
        lease: Lease | None = None,
        handovers: Handovers | None = None,
        departures: Departures | None = None,
        background: Executor | None = None,
    ) -> Dispatcher:
        """A dispatcher of these parts, each by default of this installation. `background` reads audiences."""
        reading = reading or self.run_reading()
        outcomes = Outcomes(self.store, self.clock)
        sending = Sending(departures or self._departures(), outcomes, self.clock)
        background = background or self._readers()
        deciding = RunDeciding(self.store, reading, self.clock, self.for_decisions, background)
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
            lease=lease or self.lease(holder),
            deciding=deciding,
            handing_over=handing_over,
            sending=sending,
            outcomes=outcomes,
            clock=self.clock,
        )

    def lease(self, holder: str | None = None) -> ArmedLease:
        return ArmedLease(leases.lease(self, DISPATCHER, holder), self.arming, self.clock)

    @cached_property
    def arming(self) -> Arming:
        return Arming(self.pool, self.settings.noted_position)

    def run_reading(self) -> PooledRunReading:
        return PooledRunReading(self.reading, self.settings.currency)

    def handovers(self) -> NotedHandovers:
        locked = LockedHandovers(self.pool, self.store.mapper, self.keys, self.brought_clock)
        return NotedHandovers(locked, self.arming)

    @cached_property
    def transport(self) -> MailTransport:
        transport = self._transport()
        self._opened.callback(transport.close)
        return transport

    def _transport(self) -> MailTransport:
        url = self.settings.smtp_url
        if url is None:
            return DropFolder(self.located.drop_folder)
        return SmtpTransport(url, connections=self.settings.smtp_connections)

    def _rendering(self) -> Rendering:
        links = HmacLinks(self.located.id_key, self.settings.public_url)
        return rendering(LiquidTemplates(), links, self.settings)

    def _readers(self) -> Executor:
        readers = ThreadPoolExecutor(AUDIENCES_AT_ONCE, thread_name_prefix="audience")
        self._opened.callback(readers.shutdown, wait=False, cancel_futures=True)
        return readers

    def _departures(self) -> OneByOne | InParallel:
        """Sends in parallel if the transport is thread-safe."""
        if isinstance(self.transport, SmtpTransport):
            parallel = InParallel(self.transport, self.transport.connections)
            self._opened.callback(parallel.close)
            return parallel
        return OneByOne(self.transport)
