"""Commands that are carried out together do what they do one by one."""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application import bulk
from application.customers.commands import (
    GivenContactPoint,
    GivenExternalId,
    GrantConsent,
    RegisterCustomer,
    WithdrawConsent,
)
from application.customers.whose import GivenIdentifier
from application.requests import Answer, Request
from domain.errors import DifferentContent
from domain.facts import Fact
from tests.databases import TestDatabase
from tests.world import BEGIN, World

pytestmark = pytest.mark.speaks_sql

CUSTOMERS = [UUID(int=number, version=4) for number in range(4)]
ADDRESSES = [f"person{number}@example.org" for number in range(3)]

places = st.integers(0, 3)
some_places = st.lists(st.integers(0, 2), max_size=2, unique=True)
batches = st.lists(
    st.one_of(
        st.lists(
            st.tuples(st.just("register"), places, st.sampled_from("AB"), some_places, some_places),
            max_size=6,
        ),
        st.lists(st.tuples(st.just("grant"), places, st.booleans(), st.booleans()), max_size=5),
        st.lists(st.tuples(st.just("withdraw"), places, st.booleans()), max_size=5),
    ),
    max_size=4,
)


class People:
    """The customers and identifiers of one example, which no other example has."""

    def __init__(self, example: int) -> None:
        self._example = example

    def command(self, drawn: Any) -> Any:
        match drawn:
            case ("register", place, name, addresses, numbers):
                return RegisterCustomer(
                    customer_id=self._customer(place),
                    kind="person",
                    name=name,
                    occurred_at=BEGIN,
                    contact_points=tuple(
                        GivenContactPoint(channel="email", value=self._address(one)) for one in addresses
                    ),
                    external_ids=tuple(
                        GivenExternalId(source="shop", number=f"{self._example}-{one}") for one in numbers
                    ),
                )
            case ("grant", place, by_address, is_declared):
                return GrantConsent(
                    **self._whose(place, by_address),
                    channel="email",
                    purpose="marketing" if is_declared else "nothing declared",
                    evidence={},
                    occurred_at=BEGIN,
                )
            case ("withdraw", place, by_address):
                return WithdrawConsent(**self._whose(place, by_address), channel="email", occurred_at=BEGIN)

    def _whose(self, place: int, by_address: bool) -> dict[str, Any]:
        if by_address:
            return {"identifier": GivenIdentifier(kind="email", value=self._address(place))}
        return {"customer_id": self._customer(place)}

    def _customer(self, place: int) -> UUID:
        return UUID(int=self._example * 10 + place, version=4)

    def _address(self, place: int) -> str:
        return f"person{place}.{self._example}@example.org"


class Both:
    """Two worlds: one carries out commands one by one, the other one together."""

    def __init__(self, single: World, together: World) -> None:
        self.single, self.together = single, together
        self.request = Request(actor="test", received_at=BEGIN, correlation_id=UUID(int=7))

    def carry_out(self, commands: Sequence[Any]) -> None:
        """Carries out these commands, which are of one class, in both worlds. The outcomes must be the same."""
        if not commands:
            return
        one_by_one, at_once = USE_CASES[type(commands[0])]
        single = [
            bulk._outcome(lambda _, command=command: one_by_one(self.single, command, self.request), 0)
            for command in commands
        ]
        together = at_once(self.together, commands, self.request)
        assert [_comparable(outcome) for outcome in together] == [_comparable(outcome) for outcome in single]


USE_CASES: dict[type, tuple[Callable[..., Answer], Callable[..., list[bulk.Outcome]]]] = {
    RegisterCustomer: (
        lambda world, *of: world.services.customers.register_customer(*of),
        lambda world, *of: world.services.bulk.register_customers(*of),
    ),
    GrantConsent: (
        lambda world, *of: world.services.customers.grant_consent(*of),
        lambda world, *of: world.services.bulk.grant_consents(*of),
    ),
    WithdrawConsent: (
        lambda world, *of: world.services.customers.withdraw_consent(*of),
        lambda world, *of: world.services.bulk.withdraw_consents(*of),
    ),
}


def _comparable(outcome: bulk.Outcome) -> Any:
    if isinstance(outcome, Answer):
        return outcome.body, outcome.duplicate, outcome.unchanged, outcome.may_be_double
    details = {name: value for name, value in outcome.details.items() if name != "position"}
    return type(outcome), str(outcome), details


