"""A whole installation in memory, with the commands of tests/world.py. It needs no database and no server."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from application.campaigns.content import Contents
from application.campaigns.naming import Naming
from application.campaigns.service import CampaignsService
from application.campaigns.unsubscribing import Unsubscribing
from application.catalogue.service import CatalogueService
from application.complaints.service import ComplaintsService
from application.customers.identities import Identities
from application.customers.service import CustomersService
from application.customers.whose import Whose
from application.deciding.asking import InstallationSettings
from application.deciding.ports import Criteria
from application.dispatch.deciding import RunDeciding
from application.dispatch.dispatcher import Dispatcher
from application.dispatch.handing_over import HandingOver
from application.dispatch.outcomes import Outcomes
from application.dispatch.sending import Sending
from application.mail import Departures
from application.rendering import Rendering, Sender
from application.suppressions.service import SuppressionsService
from infrastructure.cryptography.signed_links import HmacLinks
from infrastructure.liquid.templates import LiquidTemplates
from infrastructure.phone_and_email.normal_forms import LibraryNormalForms
from tests.application.memory_links import MemoryLinks
from tests.application.memory_store import MemoryStore
from tests.application.setting import ID_KEY
from tests.commands import Commands
from tests.in_memory.clock import SteppedClock
from tests.in_memory.handovers import MemoryHandovers
from tests.in_memory.leases import MemoryLease, MemoryLeases
from tests.in_memory.reading import CURRENCY, MemoryReading
from tests.projections.log import Recorded
from tests.seeded import SeededIds
from tests.world import AtOnce

ZONE = "Europe/Madrid"
PUBLIC_URL = "https://farley.example"
TEMPLATES = LiquidTemplates(clock=lambda: 0.0)
"""Of all worlds: a template is read once. No processor time is measured."""


@dataclass(frozen=True, kw_only=True)
class MemoryServices:
    """Those use cases that happen while a run is under way."""

    customers: CustomersService
    complaints: ComplaintsService
    suppressions: SuppressionsService
    catalogue: CatalogueService
    campaigns: CampaignsService


class MemoryWorld(Commands):
    """Facts are folded only when the test calls `fold`. The same seed gives the same ids."""

    def __init__(self, seed: int) -> None:
        self.ids = SeededIds(seed)
        self.clock = SteppedClock()
        self.store = MemoryStore(self.clock.now)
        self.leases = MemoryLeases(store=self.store)
        self.reading = MemoryReading(self.store)
        self.services = self._services()

    def new_id(self) -> UUID:
        return self.ids.new()

    def fold(self) -> int:
        self.reading.fold()
        return self.reading.position()

    # Work of processes

    def dispatcher(
        self, holder: str, *, departures: Departures, handovers: Any = None, reading: Any = None
    ) -> Dispatcher:
        reading = reading or self.reading
        installation = InstallationSettings(zone=ZONE)
        deciding = RunDeciding(self.store, reading, self.clock, installation, AtOnce())
        outcomes = Outcomes(self.store, self.clock)
        sending = Sending(departures, outcomes, self.clock)
        return Dispatcher(
            store=self.store,
            reading=reading,
            lease=MemoryLease(self.leases, holder, self.clock),
            deciding=deciding,
            handing_over=HandingOver(
                store=self.store,
                reading=reading,
                deciding=deciding,
                handovers=handovers or self.handovers(),
                rendering=_rendering(),
                sending=sending,
                clock=self.clock,
            ),
            sending=sending,
            outcomes=outcomes,
            clock=self.clock,
        )

    def handovers(self) -> MemoryHandovers:
        return MemoryHandovers(self.store)

    def run_reading(self) -> MemoryReading:
        return self.reading

    def wrap_append(self, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        """Replaces what appends facts, of people and operators too, by what `wrap` makes of it."""
        store: Any = self.store
        store.append = wrap(store.append)

    def expire_lease(self) -> None:
        self.leases.expire()

    def lease_holder(self) -> str | None:
        return self.leases.holder()

    def keep_lease(self) -> None:
        """A lease in memory always runs until `expire_lease`."""

    # Questions

    def head(self) -> int:
        return self.store.head()

    def facts(self, after: int = 0) -> list[Recorded]:
        """Returns the facts after this position, in the log's order."""
        told = zip(self.store.log[after:], self.store.recorded_at[after:], strict=True)
        return [
            Recorded(position=position, recorded_at=at, fact=fact)
            for position, (fact, at) in enumerate(told, start=after + 1)
        ]

    def _services(self) -> MemoryServices:
        store, ids = self.store, self.ids
        naming = Naming(store, TEMPLATES, _in_the_clear)
        identities = Identities(ID_KEY, LibraryNormalForms(), "DE")
        whose = Whose(store, identities)
        return MemoryServices(
            customers=CustomersService(
                store=store, ids=ids, links=MemoryLinks(store), identities=identities, whose=whose
            ),
            complaints=ComplaintsService(store=store, ids=ids, whose=whose, default_currency=CURRENCY),
            suppressions=SuppressionsService(store=store, ids=ids, whose=whose, identities=identities),
            catalogue=CatalogueService(store=store),
            campaigns=CampaignsService(
                store,
                ids,
                self._contents(naming),
                naming,
                Unsubscribing(store, TEMPLATES, PUBLIC_URL).check,
            ),
        )

    def _contents(self, naming: Naming) -> Contents:
        return Contents(
            store=self.store,
            templates=TEMPLATES,
            naming=naming,
            randomness=self.ids,
            check_criteria=self._check_criteria,
            check_sender=_accept,
            check_subject=_accept,
            default_currency=CURRENCY,
        )

    def _check_criteria(self, criteria: Criteria, at: datetime) -> None:
        with self.reading.open(membership=True) as known:
            known.check(criteria, at)


def _rendering() -> Rendering:
    """Without a digest: it is of bytes, which nobody sends here."""
    sender = Sender(address="Farley <farley@example.org>", domain="farley.example")
    return Rendering(TEMPLATES, sender, lambda mail: "", HmacLinks(ID_KEY, PUBLIC_URL))


def _in_the_clear(attributes: Collection[str]) -> Collection[str]:
    """Every attribute: no customer of these stories lacks one that a template names."""
    return attributes


def _accept(_: str) -> None:
    """Takes every header: what cannot be one is refused elsewhere."""
