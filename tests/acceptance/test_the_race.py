"""The race between a complaint and a message, at named barriers, a hundred times each in a full run.

In every trial one of ten people complains at the barrier. Nothing is handed over to them after the
complaint's position, the sink agrees, the nine others get theirs once, and the run balances.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from application.catalogue.commands import DeclareAttribute
from application.customers.whose import GivenIdentifier
from application.dispatch.ports import PendingHandover
from application.touchpoints.commands import RecordTouchpoint
from domain.complaints.events import ComplaintOpened
from domain.runs.events import RunAudienceListed, RunAudienceRecorded, RunPlanned
from infrastructure.postgres.appends import APPEND, Append, arguments_of
from infrastructure.postgres.connections import as_role
from tests.acceptance.knowing import Between
from tests.amounts import amount
from tests.smtp_sink import SmtpSink
from tests.world import World

TRIALS, PEOPLE = amount(100, quick=10), 10
LONGEST_WAIT = 10.0
"""Seconds until a handover waits for the lock that somebody else holds."""
HANDED_OVER, OPENED = "messages.MessageHandedOver", "complaints.ComplaintOpened"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One run over ten people of whom `victim` will complain."""

    number: int
    people: tuple[UUID, ...]
    run_id: UUID

    @property
    def victim(self) -> UUID:
        return self.people[self.number % PEOPLE]

    def address(self, person: UUID) -> str:
        return f"t{self.number}p{self.people.index(person)}@example.org"


@pytest.fixture
def crowd(world: World) -> dict[int, tuple[UUID, ...]]:
    """Ten registered people for each trial, told apart by a declared attribute."""
    world.services.catalogue.declare_attribute(
        DeclareAttribute(name="trial", scope="customer", type="number"), world.request()
    )
    people = {
        trial: tuple(
            world.customer(f"t{trial}p{n}@example.org", attributes={"trial": trial}) for n in range(PEOPLE)
        )
        for trial in range(TRIALS)
    }
    world.fold()
    return people


@pytest.fixture
def trials(world: World, crowd: dict[int, tuple[UUID, ...]], sink: SmtpSink) -> Iterator[Iterator[Trial]]:
    """Starts each trial's run; checks the trial once the test has taken it to its end."""

    def each() -> Iterator[Trial]:
        for number, people in crowd.items():
            audience = {"field": "attributes.trial", "op": "eq", "value": number}
            trial = Trial(number=number, people=people, run_id=world.start(world.campaign(audience=audience)))
            before = len(sink.received)
            world.fold()
            yield trial
            check(world, trial, [mail.recipients[0] for mail in sink.received[before:]])

    yield each()


def check(world: World, trial: Trial, received: Sequence[str]) -> None:
    run = world.run(trial.run_id)
    assert (run["state"], run["balanced"], run["audience"]) == ("finished", True, PEOPLE)
    assert (run["outcomes"]["sent"], run["outcomes"]["suppressed"]) == (PEOPLE - 1, 1)
    assert world.decisions(trial.run_id)[trial.victim]["reasons"][0]["code"] == "OPEN_COMPLAINT"
    others = [person for person in trial.people if person != trial.victim]
    assert sorted(received) == sorted(trial.address(person) for person in others)
    assert not world.positions_of(HANDED_OVER, trial.victim)
    for person in others:
        assert len(world.positions_of(HANDED_OVER, person)) == 1


def decide_all(world: World, dispatcher: Any, trial: Trial) -> None:
    """Up to the commit of the decision, folded."""
    while world.run(trial.run_id)["state"] != "sending":
        assert dispatcher.advance()
        world.fold()


