"""Waiting for the read models costs as much for a hundred as for one, and keeps threads free."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest

from domain.errors import ProjectionBehind, TooManyWaiting
from infrastructure.machine.clock import SystemClock
from infrastructure.read_models.waiting import POLL_SECONDS, SharedWait


class Place:
    """A position that somebody moves; `looks` counts how often it was asked for."""

    def __init__(self) -> None:
        self.position = 0
        self.looks = 0

    def look(self) -> int:
        self.looks += 1
        return self.position


def waits(place: Place, places: int) -> SharedWait:
    return SharedWait(place.look, SystemClock(), sleep, places)


def at_once(number: int, wait: Callable[[int], Any]) -> list[Any]:
    def outcome(index: int) -> Any:
        try:
            return wait(index)
        except (ProjectionBehind, TooManyWaiting) as refusal:
            return type(refusal)

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(outcome, range(number)))


def test_a_hundred_who_wait_look_as_often_as_one() -> None:
    place = Place()
    waiting = waits(place, 100)
    found = at_once(100, lambda _: waiting.until(1, 0.5))
    assert found == [ProjectionBehind] * 100
    # each of them may look once more when its time is over
    assert place.looks <= 0.6 / POLL_SECONDS + 100


def test_each_goes_on_when_its_position_is_reached() -> None:
    place, gone = Place(), [Event() for _ in range(20)]
    waiting = waits(place, 20)

    def wait(index: int) -> None:
        waiting.until(index // 2 + 1, 5.0)
        gone[index].set()

    with ThreadPoolExecutor(20) as threads:
        for index in range(20):
            threads.submit(wait, index)
        for position in range(1, 11):
            place.position = position
            assert all(one.wait(2.0) for one in gone[: 2 * position])


def test_only_some_may_wait_and_the_others_are_told_at_once() -> None:
    place = Place()
    waiting = waits(place, 2)
    begun = monotonic()
    with ThreadPoolExecutor(2) as threads:
        patient = [threads.submit(waiting.until, 1, 1.0) for _ in range(2)]
        while waiting._waiting < 2:
            sleep(0.001)
        with pytest.raises(TooManyWaiting):
            waiting.until(1, 1.0)
        assert monotonic() - begun < 0.5
        place.position = 1
        assert [one.result() for one in patient] == [None, None]
    waiting.until(1, 0.0)


def test_without_a_place_a_moment_is_waited_where_the_caller_says_so() -> None:
    place = Place()
    waiting = waits(place, 0)
    with pytest.raises(TooManyWaiting):
        waiting.until(1, 5.0, without_place=0.05)
    place.position = 1
    waiting.until(1, 5.0, without_place=0.05)


def test_another_looks_on_when_the_one_who_looks_meets_an_error() -> None:
    place, broken = Place(), iter([RuntimeError("away")])

    def look() -> int:
        for error in broken:
            raise error
        return place.look()

    waiting = SharedWait(look, SystemClock(), sleep, 4)
    with pytest.raises(RuntimeError):
        waiting.until(1, 1.0)
    place.position = 1
    waiting.until(1, 1.0)


def test_a_position_that_is_no_longer_reached_is_waited_for() -> None:
    """A projection that was paused and is resumed lowers what is reached, while somebody waits for a later position."""
    place = Place()
    place.position = 1
    waiting = waits(place, 2)
    with ThreadPoolExecutor(1) as threads:
        patient = threads.submit(waiting.until, 2, 5.0)
        while waiting._seen < 1:
            sleep(0.001)
        place.position = 0
        looks = place.looks
        while place.looks < looks + 2:
            sleep(0.001)
        with pytest.raises(ProjectionBehind):
            waiting.until(1, 0.05)
        place.position = 2
        assert patient.result() is None