def facts_of(world: World, *, after: int = 0) -> list[Fact]:
    """Returns the facts of the log after this position, in its order, with what was sealed in the clear."""
    stored = world.web.recorder.select_notifications(after, 10_000, inclusive_of_start=False)
    return [world.web.store.mapper.to_domain_event(event) for event in stored]


def test_random_commands_together_leave_the_same_facts_as_one_by_one(
    new_database: Callable[[], TestDatabase], tmp_path: Path
) -> None:
    single, together = World(new_database(), tmp_path), World(new_database(), tmp_path)
    both, examples = Both(single, together), itertools.count(1)

    @settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
    @given(batches)
    def alike(drawn: list[list[Any]]) -> None:
        people, before = People(next(examples)), single.web.store.head()
        for batch in drawn:
            both.carry_out([people.command(command) for command in batch])
        assert facts_of(together, after=before) == facts_of(single, after=before)

    try:
        alike()
    finally:
        single.close()
        together.close()


@pytest.fixture
def world(database: TestDatabase, tmp_path: Path) -> Any:
    world = World(database, tmp_path)
    yield world
    world.close()


def registered(customer_id: UUID, name: str = "Ana", *addresses: str) -> RegisterCustomer:
    points = tuple(GivenContactPoint(channel="email", value=address) for address in addresses)
    return RegisterCustomer(
        customer_id=customer_id, kind="person", name=name, contact_points=points, occurred_at=BEGIN
    )


def meanwhile(world: World, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Lets another process act after the commands have read and before their facts are appended."""
    buffer: Any = world.services.bulk._buffer
    begin = type(buffer).begin

    def begin_and_let_act(self: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        act()

    monkeypatch.setattr(type(buffer), "begin", begin_and_let_act)


def test_a_command_that_another_process_overtakes_is_carried_out_again_and_the_others_are_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_the_address() -> None:
        world.services.customers.register_customer(
            registered(CUSTOMERS[3], "Zoe", ADDRESSES[1]), world.request()
        )

    meanwhile(world, monkeypatch, take_the_address)
    outcomes = world.services.bulk.register_customers(
        [registered(one, "Ana", ADDRESSES[place]) for place, one in enumerate(CUSTOMERS[:3])], world.request()
    )
    assert all(isinstance(outcome, Answer) and not outcome.unchanged for outcome in outcomes)
    kinds = [type(fact).__name__ for fact in facts_of(world)]
    assert kinds.count("CustomerRegistered") == 4
    # the second holder of the address is not linked, and the first one no longer is
    assert (kinds.count("IdentifierHolderAdded"), kinds.count("ProfileUnlinked")) == (1, 1)


def test_a_registration_that_another_process_made_meanwhile_is_refused_or_a_duplicate(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = [registered(CUSTOMERS[0]), registered(CUSTOMERS[1]), registered(CUSTOMERS[2])]

    def register_two() -> None:
        for command in (commands[0], registered(CUSTOMERS[1], "Zoe")):
            world.services.customers.register_customer(command, world.request())

    meanwhile(world, monkeypatch, register_two)
    duplicate, other, new = world.services.bulk.register_customers(commands, world.request())
    assert isinstance(duplicate, Answer) and duplicate.duplicate
    assert isinstance(other, DifferentContent)
    assert isinstance(new, Answer) and not new.duplicate
    assert len(facts_of(world)) == 3


def test_what_waited_when_an_error_ended_a_batch_is_not_appended_with_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    buffer: Any = world.services.bulk._buffer
    with monkeypatch.context() as patched:
        patched.setattr(type(buffer), "flush", lambda _: (_ for _ in ()).throw(OSError()))
        with pytest.raises(OSError):
            world.services.bulk.register_customers([registered(CUSTOMERS[0])], world.request())
    world.services.bulk.register_customers([registered(CUSTOMERS[1])], world.request())
    assert [fact.originator_id for fact in facts_of(world)] == [CUSTOMERS[1]]


def test_new_customers_are_read_and_stored_with_few_statements(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed = list[str]()
    execute = world.web.pool.connection_class.execute

    def counted(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        executed.append(str(query)[:60])
        return execute(self, query, *args, **kwargs)

    monkeypatch.setattr(world.web.pool.connection_class, "execute", counted)
    commands = [
        registered(UUID(int=number + 100, version=4), "Ana", f"new{number}@example.org")
        for number in range(50)
    ]
    world.services.bulk.register_customers(commands, world.request())
    assert len(executed) < 12, executed
