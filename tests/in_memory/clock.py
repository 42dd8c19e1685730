"""A clock for stories that take no real second."""

from datetime import datetime, timedelta

from tests.world import BEGIN, VirtualClock


class SteppedClock(VirtualClock):
    """A clock of which durations, too, pass only by `move`: the same seed always gives the same story."""

    def __init__(self, instant: datetime = BEGIN) -> None:
        super().__init__(instant)
        self._begin = instant

    def monotonic(self) -> float:
        return (self.instant - self._begin) / timedelta(seconds=1)
