"""Deciding again about one member gives what was recorded, and names what was forged."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain.runs.errors import DecisionNotFound
from tests.acceptance.replayed import (
    Happened,
    Recorded,
    copied,
    happen,
    recorded_decisions,
    rewrite,
    state_at,
)


@pytest.fixture(scope="module")
def happened(new_database: Callable[[], Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Happened]:
    with closing(happen(new_database(), tmp_path_factory.mktemp("replaying"))) as happened:
        yield happened


def recorded(happened: Happened, run: Any) -> list[Recorded]:
    with psycopg.connect(happened.database.url) as connection:
        return recorded_decisions(connection, run)


@pytest.mark.parametrize("which", ["run", "rechecked_run"])
def test_3_each_decision_about_each_member_is_the_same_again(happened: Happened, which: str) -> None:
    run = getattr(happened, which)
    decisions = recorded(happened, run)
    with copied(happened) as installation:
        replays = installation.services().member_replays
        for member in {one.member for one in decisions}:
            again = replays.replay(run, member)
            assert (again.same, again.member_id) == (True, member), again
            told = [(one.which, one.position) for one in decisions if one.member == member]
            assert [(one.part, one.position) for one in again.decisions] == told
            last = again.decisions[-1]
            stopped = [rule.code for rule in last.rules if not rule.passed]
            assert stopped == [one.codes for one in decisions if one.member == member][-1]


def test_a_forged_decision_is_named_with_what_differs_and_nobody_elses(happened: Happened) -> None:
    decisions = recorded(happened, happened.run)
    forged, other = (happened.people[name] for name in ("p9", "p8"))
    (first,) = (one for one in decisions if one.member == forged)
    with copied(happened) as installation:
        with psycopg.connect(installation.located.database_url) as connection:
            connection.execute("alter table log.events disable trigger events_never_change")
            state = state_at(connection, first.position)
            for group in state["groups"]:
                mine = [one for one in group["people"] if one["place"] == first.place]
                group["people"] = [one for one in group["people"] if one not in mine]
                if mine:
                    passed = {**group, "verdict": "eligible", "reasons": [], "people": mine}
            state["groups"].append(passed)
            rewrite(connection, first.position, state)
        replays = installation.services().member_replays
        (again,) = replays.replay(happened.run, forged).decisions
        assert (again.same, again.differing[:2]) == (False, ["verdict", "reasons"])
        assert (again.recorded["verdict"], again.decided["verdict"]) == ("eligible", "suppressed")
        assert again.decided["reasons"] == [
            {"code": "OPEN_COMPLAINT", "facts": [happened.complaints["p9"]], "until": None}
        ]
        assert replays.replay(happened.run, other).same


def test_whoever_is_no_member_has_no_decision(happened: Happened) -> None:
    with copied(happened) as installation:
        replays = installation.services().member_replays
        for run, person in ((happened.run, uuid4()), (uuid4(), happened.people["p1"])):
            with pytest.raises(DecisionNotFound):
                replays.replay(run, person)
