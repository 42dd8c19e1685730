"""What every Store does: the one in the database, and its twin in memory, on which use cases are tested."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest

from application.leases import Fence, LeaseLost
from application.receipts import ReceiptExists
from application.requests import Answer, IdempotencyKey
from application.store import Store
from domain.complaints.complaint import Complaint
from domain.customers.customer import Customer
from domain.customers.events import CustomerDetailsCorrected, CustomerRegistered
from domain.errors import Conflict, KeyReused, Outdated
from domain.facts import Fact
from infrastructure.cryptography.keys import KeyRing
from infrastructure.eventsourcing.store import LogStore
from infrastructure.machine.clock import SystemClock
from infrastructure.postgres.connections import open_pool
from infrastructure.postgres.handovers import DatabaseLease
from infrastructure.postgres.recorder import LogRecorder
from tests.application.memory_store import MemoryStore
from tests.application.setting import ANNA, STRANGER, request

pytestmark = pytest.mark.speaks_sql

LEASE = "scheduler"
KEY = IdempotencyKey(subject="shop", key="k", fingerprint=b"f")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A store, and what others do: `take` passes the lease to another holder, `forget` deletes a profile's key."""

    store: Store
    take: Callable[[], Fence]
    forget: Callable[[UUID], object]


def name_of(customer: Customer) -> object:
    """The name that was told last."""
    return customer.details["name"].values[-1][1]


@pytest.fixture
def in_memory() -> Kept:
    store = MemoryStore()

    def take() -> Fence:
        store.held[LEASE] = store.held.get(LEASE, 0) + 1
        return Fence(lease=LEASE, epoch=store.held[LEASE])

    return Kept(store=store, take=take, forget=store.forget)


@pytest.fixture
def in_database(database: Any) -> Iterator[Kept]:
    pool = open_pool(database.url, "farley_dispatcher", size=2)
    keys_pool = open_pool(database.keys_url, "farley_keys", size=2)
    ring = KeyRing(keys_pool, b"w" * 32, SystemClock())
    holders = iter("abc")

    def take() -> Fence:
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute("update operation.leases set expires_at = '-infinity'")
        epoch = DatabaseLease(pool, next(holders), SystemClock(), name=LEASE).hold()
        assert epoch is not None
        return Fence(lease=LEASE, epoch=epoch)

    store = LogStore(LogRecorder(pool), ring)
    yield Kept(store=store, take=take, forget=lambda profile_id: ring.forget([profile_id]))
    keys_pool.close()
    pool.close()


@pytest.fixture(params=["in_memory", "in_database"])
def kept(request: pytest.FixtureRequest) -> Kept:
    found: Kept = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def store(kept: Kept) -> Store:
    return kept.store


def registered(customer_id: UUID = ANNA) -> Customer:
    return Customer.register(
        customer_id,
        request().circumstances(),
        kind="person",
        details={"name": "Anna"},
        attributes={},
        personal_attributes=None,
    )


def rename(customer: Customer, name: str) -> None:
    customer.correct_details(
        request().circumstances(), details={"name": name}, attributes={}, personal_attributes=None
    )


def save(
    store: Store,
    *customers: Customer,
    fence: Fence | None = None,
    rests_on: Sequence[Customer] = (),
    **of: Any,
) -> Answer:
    answer = Answer(body={"n": 1})
    return store.save(*customers, request=request(**of), answer=answer, fence=fence, rests_on=rests_on)


def loaded(store: Store, customer_id: UUID = ANNA) -> Customer:
    found = store.find(Customer, customer_id)
    assert found is not None
    return found


# Reading


def test_an_empty_store_has_nothing(store: Store) -> None:
    assert store.head() == 0
    assert store.find(Customer, ANNA) is None
    assert (store.first_fact(Customer, ANNA), store.last_fact(Customer, ANNA)) == (None, None)
    assert store.present(Customer, [ANNA]) == set()


def test_what_was_saved_is_found_again(store: Store) -> None:
    assert save(store, registered()) == Answer(body={"n": 1}, position=1)
    assert save(store, registered(STRANGER)).position == 2
    anna = loaded(store)
    rename(anna, "Anne")
    assert save(store, anna).position == store.head() == 3
    assert (loaded(store).version, name_of(loaded(store))) == (2, "Anne")
    assert (loaded(store, STRANGER).version, name_of(loaded(store, STRANGER))) == (1, "Anna")
    assert store.present(Customer, [ANNA, STRANGER, UUID(int=1)]) == {ANNA, STRANGER}


