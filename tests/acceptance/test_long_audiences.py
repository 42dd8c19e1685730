"""An audience that is long to read and long to list: one append after the other, whoever dies in between."""

from typing import Any
from uuid import UUID

import pytest

from application.dispatch import deciding
from application.dispatch.dispatcher import Dispatcher
from tests.acceptance.hops import Killed, ScriptedHop, outcomes, release_lease
from tests.acceptance.knowing import Between
from tests.world import World

LISTED, SIZE = "runs.RunAudienceListed", "runs.RunAudienceRecorded"
PEOPLE = 9


@pytest.fixture
def hop(world: World, monkeypatch: pytest.MonkeyPatch) -> ScriptedHop:
    """Two people in a part, two parts in an append: nine people are listed in three appends."""
    monkeypatch.setattr(deciding, "CHUNK", 2)
    monkeypatch.setattr(deciding, "PARTS_AT_ONCE", 2)
    world.sending.transport = hop = ScriptedHop("nobody@example.org")
    return hop


@pytest.fixture
def people(world: World, hop: ScriptedHop) -> list[UUID]:
    people = [world.customer(f"p{n}@example.org", language="es") for n in range(PEOPLE)]
    world.fold()
    return people


class Audiences(Between):
    """A reading port that counts how often it is asked for an audience; `lapsing`: meanwhile the lease runs out."""

    def __init__(self, world: World, *, lapsing: bool = False) -> None:
        super().__init__(world)
        self._world = world
        self._lapsing = lapsing
        self.asked = 0

    def after_members(self) -> None:
        self.asked += 1
        if self._lapsing:
            release_lease(self._world)


def begun(world: World, **content: Any) -> UUID:
    run_id = world.start(world.campaign(audience={"field": "language", "op": "eq", "value": "es"}, **content))
    world.fold()
    return run_id


def list_some(world: World, dispatcher: Dispatcher, appends: int = 1) -> None:
    """Reads the audience and lists so much of it, of two parts in an append."""
    upto = len(world.positions_of(LISTED)) + 2 * appends
    for _ in range(4 + appends):
        if len(world.positions_of(LISTED)) < upto:
            dispatcher.advance()
            world.fold()
    assert (len(world.positions_of(LISTED)), world.positions_of(SIZE)) == (upto, [])


def check(world: World, run_id: UUID, hop: ScriptedHop, people: int = PEOPLE) -> None:
    """Everybody got it once, the run balances, and the log alone says the same."""
    run = world.run(run_id)
    assert (run["state"], run["audience"], outcomes(world, run_id)) == ("finished", people, {"sent": people})
    assert len({mail.recipient for mail in hop.sent}) == len(hop.sent) == people
    assert world.services.replaying.replay(run_id).different == 0


def test_an_audience_is_listed_in_one_append_after_the_other_and_read_once(
    world: World, people: list[UUID], hop: ScriptedHop
) -> None:
    reading = Audiences(world)
    dispatcher, run_id = world.dispatcher(reading=reading), begun(world)
    seen = []
    while not world.positions_of(SIZE):
        dispatcher.advance()
        seen.append(len(world.positions_of(LISTED)))
        world.fold()
        run = world.run(run_id)
        assert (run["state"], run["audience"], run["balanced"]) == (
            ("planned", None, True) if not world.positions_of(SIZE) else ("deciding", PEOPLE, True)
        )
    assert (seen[-4:], reading.asked) == ([0, 2, 4, 5], 1)
    world.run_to_end(dispatcher)
    check(world, run_id, hop)


def test_an_audience_that_takes_longer_to_read_than_a_lease_lasts_is_listed_all_the_same(
    world: World, people: list[UUID], hop: ScriptedHop
) -> None:
    reading = Audiences(world, lapsing=True)
    run_id = begun(world)
    world.run_to_end(world.dispatcher(reading=reading))
    check(world, run_id, hop)
    assert reading.asked == 1


def test_two_dispatchers_that_take_the_lease_from_each_other_while_they_read_come_to_an_end(
    world: World, people: list[UUID], hop: ScriptedHop
) -> None:
    run_id = begun(world)
    both = [world.dispatcher(reading=Audiences(world, lapsing=True)) for _ in range(2)]
    for n in range(40):
        world.fold()
        both[n % 2].advance()
        both[n % 2]._lease.forget()
    world.fold()
    check(world, run_id, hop)


