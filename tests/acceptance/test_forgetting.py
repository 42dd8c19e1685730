"""Deleting one customer's keys makes that customer unreadable; nobody else changes by a byte; sums stay."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from application.orders.commands import PlaceOrder
from domain.orders.lines import GivenLine
from projections.customers import reading as customers
from projections.engine.definitions import PROJECTIONS, schema_of
from projections.history.reading import history
from projections.identity.reading import profiles_of
from projections.timeline import reading as timeline
from tests.acceptance.importing import counts, load, refusals
from tests.projections.log import hash_tables, rebuilt
from tests.world import World

pytestmark = pytest.mark.speaks_sql

CANARIES = ("Canary", "1980-02-03", "anna@example.org")


def buy(world: World, customer_id: UUID, amount: str) -> None:
    world.services.orders.place_order(
        PlaceOrder(
            customer_id=customer_id,
            occurred_at=world.clock.now(),
            lines=(GivenLine(sku="cd", quantity=Decimal(1), amount=amount),),
        ),
        world.request(),
    )


def history_of(world: World, customer_id: UUID) -> list[Any]:
    with world.reading() as connection:
        profiles = profiles_of(connection, [customer_id])[customer_id]
        return list(history(connection, world.web.keys, profiles))


def rebuild_all(world: World) -> None:
    for name in PROJECTIONS:
        rebuilt(world.projector, name)


def test_a_forgotten_customer_is_unreadable_in_history_and_rebuilt_projections(world: World) -> None:
    anna = world.customer("anna@example.org", name="Anna Canary", birth_date="1980-02-03")
    ben = world.customer("ben@example.org", name="Ben Other")
    world.complain(anna, subject="Canary subject", description="Canary description")
    for customer, amount in ((anna, "12.50"), (ben, "7.25")):
        buy(world, customer, amount)
    world.fold()
    before, ben_before, tables_before = history_of(world, anna), shown(world, ben), hashes(world)
    assert all(canary in str(before) for canary in CANARIES)
    with world.reading() as connection:
        profiles = profiles_of(connection, [anna])[anna]
    world.web.keys.forget(profiles)
    rebuild_all(world)
    after = history_of(world, anna)
    assert not any(canary in str(after) + str(shown(world, anna)) for canary in CANARIES)
    assert [fact.position for fact in after] == [fact.position for fact in before]
    assert {name for fact in after for name in fact.forgotten} >= {"name", "birth_date", "value", "subject"}
    assert shown(world, ben) == ben_before
    assert hashes(world) == tables_before
    with world.reading() as connection:
        value = connection.execute("select sum(amount) as amount, count(*) as n from purchase").fetchone()
    assert (str(value["amount"]), value["n"]) == ("19.75", 2)


def test_an_import_again_refuses_the_row_of_a_forgotten_person_and_stores_nothing(world: World) -> None:
    rows = [{"customer_id": str(UUID(int=number)), "kind": "person", "name": "Ann"} for number in (1, 2)]
    assert counts(load(world, "customers", rows, source="shop")) == (2, 0, 0)
    world.web.keys.forget([UUID(int=1)])
    head = world.web.store.head()
    again = load(world, "customers", rows, source="shop")
    assert (counts(again), refusals(again)) == ((0, 1, 1), [(1, "", "registration_forgotten")])
    assert world.web.store.head() == head


def shown(world: World, customer_id: UUID) -> tuple[Any, ...]:
    """What history, profile and timeline say of someone."""
    with world.reading() as connection:
        profiles = profiles_of(connection, [customer_id])[customer_id]
        registered = customers.profiles(connection, world.web.keys, profiles)
        entries = timeline.entries(connection, world.web.keys, profiles, limit=50)
    return history_of(world, customer_id), registered, entries


def hashes(world: World) -> dict[str, str]:
    """The tables of every projection: ciphertext stays what it was."""
    return {name: hash_tables(world.projector, schema_of(name)) for name in PROJECTIONS}
