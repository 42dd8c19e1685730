"""Requests of several threads are carried out in groups, and each thread gets the answer to its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from domain.errors import StoreUnavailable
from infrastructure.postgres.grouped import Grouped, Interrupted

Answers = Sequence[Any]


class Carrier:
    """Carries out groups of numbers when the test lets it; remembers each group."""

    def __init__(self, answer: Callable[[int], Any] = lambda number: number * 2) -> None:
        self.groups: list[list[int]] = []
        self.began = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)
        self._answer = answer

    def __call__(self, group: Sequence[int]) -> Answers:
        self.groups.append(list(group))
        self.began.release()
        assert self.may_end.acquire(timeout=20)
        return [self._answer(number) for number in group]


def grouped(carrier: Callable[[Sequence[int]], Answers], most: int = 10) -> Grouped[int, Any]:
    """Numbers above 9 have a size of their tens; those with the same last digit touch the same."""
    return Grouped(carrier, most=most, size=lambda n: max(1, n // 10), names=lambda n: [n % 10])


def asked_in_order(group: Grouped[int, Any], carrier: Carrier, *numbers: int) -> list["Future[Any]"]:
    """The first number is being carried out while all others come, in this order."""
    threads = ThreadPoolExecutor(len(numbers))
    futures = [threads.submit(group, numbers[0])]
    assert carrier.began.acquire(timeout=20)
    for number in numbers[1:]:
        waiting = len(group._waiting)
        futures.append(threads.submit(group, number))
        while len(group._waiting) == waiting:
            threading.Event().wait(0.001)
    threads.shutdown(wait=False)
    for _ in numbers:
        carrier.may_end.release()
    return futures


def test_a_thread_that_is_alone_waits_for_nobody() -> None:
    group = grouped(lambda numbers: [number + 1 for number in numbers])
    assert [group(1), group(1), group(5)] == [2, 2, 6]


def test_what_comes_while_a_group_is_carried_out_is_the_next_group() -> None:
    carrier = Carrier()
    group = grouped(carrier)
    futures = asked_in_order(group, carrier, 1, 2, 3, 4)
    assert [future.result(20) for future in futures] == [2, 4, 6, 8]
    assert carrier.groups == [[1], [2, 3, 4]]


def test_two_that_touch_the_same_are_in_different_groups_in_their_order() -> None:
    carrier = Carrier()
    group = grouped(carrier)
    futures = asked_in_order(group, carrier, 1, 2, 12, 3, 22)
    assert [future.result(20) for future in futures] == [2, 4, 24, 6, 44]
    assert carrier.groups == [[1], [2, 3], [12], [22]]


def test_a_group_has_at_most_its_size_or_one_request() -> None:
    carrier = Carrier()
    group = grouped(carrier, most=5)
    futures = asked_in_order(group, carrier, 1, 32, 24, 203, 5)
    assert [future.result(20) for future in futures] == [2, 64, 48, 406, 10]
    assert carrier.groups == [[1], [32, 24], [203], [5]]


def test_an_exception_of_one_request_is_raised_by_its_thread_only() -> None:
    carrier = Carrier(lambda number: ValueError(number) if number == 3 else number)
    group = grouped(carrier)
    futures = asked_in_order(group, carrier, 1, 2, 3, 4)
    assert [future.exception(20) is None for future in futures] == [True, True, False, True]
    with pytest.raises(ValueError, match="3"):
        futures[2].result()


def test_an_exception_of_the_whole_group_is_raised_by_each_of_its_threads_and_the_next_group_goes_on() -> (
    None
):
    def fail_once(number: int) -> int:
        if number == 3:
            raise ConnectionError
        return number

    carrier = Carrier(fail_once)
    group = grouped(carrier)
    futures = asked_in_order(group, carrier, 1, 2, 3, 12)
    assert [type(future.exception(20)) for future in futures] == [
        type(None),
        ConnectionError,
        ConnectionError,
        type(None),
    ]


def test_a_leader_that_is_interrupted_leaves_nobody_waiting() -> None:
    def interrupt(number: int) -> int:
        if number == 1:
            raise SystemExit
        return number

    carrier = Carrier(interrupt)
    group = grouped(carrier)
    futures = asked_in_order(group, carrier, 1, 2, 3)
    assert isinstance(futures[0].exception(20), SystemExit)
    assert [future.result(20) for future in futures[1:]] == [2, 3]
    carrier = Carrier(lambda number: (_ for _ in ()).throw(SystemExit) if number == 2 else number)
    group = grouped(carrier)
    futures = asked_in_order(group, carrier, 1, 2, 3, 12)
    assert isinstance(futures[1].exception(20), SystemExit)
    assert isinstance(futures[2].exception(20), Interrupted)
    assert futures[3].result(20) == 12


def test_a_thread_that_has_waited_too_long_is_refused_and_the_others_go_on() -> None:
    carrier = Carrier()
    group: Grouped[int, Any] = Grouped(
        carrier, most=1, size=lambda _: 1, names=lambda _: (), longest_wait=0.3
    )
    threads = ThreadPoolExecutor(2)
    first = threads.submit(group, 1)
    assert carrier.began.acquire(timeout=20)
    with pytest.raises(StoreUnavailable):
        threads.submit(group, 2).result(20)
    carrier.may_end.release()
    assert first.result(20) == 2
    carrier.may_end.release()
    assert (group(3), carrier.groups) == (6, [[1], [3]])
    threads.shutdown()


def test_a_waiting_thread_that_is_interrupted_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    carrier = Carrier()
    group = grouped(carrier)

    class Interrupts:
        def acquire(self, timeout: float) -> bool:
            raise KeyboardInterrupt

        def release(self) -> None: ...

    threads = ThreadPoolExecutor(1)
    first = threads.submit(group, 1)
    assert carrier.began.acquire(timeout=20)
    with monkeypatch.context() as patch:
        patch.setattr("infrastructure.postgres.grouped.threading.Lock", lambda: _Acquired(Interrupts()))
        with pytest.raises(KeyboardInterrupt):
            group(2)
    carrier.may_end.release()
    carrier.may_end.release()
    assert (first.result(20), group(3)) == (2, 6)
    threads.shutdown()


class _Acquired:
    """A lock that is acquired once as it is made, and then as the given one is."""

    def __init__(self, then: Any) -> None:
        self._then = then
        self._made = False

    def acquire(self, timeout: float = -1) -> bool:
        if self._made:
            return bool(self._then.acquire(timeout))
        self._made = True
        return True

    def release(self) -> None:
        self._then.release()


def test_a_thread_that_is_called_to_lead_before_it_waits_waits_for_its_call_all_the_same() -> None:
    carrier = Carrier()
    group = grouped(carrier)
    threads = ThreadPoolExecutor(3)
    first = threads.submit(group, 1)
    assert carrier.began.acquire(timeout=20)
    lock, slow = group._lock, threading.Event()

    class Slow:
        """The lock of the group. One thread pauses after it has left it."""

        def __enter__(self) -> None:
            lock.acquire()

        def __exit__(self, *_: object) -> None:
            lock.release()
            if threading.current_thread().name.startswith("slow"):
                slow.wait(20)

    group._lock = Slow()  # type: ignore[assignment]
    second = ThreadPoolExecutor(1, thread_name_prefix="slow").submit(group, 2)
    while not group._waiting:
        slow.wait(0.001)
    carrier.may_end.release()
    assert first.result(20) == 2
    third = threads.submit(group, 3)
    while len(group._waiting) < 2:
        slow.wait(0.001)
    slow.set()
    carrier.may_end.release()
    assert [second.result(20), third.result(20)] == [4, 6]


def test_many_threads_each_get_their_own_answer() -> None:
    group = grouped(lambda numbers: [number * 3 for number in numbers], most=7)
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(group, range(4_000))) == [number * 3 for number in range(4_000)]
