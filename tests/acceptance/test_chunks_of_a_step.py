"""A step decides several chunks from one state of the facts, except people who depend on decisions of this step."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from application.complaints.commands import CloseComplaint
from application.dispatch import deciding
from application.dispatch import dispatcher as dispatching
from application.dispatch.dispatcher import Dispatcher
from application.dispatch.steps import Steps
from application.policies.commands import AdoptSuppressionPolicy
from domain.errors import StoreUnavailable
from domain.runs.events import RunChunkDecided
from tests.acceptance.hops import ScriptedHop
from tests.world import World

DECIDED = "runs.RunChunkDecided"
PEOPLE = 9


@pytest.fixture(autouse=True)
def hop(world: World, monkeypatch: pytest.MonkeyPatch) -> ScriptedHop:
    """Two people in a chunk, four chunks in a step: nine people are decided in two steps."""
    monkeypatch.setattr(deciding, "CHUNK", 2)
    monkeypatch.setattr(dispatching, "CHUNKS_AT_ONCE", 4)
    world.sending.transport = hop = ScriptedHop("nobody@example.org")
    return hop


@pytest.fixture
def people(world: World) -> list[UUID]:
    """In the order in which a run decides them."""
    people = [world.customer(f"p{n}@example.org", language="es") for n in range(PEOPLE)]
    world.fold()
    return sorted(people)


def listed(world: World, dispatcher: Dispatcher, **content: Any) -> UUID:
    """Begins a run and lets the dispatcher list its audience."""
    audience = {"field": "language", "op": "eq", "value": "es"}
    run_id = world.start(world.campaign(audience=audience, **content))
    while not world.positions_of("runs.RunAudienceRecorded"):
        world.fold()
        dispatcher.advance()
    return run_id


def steps(world: World, dispatcher: Dispatcher) -> list[int]:
    """Lets the dispatcher decide everybody. Returns the number of chunks of each of its steps."""
    chunks = [0]
    while chunks[-1] < (PEOPLE + 1) // 2:
        world.fold()
        dispatcher.advance()
        chunks.append(len(world.positions_of(DECIDED)))
    return [after - before for before, after in pairwise(chunks) if after > before]


def between_chunks(world: World, happens: Callable[[], object]) -> None:
    """Lets this happen after the first chunk of decisions is in the log, before the second one is appended."""

    def wrapped(insert: Callable[..., Any]) -> Callable[..., Any]:
        def inserting(*events: Any, **of: Any) -> Any:
            nonlocal happened
            if not happened and world.positions_of(DECIDED):
                happened = True
                happens()
            return insert(*events, **of)

        return inserting

    happened = False
    world.wrap_append(wrapped)


def check(world: World, dispatcher: Dispatcher, run_id: UUID, **outcomes: int) -> None:
    """The run ends with these outcomes, as many as its audience has people, and the log alone says the same."""
    world.run_to_end(dispatcher)
    assert {outcome: n for outcome, n in world.run(run_id)["outcomes"].items() if n} == outcomes
    assert sum(outcomes.values()) == PEOPLE
    assert world.services.replaying.replay(run_id).different == 0


def test_a_step_decides_several_chunks_from_one_state_of_the_facts(world: World, people: list[UUID]) -> None:
    dispatcher = world.dispatcher()
    run_id = listed(world, dispatcher)
    assert steps(world, dispatcher) == [4, 1]
    world.fold()
    read = Counter(row["read_position"] for row in world.decisions(run_id).values())
    assert sorted(read.values()) == [1, 8]
    check(world, dispatcher, run_id, sent=PEOPLE)


def test_a_step_whose_chunks_take_long_ends_before_the_lease_does(
    world: World, people: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "STEP_SECONDS", 0.0)
    dispatcher = world.dispatcher()
    run_id = listed(world, dispatcher)
    assert steps(world, dispatcher) == [1, 1, 1, 1, 1]
    check(world, dispatcher, run_id, sent=PEOPLE)


@pytest.mark.parametrize("hold_out", [None, Decimal("0.5")])
def test_whoever_shares_an_address_with_an_earlier_chunk_waits_for_its_decisions(
    world: World, people: list[UUID], hold_out: Decimal | None
) -> None:
    dispatcher = world.dispatcher()
    world.add_address(people[0], "ours@example.org")
    world.add_address(people[4], "ours@example.org")
    run_id = listed(world, dispatcher, hold_out=hold_out)
    assert steps(world, dispatcher) == [2, 3]
    world.fold()
    first, second = (world.decisions(run_id)[people[n]] for n in (0, 4))
    assert second["read_position"] >= world.positions_of(DECIDED)[0] > first["read_position"]
    world.run_to_end(dispatcher)
    assert world.services.replaying.replay(run_id).different == 0


def test_whoever_became_one_person_with_a_member_of_an_earlier_chunk_waits_for_its_decisions(
    world: World, people: list[UUID]
) -> None:
    dispatcher = world.dispatcher()
    run_id = listed(world, dispatcher)
    world.link(people[6], people[1])
    assert steps(world, dispatcher) == [3, 2]
    check(world, dispatcher, run_id, sent=PEOPLE - 1, suppressed=1)


def test_a_step_decides_one_chunk_if_another_run_is_open(world: World, people: list[UUID]) -> None:
    dispatcher = world.dispatcher()
    run_id = listed(world, dispatcher)
    other = world.start(world.campaign(audience={"field": "language", "op": "eq", "value": "fr"}))
    world.fold()
    dispatcher.advance()
    assert len(world.positions_of(DECIDED)) == 1
    check(world, dispatcher, run_id, sent=PEOPLE)
    assert world.run(other)["state"] == "finished"


def test_a_step_that_fails_after_a_chunk_is_taken_again_from_facts_with_that_chunk(
    world: World, people: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatcher = world.dispatcher()
    run_id = listed(world, dispatcher)
    world.fold()
    insert, calls = world.sending.recorder.insert_events, []

    def failing(*events: Any, **of: Any) -> Any:
        calls.append(events)
        if len(calls) == 2:
            raise StoreUnavailable
        return insert(*events, **of)

    monkeypatch.setattr(world.sending.recorder, "insert_events", failing)
    with pytest.raises(StoreUnavailable):
        dispatcher.advance()
    assert len(world.positions_of(DECIDED)) == 1
    taken: list[Any] = []
    with monkeypatch.context() as patched:
        patched.setattr(Steps, "take", lambda *of: taken.append(of))
        dispatcher.advance()
    assert taken == [], "the read models do not have the first chunk yet"
    check(world, dispatcher, run_id, sent=PEOPLE)


def test_a_chunk_whose_members_an_earlier_one_concerned_is_decided_once(
    world: World, people: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    decide, times = deciding.decide_members, Counter[UUID]()

    def counted(known: Any, members: Sequence[UUID], *of: Any, **more: Any) -> Any:
        times.update(members)
        return decide(known, members, *of, **more)

    monkeypatch.setattr(deciding, "decide_members", counted)
    dispatcher = world.dispatcher()
    world.add_address(people[0], "ours@example.org")
    world.add_address(people[4], "ours@example.org")
    run_id = listed(world, dispatcher)
    assert steps(world, dispatcher) == [2, 3]
    assert times == dict.fromkeys(people, 1)
    check(world, dispatcher, run_id, sent=PEOPLE - 1, suppressed=1)


def chunks(world: World) -> list[RunChunkDecided]:
    return [one.fact for one in world.facts() if isinstance(one.fact, RunChunkDecided)]


def read_positions(world: World) -> set[int]:
    return {chunk.read_position for chunk in chunks(world)}


def test_a_campaign_that_is_paused_between_two_chunks_hands_over_nothing_until_it_is_resumed(
    world: World, people: list[UUID], hop: ScriptedHop
) -> None:
    dispatcher = world.dispatcher()
    run_id = listed(world, dispatcher)
    campaign_id = world.run(run_id)["campaign_id"]
    between_chunks(world, lambda: world.pause(campaign_id))
    world.fold()
    dispatcher.advance()
    assert len(world.positions_of(DECIDED)) == 4, "the step ends with the facts that it read"
    assert len(read_positions(world)) == 1
    world.run_to_end(dispatcher)
    assert (len(world.positions_of(DECIDED)), hop.sent) == (4, [])
    world.resume(campaign_id)
    check(world, dispatcher, run_id, sent=PEOPLE)


def test_a_campaign_that_is_cancelled_between_two_chunks_sends_nothing_and_its_run_balances(
    world: World, people: list[UUID], hop: ScriptedHop
) -> None:
    dispatcher = world.dispatcher()
    run_id = listed(world, dispatcher)
    campaign_id = world.run(run_id)["campaign_id"]
    between_chunks(world, lambda: world.cancel(campaign_id))
    world.fold()
    dispatcher.advance()
    assert len(read_positions(world)) == 1
    check(world, dispatcher, run_id, suppressed=PEOPLE)
    assert (world.run(run_id)["state"], hop.sent) == ("cancelled", [])


def close_complaints(world: World) -> None:
    with world.reading() as connection:
        opened = connection.execute(
            "select originator_id from log.facts where stored_name = 'complaints.ComplaintOpened'"
        ).fetchall()
    for row in opened:
        command = CloseComplaint(complaint_id=row["originator_id"], root_cause="carrier", outcome="upheld")
        world.services.complaints.close_complaint(command, world.request())


def test_a_policy_that_is_adopted_between_two_chunks_holds_for_the_second_decisions(
    world: World, people: list[UUID]
) -> None:
    complained = {people[0], people[7]}
    for customer in complained:
        world.complain(customer)
    close_complaints(world)
    world.clock.move(timedelta(days=14))
    dispatcher = world.dispatcher()
    run_id = listed(world, dispatcher)
    stricter = AdoptSuppressionPolicy(cooling_off_days={"normal": 20})
    adopt = world.services.policies.adopt_suppression_policy
    between_chunks(world, lambda: adopt(stricter, world.request()))
    world.fold()
    dispatcher.advance()
    assert len(world.positions_of(DECIDED)) == 4
    assert len(read_positions(world)) == 1
    assert {(chunk.policy_version, group.verdict) for chunk in chunks(world) for group in chunk.groups} == {
        (1, "eligible")
    }
    check(world, dispatcher, run_id, sent=PEOPLE - 2, suppressed=2)
    assert {m for m, row in world.decisions(run_id).items() if row["outcome"] == "suppressed"} == complained


def test_a_dispatcher_that_loses_its_lease_between_two_chunks_stores_no_more_and_the_next_goes_on(
    world: World, people: list[UUID], hop: ScriptedHop
) -> None:
    first, second = world.dispatcher(), world.dispatcher()
    run_id = listed(world, first)

    def taken_over() -> None:
        world.expire_lease()
        second.advance()

    between_chunks(world, taken_over)
    world.fold()
    assert not first.advance()
    assert len(world.positions_of(DECIDED)) == 1
    world.fold()
    assert not first.advance()
    assert (len(world.positions_of(DECIDED)), hop.sent) == (1, [])
    check(world, second, run_id, sent=PEOPLE)
    assert len(read_positions(world)) > 1
    assert len(world.handovers_of(run_id)) == PEOPLE
