"""A slow run delays only itself: runs take turns, and service and transactional messages go first."""

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from application.deciding.ports import AudienceAt
from application.dispatch.dispatcher import Dispatcher
from application.dispatch.ports import OpenRun
from application.dispatch.turns import Turns
from infrastructure.mail.smtp import SmtpTransport
from tests.acceptance.hops import outcomes
from tests.acceptance.knowing import Between
from tests.smtp_sink import Act, Fault, SmtpSink, Stage
from tests.world import World

SLOW, QUICK = 12, 4
STALL_SECONDS = 20.0
SPANISH = {"field": "language", "op": "eq", "value": "es"}
GERMAN = {"field": "language", "op": "eq", "value": "de"}
FRENCH = {"field": "language", "op": "eq", "value": "fr"}
SERVICE = {"message_class": "service", "purpose": "service", "body": "Dear {{ name }}, your parcel waits."}


@pytest.fixture
def people(world: World) -> None:
    """Spaniards, whom the next hop is slow to take mail for, a few Germans, and one in France."""
    for n in range(SLOW):
        world.customer(f"es{n}@example.org", language="es")
    for n in range(QUICK):
        world.customer(f"de{n}@example.org", language="de")
    world.customer("fr@example.org", language="fr")
    world.fold()


@contextmanager
def hop_slow_for_spaniards(world: World) -> Iterator[SmtpSink]:
    slow = {f"es{n}@example.org": Fault(act=Act.STALL, stage=Stage.END) for n in range(SLOW)}
    with SmtpSink(faults_of=slow) as sink:
        world.sending.transport = SmtpTransport(sink.url, connections=4, timeout=STALL_SECONDS)
        try:
            yield sink
        finally:
            world.sending.transport.close()


class SlowAudience(Between):
    """A reading port that does not answer who is in one audience before `answer` is set."""

    def __init__(self, world: World, criteria: Mapping[str, Any]) -> None:
        super().__init__(world)
        self._criteria = criteria
        self.answer = threading.Event()

    def before_members(self, audience: AudienceAt) -> None:
        if audience.criteria == self._criteria:
            self.answer.wait(60)


def seconds_until_finished(world: World, dispatcher: Dispatcher, run_id: UUID) -> float:
    began = time.monotonic()
    while not is_finished(world, run_id):
        assert time.monotonic() - began < 30
        world.fold()
        if not dispatcher.advance():
            time.sleep(0.01)
    return time.monotonic() - began


def is_finished(world: World, run_id: UUID) -> bool:
    world.fold()
    return bool(world.run(run_id)["state"] == "finished")


def step(world: World, dispatcher: Dispatcher, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        world.fold()
        dispatcher.advance()


def test_24_a_run_whose_next_hop_is_slow_holds_up_no_other_run(world: World, people: None) -> None:
    with hop_slow_for_spaniards(world):
        dispatcher = world.dispatcher()
        slow = world.start(world.campaign(audience=SPANISH))
        step(world, dispatcher, 1.0)
        assert len(world.handovers_of(slow)) == SLOW
        promotional = world.start(world.campaign(audience=GERMAN))
        service = world.start(world.campaign(audience=FRENCH, **SERVICE))
        delays = [seconds_until_finished(world, dispatcher, run_id) for run_id in (service, promotional)]
        print(f"beside a slow next hop: service {delays[0]:.2f} s, promotional {sum(delays):.2f} s")
        assert sum(delays) < STALL_SECONDS - 2
        assert not is_finished(world, slow)
        assert outcomes(world, service) == {"sent": 1}
        assert outcomes(world, promotional) == {"sent": QUICK}


def test_24_a_run_whose_audience_takes_long_to_list_holds_up_no_other_run(world: World, people: None) -> None:
    with hop_slow_for_spaniards(world), ThreadPoolExecutor(4) as threads:
        reading = SlowAudience(world, GERMAN)
        dispatcher = world.dispatcher(reading=reading, background=threads)
        slow = world.start(world.campaign(audience=GERMAN))
        step(world, dispatcher, 0.5)
        service = world.start(world.campaign(audience=FRENCH, **SERVICE))
        delay = seconds_until_finished(world, dispatcher, service)
        print(f"beside a slow audience: service {delay:.2f} s")
        assert outcomes(world, service) == {"sent": 1}
        assert world.run(slow)["audience"] is None
        reading.answer.set()
        seconds_until_finished(world, dispatcher, slow)
        assert outcomes(world, slow) == {"sent": QUICK}


def test_24_service_and_transactional_messages_go_before_promotional_ones_of_an_older_run(
    world: World, people: None
) -> None:
    with hop_slow_for_spaniards(world):
        dispatcher = world.dispatcher()
        promotional = world.start(world.campaign(audience=GERMAN))
        service = world.start(world.campaign(audience=FRENCH, **SERVICE))
        transactional = world.start(
            world.campaign(audience=FRENCH, **SERVICE | {"message_class": "transactional"})
        )
        for run_id in (service, transactional, promotional):
            seconds_until_finished(world, dispatcher, run_id)
        first, second, *last = sorted(
            (positions[0], run_id)
            for run_id in (promotional, service, transactional)
            for positions in world.handovers_of(run_id).values()
        )
        assert [first[1], second[1]] == [service, transactional]
        assert {run_id for _, run_id in last} == {promotional}


def test_24_among_its_like_the_run_whose_last_turn_is_the_longest_ago_goes_first() -> None:
    runs = [OpenRun(run_id=UUID(int=n), campaign_id=UUID(int=n), promotional=n < 3) for n in range(5)]
    turns, order = Turns(), []
    for _ in range(7):
        run = turns.in_order(runs[:3])[0]
        turns.take(run)
        order.append(run.run_id.int)
    assert order == [0, 1, 2, 0, 1, 2, 0]
    assert [run.run_id.int for run in turns.in_order(runs)] == [3, 4, 1, 2, 0]
