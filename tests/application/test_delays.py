"""Since when due work has not moved, as the dispatcher remembers it."""

from uuid import UUID

from application.dispatch.delays import Delays
from tests.world import VirtualClock

ONE, OTHER = UUID(int=1), UUID(int=2)


class Seconds(VirtualClock):
    """A clock whose seconds pass only by hand."""

    passed = 0.0

    def monotonic(self) -> float:
        return self.passed


def test_a_delay_lasts_from_the_first_time_that_due_work_did_not_move() -> None:
    clock = Seconds()
    delays = Delays(clock)
    assert delays.seconds is None
    for second in range(4):
        clock.passed = float(second)
        delays.note(ONE, due=True)
    assert delays.seconds == 3.0


def test_the_longest_delay_counts_until_its_work_moves_or_its_run_is_over() -> None:
    clock = Seconds()
    delays = Delays(clock)
    delays.note(ONE, due=True)
    clock.passed = 5.0
    delays.note(OTHER, due=True)
    delays.note(None, due=True)
    clock.passed = 7.0
    assert delays.seconds == 7.0
    delays.note(ONE, due=False)
    assert delays.seconds == 2.0
    delays.forget_all_but({ONE})
    assert delays.seconds == 2.0  # what concerns all runs is not forgotten with a run
    delays.note(None, due=False)
    assert delays.seconds is None
