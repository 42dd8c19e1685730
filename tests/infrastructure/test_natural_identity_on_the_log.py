"""The same identity again, on a real log: duplicates, other contents, races and what was forgotten."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from application.catalogue.commands import DeclareAttribute
from application.catalogue.service import CatalogueService
from application.customers.identities import Identities
from application.customers.whose import GivenIdentifier, Whose
from application.orders.commands import PlaceOrder
from application.orders.service import OrdersService
from application.requests import Request
from application.touchpoints.commands import RecordTouchpoint
from application.touchpoints.service import TouchpointsService
from domain.errors import DifferentContent
from domain.orders.lines import GivenLine
from infrastructure.cryptography.keys import KeyRing
from infrastructure.eventsourcing.store import LogStore
from infrastructure.phone_and_email.normal_forms import LibraryNormalForms
from infrastructure.postgres.connections import open_pool
from infrastructure.postgres.recorder import LogRecorder

pytestmark = pytest.mark.speaks_sql

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REQUEST = Request(actor="tests", received_at=NOW, correlation_id=UUID(int=1))
VISIT = RecordTouchpoint(
    identifier=GivenIdentifier(kind="email", value="anna@example.com"),
    source="shop",
    message_id="m-1",
    channel="web",
    direction="inbound",
    kind="visit",
    occurred_at=NOW,
    properties={"page": "/lamps", "query": "lamp", "deep": {"rate": 1.5, "list": [1, True, None]}},
)
ORDER = PlaceOrder(
    identifier=GivenIdentifier(kind="phone", value="912 345 678"),
    source="shop",
    number="1",
    occurred_at=NOW,
    lines=[GivenLine(sku="LAMP", quantity=Decimal("2"), amount="30", cost="12.5")],
)
PAGE = DeclareAttribute(name="page", scope="touchpoint", type="text")


class StandingClock:
    """Always the same instant: keys, once read, stay known until they are forgotten."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class CountingIds:
    def new(self) -> UUID:
        return UUID(int=7)


@dataclass(frozen=True)
class Installation:
    store: LogStore
    keys: KeyRing
    whose: Whose

    def touchpoints(self) -> TouchpointsService:
        return TouchpointsService(store=self.store, whose=self.whose)

    def orders(self) -> OrdersService:
        return OrdersService(store=self.store, ids=CountingIds(), whose=self.whose, default_currency="EUR")

    def declare(self, command: DeclareAttribute) -> None:
        CatalogueService(store=self.store).declare_attribute(command, REQUEST)


@pytest.fixture
def installation(database: Any) -> Iterator[Installation]:
    pool = open_pool(database.url, "farley_api", size=8)
    keys_pool = open_pool(database.keys_url, "farley_keys", size=8)
    keys = KeyRing(keys_pool, bytes(32), StandingClock())
    store = LogStore(LogRecorder(pool), keys)
    yield Installation(store, keys, Whose(store, Identities(bytes(range(32)), LibraryNormalForms(), "ES")))
    pool.close()
    keys_pool.close()


def test_a_stored_touchpoint_and_order_again_are_duplicates(installation: Installation) -> None:
    installation.declare(PAGE)
    assert installation.touchpoints().record_touchpoint(VISIT, REQUEST).created
    assert installation.orders().place_order(ORDER, REQUEST).created
    head = installation.store.head()
    assert installation.touchpoints().record_touchpoint(VISIT, REQUEST).duplicate
    assert installation.orders().place_order(ORDER, REQUEST).duplicate
    batch = installation.touchpoints().record_touchpoints([VISIT, replace(VISIT, kind="call")], REQUEST)
    assert (batch.body["duplicates"], batch.body["accepted"]) == (1, 0)
    assert batch.body["rejected"][0]["errors"][0]["position"] == "2"
    assert installation.store.head() == head


def test_a_stored_touchpoint_with_another_content_names_its_position(installation: Installation) -> None:
    installation.touchpoints().record_touchpoint(VISIT, REQUEST)
    for other in ({"page": "/lamps"}, VISIT.properties | {"query": "chair"}, {}):  # type: ignore[operator]
        with pytest.raises(DifferentContent) as refused:
            installation.touchpoints().record_touchpoint(replace(VISIT, properties=other), REQUEST)
        assert refused.value.details == {"position": "1"}


def test_a_forgotten_touchpoint_again_is_a_duplicate(installation: Installation) -> None:
    installation.declare(PAGE)
    answer = installation.touchpoints().record_touchpoint(VISIT, REQUEST)
    bare = replace(VISIT, message_id="m-2", properties={"page": "/lamps"})
    installation.touchpoints().record_touchpoint(bare, REQUEST)
    installation.keys.forget([UUID(answer.body["customer_id"])])
    assert installation.touchpoints().record_touchpoint(VISIT, REQUEST).duplicate
    with pytest.raises(DifferentContent):
        installation.touchpoints().record_touchpoint(replace(VISIT, properties={"page": "/x"}), REQUEST)
    # Nothing personal was stored with this one, so nothing of it can be forgotten.
    with pytest.raises(DifferentContent):
        installation.touchpoints().record_touchpoint(replace(bare, properties=VISIT.properties), REQUEST)


def test_of_many_at_once_one_is_stored_and_the_others_are_duplicates(installation: Installation) -> None:
    threads = 8
    together = Barrier(threads)

    def record() -> bool:
        together.wait()
        return installation.touchpoints().record_touchpoint(VISIT, REQUEST).created

    with ThreadPoolExecutor(threads) as pool:
        created = [future.result() for future in [pool.submit(record) for _ in range(threads)]]
    assert sorted(created) == [False] * (threads - 1) + [True]
    assert installation.store.head() == 1


def test_a_thousand_touchpoints_are_one_save_and_again_all_duplicates(installation: Installation) -> None:
    batch = [replace(VISIT, message_id=f"m-{number}") for number in range(1_000)]
    first = installation.touchpoints().record_touchpoints(batch, REQUEST)
    again = installation.touchpoints().record_touchpoints(batch, REQUEST)
    assert (first.body["accepted"], again.body["duplicates"]) == (1_000, 1_000)
    assert first.position == again.position == installation.store.head() == 1_000
