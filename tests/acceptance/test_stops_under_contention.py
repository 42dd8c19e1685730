"""What stops is stored, however many say so at once and whatever stands in its stream."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError

from application.complaints.commands import EscalateComplaint, OpenComplaint, ReopenComplaint
from application.customers.commands import GrantConsent, WithdrawConsent
from application.requests import Answer
from application.store import StreamUnreadable
from domain.customers.consents import Consents
from domain.customers.customer import Customer
from domain.errors import Conflict, TooMuchContention
from domain.facts import FACTS, stream_of
from infrastructure.postgres.recorder import LogEvent
from tests.world import World

AT_ONCE = 16


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Iterator[World]:
    with closing(World(database, tmp_path)) as made:
        yield made


def test_sixteen_different_withdrawals_of_one_person_at_once_are_all_stored(world: World) -> None:
    ann = world.customer("ann@example.org")

    def withdraw(number: int) -> Answer:
        command = WithdrawConsent(customer_id=ann, topic=f"topic {number}")
        return world.services.customers.withdraw_consent(command, world.request())

    with ThreadPoolExecutor(AT_ONCE) as threads:
        positions = [answer.position for answer in threads.map(withdraw, range(AT_ONCE))]
    assert sorted(positions) == list(world.positions_of("customers.ConsentWithdrawn", ann))
    assert len(set(positions)) == AT_ONCE


def test_sixteen_escalations_of_one_complaint_at_once_are_all_stored(world: World) -> None:
    ann = world.customer("ann@example.org")
    opening = OpenComplaint(customer_id=ann, category="delivery", severity="low", channel="phone")
    opened = world.services.complaints.open_complaint(opening, world.request())

    def escalate(number: int) -> Answer:
        command = EscalateComplaint(
            complaint_id=UUID(opened.body["complaint_id"]), to=f"desk {number}", reason="late"
        )
        return world.services.complaints.escalate_complaint(command, world.request())

    with ThreadPoolExecutor(AT_ONCE) as threads:
        positions = {answer.position for answer in threads.map(escalate, range(AT_ONCE))}
    assert sorted(positions) == list(world.positions_of("complaints.ComplaintEscalated", ann))
    assert len(positions) == AT_ONCE


def test_what_cannot_be_stored_in_the_end_is_unavailable_and_no_conflict(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = world.customer("ann@example.org")
    tries = []

    def refuse(*_: Any, **__: Any) -> Any:
        tries.append(1)
        raise IntegrityError

    monkeypatch.setattr(world.web.recorder, "insert_events", refuse)
    with pytest.raises(TooMuchContention):
        world.withdraw(ann)
    assert len(tries) == 200
    world.clock.move(timedelta(minutes=1))
    with pytest.raises(Conflict):
        world.consent(ann)
    assert len(tries) == 203


UNKNOWN = LogEvent(uuid4(), 1, "customers.NeverHeardOf", b"{}")
BROKEN = LogEvent(uuid4(), 1, "customers.ConsentGranted", b'{"purpose": 7}')
NO_JSON = LogEvent(uuid4(), 1, "customers.ConsentGranted", b"{")


def of_another_kind(profile_id: UUID) -> LogEvent:
    state = f'{{"originator_id": "{profile_id}", "occurred_at": "2026-01-01T00:00:00Z", "actor": "x",'
    state += f' "correlation_id": "{uuid4()}", "customer_id": "{profile_id}", "kind": "person"}}'
    return LogEvent(uuid4(), 1, "customers.CustomerRegistered", state.encode())


@pytest.mark.parametrize("damage", [lambda _: UNKNOWN, lambda _: BROKEN, lambda _: NO_JSON, of_another_kind])
def test_a_withdrawal_is_stored_after_what_cannot_be_read(
    world: World, damage: Callable[[UUID], LogEvent]
) -> None:
    ann = world.customer("ann@example.org", consent=False)
    damaged = damage(ann)
    there = LogEvent(Consents.stream_of(ann), 1, damaged.topic, damaged.state)
    world.web.recorder.insert_events([there])
    with pytest.raises(StreamUnreadable):
        world.consent(ann)
    position = world.withdraw(ann)
    assert list(world.positions_of("customers.ConsentWithdrawn", ann)) == [position]


def test_a_complaint_and_a_withdrawal_of_a_customer_who_cannot_be_read_are_stored(world: World) -> None:
    ann = uuid4()
    there = LogEvent(Customer.stream_of(ann), 1, "customers.CustomerRegistered", b'{"kind": 7}')
    world.web.recorder.insert_events([there])
    positions = [world.complain(ann), world.withdraw(ann)]
    point = WithdrawConsent(customer_id=ann, contact_point_id=uuid4(), channel="email")
    positions.append(world.services.customers.withdraw_consent(point, world.request()).position)
    assert len(set(positions)) == 3


def test_facts_of_another_kind_are_never_taken_for_an_empty_stream(world: World) -> None:
    ann = world.customer("ann@example.org")
    stored = world.web.recorder.select_events(Customer.stream_of(ann))[0]
    elsewhere = uuid4()
    for kind in sorted({fact.stream_kind for fact in FACTS.values()} - {"customers"}):
        there = LogEvent(stream_of(kind, elsewhere), 1, stored.topic, stored.state)
        world.web.recorder.insert_events([there])
    with pytest.raises(StreamUnreadable):
        world.web.store.find(Consents, elsewhere)
    reopening = ReopenComplaint(complaint_id=elsewhere, reason="again")
    with pytest.raises(StreamUnreadable):
        world.services.complaints.reopen_complaint(reopening, world.request())
    granting = GrantConsent(
        customer_id=elsewhere, channel="email", purpose="marketing", evidence={"source": "form"}
    )
    before = world.web.store.head()
    with pytest.raises(Exception):  # noqa: B017 - whatever it is, nothing is stored
        world.services.customers.grant_consent(granting, world.request())
    assert world.web.store.head() == before
