"""RowLanes: side by side, but in order where it matters."""

import threading
from functools import partial

import pytest

from interfaces.imports.lanes import RowLanes


class Spilt(Exception):
    """What a piece of work raises."""


def spill() -> None:
    raise Spilt


def test_what_is_put_into_one_lane_is_done_in_its_order() -> None:
    done: dict[str, list[int]] = {"a": [], "b": [], "c": []}
    with RowLanes(3, waiting=4) as lanes:
        for number in range(300):
            for lane, told in done.items():
                lanes.put(lane, partial(told.append, number))
    assert all(told == list(range(300)) for told in done.values())


def test_all_is_done_when_the_block_ends() -> None:
    gate, done = threading.Event(), list[int]()
    with RowLanes(2, waiting=8) as lanes:
        lanes.put("a", lambda: done.append(gate.wait(10)))
        gate.set()
    assert done == [True]


def test_what_work_raises_is_raised_and_ends_the_rest() -> None:
    done: list[int] = []
    with pytest.raises(Spilt), RowLanes(1, waiting=100) as lanes:
        lanes.put("a", spill)
        for number in range(50):
            lanes.put("a", partial(done.append, number))
    assert done == []


def test_an_error_in_the_block_ends_the_rest_and_is_raised() -> None:
    gate, done = threading.Event(), list[int]()
    with pytest.raises(Spilt), RowLanes(1, waiting=100) as lanes:
        lanes.put("a", lambda: gate.wait(10) and None)
        lanes.put("a", partial(done.append, 1))
        threading.Timer(0.2, gate.set).start()
        raise Spilt
    assert done == []