def test_several_are_found_at_once_and_where_each_begins(store: Store) -> None:
    save(store, registered(STRANGER))
    anna = registered()
    rename(anna, "Anne")
    save(store, anna)
    found = store.find_all(Customer, [ANNA, STRANGER, UUID(int=1)])
    assert {one: name_of(customer) for one, customer in found.items()} == {
        ANNA: "Anne",
        STRANGER: "Anna",
    }
    assert store.positions_of(Customer, [ANNA, STRANGER, UUID(int=1)], 1) == {STRANGER: 1, ANNA: 2}
    assert store.positions_of(Customer, [ANNA, STRANGER], 2) == {ANNA: 3}
    assert (store.find_all(Complaint, [ANNA]), store.find_all(Customer, [])) == ({}, {})


def test_the_facts_of_a_stream_are_found_by_their_versions(store: Store) -> None:
    save(store, registered(STRANGER))
    anna = registered()
    rename(anna, "Anne")
    save(store, anna)
    first, last = store.fact(Customer, ANNA, 1), store.fact(Customer, ANNA, 2)
    assert isinstance(first, CustomerRegistered)
    assert isinstance(last, CustomerDetailsCorrected)
    assert store.first_fact(Customer, ANNA) == (first, 2)
    assert store.last_fact(Customer, ANNA) == last
    assert (store.position_of(Customer, ANNA, 1), store.position_of(Customer, ANNA, 2)) == (2, 3)


def test_the_first_facts_of_several_are_found_at_once_and_facts_are_saved_without_their_aggregates(
    store: Store,
) -> None:
    anna, stranger = registered(), registered(STRANGER)
    facts = [cast(Fact, aggregate.pending_events[0]) for aggregate in (anna, stranger)]
    assert store.save_facts(facts, request=request(), answer=Answer(body={"n": 2})) == Answer(
        body={"n": 2}, position=2
    )
    rename(anna, "Anne")
    first = store.first_facts(Customer, [STRANGER, UUID(int=1), ANNA])
    assert first == {STRANGER: (facts[1], 2), ANNA: (facts[0], 1)}
    assert (store.first_facts(Complaint, [ANNA]), store.first_facts(Customer, [])) == ({}, {})
    with pytest.raises(Conflict):
        store.save_facts(facts, request=request(), answer=Answer())
    assert store.head() == 2


def test_the_same_id_of_another_kind_is_not_found(store: Store) -> None:
    save(store, registered())
    assert store.find(Complaint, ANNA) is None
    assert (store.first_fact(Complaint, ANNA), store.present(Complaint, [ANNA])) == (None, set())
    streams = [Customer.stream_of(ANNA), Complaint.stream_of(ANNA)]
    assert store.present(Customer, [ANNA, *streams]) == {ANNA}


def test_an_aggregate_catches_up_with_what_others_saved(store: Store) -> None:
    save(store, registered())
    mine, others = loaded(store), loaded(store)
    assert (store.caught_up(mine).version, name_of(mine)) == (1, "Anna")
    rename(others, "Anne")
    rename(others, "Hanna")
    save(store, others)
    assert (store.caught_up(mine).version, name_of(mine)) == (3, "Hanna")
    rename(mine, "Ann")
    assert save(store, mine).position == 4


def test_what_was_personal_of_somebody_forgotten_is_unreadable(kept: Kept) -> None:
    def unreadable(customer_id: UUID) -> frozenset[str]:
        fact, fields = kept.store.fact_and_unreadable_fields(Customer, customer_id, 1)
        assert (fact, fields) == (
            kept.store.fact(Customer, customer_id, 1),
            kept.store.unreadable_fields(fact),
        )
        return fields

    save(kept.store, registered(), registered(STRANGER))
    assert unreadable(ANNA) == frozenset()
    kept.forget(ANNA)
    assert unreadable(ANNA) == {"name"}
    assert (name_of(loaded(kept.store)), loaded(kept.store).version) == (None, 1)
    assert unreadable(STRANGER) == frozenset()
    assert name_of(loaded(kept.store, STRANGER)) == "Anna"


# Saving


def test_a_save_to_a_stream_that_has_moved_on_stores_nothing(store: Store) -> None:
    save(store, registered())
    late = loaded(store)
    rename(late, "Anne")
    others = loaded(store)
    rename(others, "Hanna")
    save(store, others)
    with pytest.raises(Conflict):
        save(store, registered(STRANGER), late)
    assert (store.head(), store.present(Customer, [STRANGER])) == (2, set())


