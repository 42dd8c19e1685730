"""How long a run is held back after unexpected errors."""

from datetime import UTC, datetime
from uuid import UUID

from application.dispatch.patience import Patience

RUN, OTHER = UUID(int=1), UUID(int=2)


class Watch:
    """Its seconds pass when told to."""

    seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 3, 2, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


def test_each_error_in_a_row_doubles_the_wait_to_five_minutes_for_that_run_alone() -> None:
    patience = Patience(Watch())
    waits = [patience.lose(RUN) for _ in range(11)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert (patience.holds_back(RUN), patience.holds_back(OTHER)) == (True, False)
    assert patience.lose(OTHER) == 1


def test_a_run_waits_until_its_instant_and_begins_anew_after_a_success() -> None:
    watch = Watch()
    patience = Patience(watch)
    patience.lose(RUN)
    patience.lose(RUN)
    watch.seconds += 1.75
    assert patience.holds_back(RUN)
    watch.seconds += 0.25
    assert not patience.holds_back(RUN)
    assert patience.lose(RUN) == 4
    patience.regain(RUN)
    assert not patience.holds_back(RUN)
    assert patience.lose(RUN) == 1