class Barrier:
    """Stands in for one part of the dispatcher and lets something happen at one moment."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.happens: Callable[[], object] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def pass_once(self) -> None:
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()


class AfterReadingFacts(Between):
    happens: Callable[[], object] | None = None

    def after_facts(self) -> None:
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()


class BeforeTheLock(Barrier):
    """Calls the handover in a thread while a complaint holds the lock; it commits once the other waits."""

    def hand_over(self, pending: Sequence[PendingHandover], **of: Any) -> list[int | None]:
        if self.happens is None:
            found: list[int | None] = self._real.hand_over(pending, **of)
            return found
        result: list[list[int | None]] = []
        thread = threading.Thread(target=lambda: result.append(self._real.hand_over(pending, **of)))
        self.start_waiting = thread.start
        self.pass_once()
        thread.join(30)
        return result[0]


def test_a_complaint_between_reading_the_facts_and_the_commit_of_the_decision(
    world: World, trials: Iterator[Trial]
) -> None:
    reading = AfterReadingFacts(world)
    dispatcher = world.dispatcher(reading=reading)
    for trial in trials:
        reading.happens = partial(world.complain, trial.victim)
        world.run_to_end(dispatcher)
        assert reading.happens is None


def test_b_complaint_between_decision_and_handover(world: World, trials: Iterator[Trial]) -> None:
    dispatcher = world.dispatcher()
    for trial in trials:
        decide_all(world, dispatcher, trial)
        assert world.decisions(trial.run_id)[trial.victim]["outcome"] == "pending"
        world.complain(trial.victim)
        dispatcher.advance()
        world.run_to_end(dispatcher)


def test_b_complaint_between_the_second_reading_and_the_handover(
    world: World, trials: Iterator[Trial]
) -> None:
    reading = AfterReadingFacts(world)
    dispatcher = world.dispatcher(reading=reading)
    for trial in trials:
        decide_all(world, dispatcher, trial)
        reading.happens = partial(world.complain, trial.victim)
        world.run_to_end(dispatcher)
        assert reading.happens is None


def test_c_complaint_while_the_handover_waits_for_the_lock(world: World, trials: Iterator[Trial]) -> None:
    handovers = BeforeTheLock(world.sending.handovers())
    dispatcher = world.dispatcher(handovers=handovers)
    with (
        psycopg.connect(as_role(world.database.url, "farley_api")) as complaining,
        psycopg.connect(world.database.url, autocommit=True) as watching,
    ):
        for trial in trials:
            decide_all(world, dispatcher, trial)
            handovers.happens = partial(
                complain_under_the_lock, world, trial.victim, complaining, watching, handovers
            )
            world.run_to_end(dispatcher)
            assert handovers.happens is None


def complain_under_the_lock(
    world: World, victim: UUID, complaining: Any, watching: Any, handovers: BeforeTheLock
) -> None:
    """The complaint has the lock; the handover begins, waits for it; then the complaint commits."""
    fact = ComplaintOpened(
        originator_id=uuid4(),
        originator_version=1,
        occurred_at=world.clock.now(),
        actor="test",
        correlation_id=uuid4(),
        customer_id=victim,
        category="delivery",
        severity="normal",
        channel="phone",
    )
    stored = world.web.store.mapper.to_stored_event(fact)
    complaining.execute(APPEND, [*arguments_of([Append(events=[stored])]), world.clock.now()])
    handovers.start_waiting()
    until = time.monotonic() + LONGEST_WAIT
    while not watching.execute(
        "select 1 from pg_locks where locktype = 'relation' and not granted"
    ).fetchone():
        assert time.monotonic() < until, "the handover does not wait for the lock"
    complaining.commit()


def test_d_projector_stopped_from_the_commit_of_the_decision_on(
    world: World, trials: Iterator[Trial]
) -> None:
    dispatcher = world.dispatcher()
    for trial in trials:
        world.fold()
        while dispatcher.advance() and world.log_names()[-1] != "runs.RunChunkDecided":
            world.fold()
        world.complain(trial.victim)
        for _ in range(3):
            assert dispatcher.advance() is False
        assert not world.positions_of(HANDED_OVER, trial.victim)
        world.run_to_end(dispatcher)


@pytest.mark.parametrize("complains_first", [True, False], ids=["before the link", "after the link"])
def test_e_complaint_on_another_profile_that_is_linked_meanwhile(
    world: World, trials: Iterator[Trial], complains_first: bool
) -> None:
    reading = AfterReadingFacts(world)
    dispatcher = world.dispatcher(reading=reading)
    for trial in trials:
        other = GivenIdentifier(kind="external_id", source="shop", value=f"number-{trial.number}")
        profile = touched(world, other, trial.number)
        world.fold()
        decide_all(world, dispatcher, trial)

        def meanwhile(trial: Trial = trial, other: GivenIdentifier = other, profile: UUID = profile) -> None:
            if complains_first:
                world.complain(identifier=other)
                world.link(trial.victim, profile)
            else:
                world.link(trial.victim, profile)
                world.complain(identifier=other)

        reading.happens = meanwhile
        world.run_to_end(dispatcher)
        assert reading.happens is None


def touched(world: World, identifier: GivenIdentifier, number: int) -> UUID:
    """The profile of someone who was only ever seen by this identifier."""
    world.services.touchpoints.record_touchpoint(
        RecordTouchpoint(
            source="shop",
            message_id=f"visit-{number}",
            identifier=identifier,
            channel="web",
            direction="inbound",
            kind="visit",
            occurred_at=world.clock.now(),
        ),
        world.request(),
    )
    with world.reading() as connection:
        row = connection.execute(
            "select customer_id from log.events order by notification_id desc limit 1"
        ).fetchone()
    profile: UUID = row["customer_id"]
    return profile


def test_a_planted_lost_candidate_shows_in_the_balance(world: World, tmp_path: Path) -> None:
    person = world.customer("anna@example.org")
    run_id, campaign_id = uuid4(), world.campaign()
    common = {"occurred_at": world.clock.now(), "actor": "forger", "correlation_id": uuid4()}
    stream = {"originator_id": run_id, "campaign_id": campaign_id, **common}
    end = world.clock.now()
    facts = [
        RunPlanned(originator_version=1, planned_for=end, ends_at=end, **stream),
        RunAudienceListed(originator_version=2, ordinal=0, read_position=1, members=(person,), **stream),
        RunAudienceRecorded(originator_version=3, read_position=1, size=2, **stream),
    ]
    world.web.recorder.insert_events([world.web.store.mapper.to_stored_event(fact) for fact in facts])
    world.fold()
    run = world.run(run_id)
    assert (run["audience"], sum(run["outcomes"].values()), run["balanced"]) == (2, 1, False)