def test_a_save_that_rests_on_an_outdated_aggregate_stores_nothing_and_the_newest_is_recalled_next(
    store: Store,
) -> None:
    save(store, registered())
    recalled = store.recall(Customer, ANNA)
    assert recalled is not None
    assert save(store, registered(STRANGER), rests_on=[recalled]).position == 2
    anna = loaded(store)
    rename(anna, "Anne")
    save(store, anna)
    assert store.recall(Customer, ANNA) is recalled
    with pytest.raises(Outdated):
        save(store, registered(UUID(int=1)), rests_on=[recalled])
    assert store.head() == 3
    newest = store.recall(Customer, ANNA)
    assert newest is not None
    assert name_of(newest) == "Anne"
    assert save(store, registered(UUID(int=1)), rests_on=[newest]).position == 4


def test_a_save_may_rest_on_a_stream_that_has_not_begun(store: Store) -> None:
    nobody = Customer.before_first_fact(ANNA)
    assert store.recall(Customer, ANNA) is None
    save(store, registered(STRANGER), rests_on=[nobody])
    save(store, registered())
    with pytest.raises(Outdated):
        save(store, registered(UUID(int=1)), rests_on=[nobody])
    assert store.recall(Customer, ANNA) is not None


def test_a_save_without_a_fact_stores_nothing_and_says_so(store: Store) -> None:
    save(store, registered())
    assert save(store, loaded(store)) == Answer(body={"n": 1}, position=1, unchanged=True)
    assert store.head() == 1


@pytest.mark.parametrize("changing", [True, False])
def test_a_request_that_was_answered_before_stores_nothing_and_has_that_answer(
    store: Store, changing: bool
) -> None:
    save(store, registered(STRANGER))
    save(store, *[registered()] * changing, idempotency_key=KEY)
    position = store.head()
    save(store, registered(UUID(int=1)))
    with pytest.raises(ReceiptExists) as known:
        save(store, *[registered(UUID(int=2))] * changing, idempotency_key=KEY)
    assert known.value.receipt.position == position
    assert known.value.receipt.answer["body"] == {"n": 1}
    assert store.present(Customer, [UUID(int=2)]) == set()


def test_a_request_that_was_answered_before_is_no_conflict_with_itself(store: Store) -> None:
    save(store, registered(), idempotency_key=KEY)
    with pytest.raises(ReceiptExists):
        save(store, registered(), idempotency_key=KEY)


def test_the_same_key_of_another_request_is_refused_and_of_another_client_is_another_key(
    store: Store,
) -> None:
    save(store, registered(), idempotency_key=KEY)
    with pytest.raises(KeyReused) as refused:
        save(store, registered(STRANGER), idempotency_key=replace(KEY, fingerprint=b"g"))
    assert refused.value.details == {"position": "1"}
    save(store, registered(STRANGER), idempotency_key=replace(KEY, subject="till"))
    assert store.head() == 2


def test_a_conflict_leaves_no_receipt(store: Store) -> None:
    save(store, registered())
    with pytest.raises(Conflict):
        save(store, registered(), idempotency_key=KEY)
    assert save(store, registered(STRANGER), idempotency_key=KEY).position == 2


# Behind a lease


def test_the_holder_of_a_lease_saves_as_without_a_fence(kept: Kept) -> None:
    fence = kept.take()
    assert save(kept.store, registered(), fence=fence).position == 1
    with pytest.raises(Conflict):
        save(kept.store, registered(), fence=fence)


def test_whoever_has_lost_the_lease_stores_nothing(kept: Kept) -> None:
    lost, held = kept.take(), kept.take()
    for fence in (lost, replace(held, lease="another"), replace(held, epoch=held.epoch + 1)):
        with pytest.raises(LeaseLost):
            save(kept.store, registered(), fence=fence, idempotency_key=KEY)
    assert kept.store.head() == 0
    assert save(kept.store, registered(), fence=held, idempotency_key=KEY).position == 1


def test_a_lost_lease_is_found_before_an_earlier_answer_and_before_a_conflict(kept: Kept) -> None:
    lost = kept.take()
    save(kept.store, registered(), fence=lost, idempotency_key=KEY)
    kept.take()
    with pytest.raises(LeaseLost):
        save(kept.store, registered(), fence=lost, idempotency_key=KEY)