@pytest.mark.parametrize("appends", [1, 2])
def test_a_dispatcher_that_dies_between_two_appends_is_succeeded_and_the_audience_is_that_of_the_successor(
    world: World, people: list[UUID], hop: ScriptedHop, appends: int
) -> None:
    run_id = begun(world)
    list_some(world, world.dispatcher(), appends)
    assert world.services.replaying.replay(run_id).different == 0
    late = world.customer("late@example.org", language="es")
    release_lease(world)
    world.run_to_end(world.dispatcher())
    check(world, run_id, hop, PEOPLE + 1)
    assert late in world.decisions(run_id)
    with world.reading() as connection:
        listed = connection.execute(
            "select ordinal from event.run_audience_listed order by position"
        ).fetchall()
    assert [row["ordinal"] for row in listed] == [*range(2 * appends), 0, 1, 2, 3, 4]


def test_whom_only_the_listing_that_was_given_up_named_is_no_member(
    world: World, people: list[UUID], hop: ScriptedHop
) -> None:
    run_id = begun(world)
    list_some(world, world.dispatcher(), 2)
    first, second = sorted(people)[:2]
    world.link(first, second)
    release_lease(world)
    world.run_to_end(world.dispatcher())
    run = world.run(run_id)
    assert (run["state"], run["audience"], run["balanced"]) == ("finished", PEOPLE - 1, True)
    assert len(world.decisions(run_id)) == PEOPLE - 1
    assert world.services.replaying.replay(run_id).different == 0


def test_a_lease_that_was_lost_and_regained_does_not_begin_the_listing_anew(
    world: World, people: list[UUID], hop: ScriptedHop
) -> None:
    reading = Audiences(world)
    dispatcher, run_id = world.dispatcher(reading=reading), begun(world)
    list_some(world, dispatcher)
    release_lease(world)
    world.run_to_end(dispatcher)
    check(world, run_id, hop)
    assert (reading.asked, len(world.positions_of(LISTED))) == (1, 5)


def test_a_dispatcher_stopped_past_its_lease_lists_nothing_more_and_forgets_whom_it_read(
    world: World, people: list[UUID], hop: ScriptedHop
) -> None:
    run_id = begun(world)
    reading = Audiences(world)
    stopped, successor = world.dispatcher(reading=reading), world.dispatcher()
    list_some(world, stopped)
    release_lease(world)
    list_some(world, successor)
    head = world.web.store.head()
    for _ in range(3):
        stopped.advance()
    assert world.web.store.head() == head
    release_lease(world)
    stopped._lease.forget()
    world.run_to_end(stopped)
    check(world, run_id, hop)
    assert reading.asked == 2


def test_an_answer_that_was_lost_amid_the_listing_lists_anew(
    world: World, people: list[UUID], hop: ScriptedHop, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, dispatcher = begun(world), world.dispatcher()
    list_some(world, dispatcher)
    insert = world.sending.recorder.insert_events

    def dies(*values: Any, **named: Any) -> None:
        insert(*values, **named)
        raise Killed

    monkeypatch.setattr(world.sending.recorder, "insert_events", dies)
    with pytest.raises(Killed):
        dispatcher.advance()
    monkeypatch.undo()
    monkeypatch.setattr(deciding, "CHUNK", 2)
    world.run_to_end(dispatcher)
    check(world, run_id, hop)


def test_19_a_run_whose_campaign_is_paused_amid_the_listing_goes_on_when_it_is_resumed(
    world: World, people: list[UUID], hop: ScriptedHop
) -> None:
    reading = Audiences(world)
    dispatcher, run_id = world.dispatcher(reading=reading), begun(world)
    campaign_id = world.run(run_id)["campaign_id"]
    list_some(world, dispatcher)
    world.pause(campaign_id)
    world.run_to_end(dispatcher)
    assert world.run(run_id)["state"] == "paused"
    world.resume(campaign_id)
    world.run_to_end(dispatcher)
    check(world, run_id, hop)


def test_19_a_run_that_is_cancelled_amid_the_listing_is_over_and_replays(
    world: World, people: list[UUID], hop: ScriptedHop
) -> None:
    dispatcher, run_id = world.dispatcher(), begun(world)
    list_some(world, dispatcher)
    world.cancel(world.run(run_id)["campaign_id"])
    world.run_to_end(dispatcher)
    run = world.run(run_id)
    assert (run["state"], run["audience"], run["balanced"], hop.sent) == ("cancelled", None, True, [])
    assert world.decisions(run_id) == {}
    assert world.services.replaying.replay(run_id).different == 0


def test_an_audience_of_which_nobody_is_left_when_it_is_read_again_is_empty(
    world: World, people: list[UUID], hop: ScriptedHop
) -> None:
    run_id = world.start(world.campaign(audience={"did_not": {"kind": "complaint"}}))
    world.fold()
    list_some(world, world.dispatcher())
    for person in people:
        world.complain(person)
    release_lease(world)
    world.run_to_end(world.dispatcher())
    run = world.run(run_id)
    assert (run["state"], run["audience"], run["balanced"]) == ("finished", 0, True)
    assert world.services.replaying.replay(run_id).different == 0
