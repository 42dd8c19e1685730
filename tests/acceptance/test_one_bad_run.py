"""What is wrong with one run stops no other; what is unclear about a handover stops the dispatcher."""

from collections.abc import Callable, Collection, Sequence
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from application.deciding.ports import AudienceAt
from application.dispatch.ports import HandoverBrokenOff
from application.mail import Departures, Flight, OutgoingMail
from application.requests import Answer
from domain.aggregates import Aggregate
from domain.errors import AnsweringTookTooLong
from domain.facts import Fact
from domain.runs.events import RunAudienceListed, RunChunkDecided, RunFinished
from tests.acceptance.hops import ScriptedHop, outcomes, release_lease
from tests.acceptance.knowing import Between
from tests.world import CANARY, World

SPANISH = {"field": "language", "op": "eq", "value": "es"}


class Failing(Between):
    """A reading port that fails when it is asked one thing about one run, as often as it is told."""

    def __init__(self, world: World, question: str, times: int, error: Exception | None = None) -> None:
        super().__init__(world)
        self._question = question
        self._left = times
        self._error = error or RuntimeError(CANARY)
        self.asked_at: list[float] = []
        self._monotonic = world.clock.monotonic

    def before_members(self, audience: AudienceAt) -> None:
        self._fail("audience", audience.criteria == SPANISH)

    def before_facts(self, member_ids: Collection[UUID]) -> None:
        self._fail("facts", len(member_ids) == 1)

    def addressees(self, contact_points: Collection[tuple[UUID, UUID]]) -> Any:
        self._fail("addressees", len(contact_points) == 1)
        return self.real.addressees(contact_points)

    def _fail(self, question: str, of_the_bad_run: bool) -> None:
        if question == self._question and of_the_bad_run and self._left > 0:
            self._left -= 1
            self.asked_at.append(self._monotonic())
            raise self._error


@pytest.fixture
def passing(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets so many seconds pass for whoever measures a duration."""
    passed = [1000.0]
    monkeypatch.setattr(world.clock, "monotonic", lambda: passed[0])

    def let_pass(seconds: float) -> None:
        passed[0] += seconds

    return let_pass


def two_runs(world: World) -> tuple[UUID, UUID]:
    """A run about the one Spaniard, then one about everybody."""
    world.customer("ana@example.org", language="es")
    world.customer("ben@example.org")
    world.fold()
    return world.start(world.campaign(audience=SPANISH)), world.start(world.campaign())


@pytest.mark.parametrize("question", ["audience", "facts", "addressees"])
@pytest.mark.parametrize("error", [RuntimeError(CANARY), AnsweringTookTooLong()])
def test_a_run_that_meets_an_unexpected_error_waits_alone_and_the_others_go_on(
    world: World, passing: Callable[[float], None], question: str, error: Exception
) -> None:
    world.sending.transport = hop = ScriptedHop("nobody@example.org")
    bad, good = two_runs(world)
    dispatcher = world.dispatcher(reading=Failing(world, question, 1, error))
    with capture_logs() as lines:
        world.run_to_end(dispatcher)
    assert (world.run(good)["state"], outcomes(world, good)) == ("finished", {"sent": 2})
    assert world.run(bad)["state"] != "finished"
    (held,) = (line for line in lines if line["event"] == "a run is held back")
    assert (held["run_id"], held["seconds"], held["log_level"]) == (str(bad), 1.0, "error")
    assert dispatcher.held_back == (bad,)
    passing(1)
    world.run_to_end(dispatcher)
    assert (world.run(bad)["state"], outcomes(world, bad)) == ("finished", {"sent": 1})
    assert (len(hop.sent), dispatcher.held_back) == (3, ())


def test_a_run_that_goes_on_failing_is_taken_less_and_less_often(
    world: World, passing: Callable[[float], None]
) -> None:
    world.sending.transport = ScriptedHop("nobody@example.org")
    bad, _ = two_runs(world)
    reading = Failing(world, "audience", 5)
    dispatcher = world.dispatcher(reading=reading)
    with capture_logs():
        for _ in range(40):
            world.fold()
            dispatcher.advance()
            passing(0.5)
    begun = reading.asked_at[0]
    assert [at - begun for at in reading.asked_at] == [0, 1, 3, 7, 15]
    passing(16)
    world.run_to_end(dispatcher)
    assert world.run(bad)["state"] == "finished"


@pytest.mark.parametrize("fact", [RunAudienceListed, RunChunkDecided, RunFinished])
def test_a_step_whose_save_fails_is_taken_again_and_loses_nobody(
    world: World, passing: Callable[[float], None], monkeypatch: pytest.MonkeyPatch, fact: type[Fact]
) -> None:
    world.sending.transport = hop = ScriptedHop("nobody@example.org")
    runs, save, failed = two_runs(world), world.sending.store.save, list[Fact]()

    def fails_once(*aggregates: Aggregate, **of: Any) -> Answer:
        pending = [one for aggregate in aggregates for one in aggregate.pending_events]
        if not failed and any(isinstance(one, fact) for one in pending):
            failed.extend(pending)
            raise RuntimeError(CANARY)
        return save(*aggregates, **of)

    monkeypatch.setattr(world.sending.store, "save", fails_once)
    dispatcher = world.dispatcher()
    with capture_logs():
        world.run_to_end(dispatcher)
    passing(1)
    world.run_to_end(dispatcher)
    assert failed
    assert [outcomes(world, run) for run in runs] == [{"sent": 1}, {"sent": 2}]
    assert [world.run(run)["state"] for run in runs] == ["finished", "finished"]
    assert len(hop.sent) == 3


class Broken(Departures):
    """Nobody knows whether what it was given has gone."""

    def has_room(self, run_id: UUID) -> bool:
        return True

    def depart(self, run_id: UUID, mails: Sequence[OutgoingMail], *, begin_before: float) -> Flight:
        raise RuntimeError(CANARY)


class BreaksAfter:
    """The handover is in the log; then something happens that nobody thought of."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def hand_over(self, pending: Any, **of: Any) -> list[int | None]:
        self._real.hand_over(pending, **of)
        raise RuntimeError(CANARY)


@pytest.mark.parametrize("where", ["handover", "departure"])
def test_18_an_unexpected_error_after_a_handover_ends_the_dispatcher_and_the_next_one_sends_nothing_again(
    world: World, where: str
) -> None:
    two_runs(world)
    parts: dict[str, Any] = {"departures": Broken()}
    if where == "handover":
        parts = {"handovers": BreaksAfter(world.sending.handovers())}
    dispatcher = world.dispatcher(**parts)
    with pytest.raises(HandoverBrokenOff):
        world.run_to_end(dispatcher)
    handed_over = len(world.positions_of("messages.MessageHandedOver"))
    world.sending.transport = hop = ScriptedHop("nobody@example.org")
    release_lease(world)
    world.run_to_end(world.dispatcher())
    assert len(world.positions_of("messages.MessageOutcomeUnknown")) == handed_over > 0
    assert len(hop.sent) == 3 - handed_over
    assert not world.positions_of("messages.HandoverLapsed")
