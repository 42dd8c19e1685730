"""Holds back a run that met an unexpected error, so that the other runs go on."""

from uuid import UUID

from domain.ports import Clock

FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0
"""Seconds that a run is held back after its first error. They double with each error in a row, up to the maximum."""


class Patience:
    """Knows how long each run is held back. A run that makes progress starts again with the first wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waits: dict[UUID, tuple[float, float]] = {}

    def holds_back(self, run_id: UUID) -> bool:
        _, until = self._waits.get(run_id, (0.0, 0.0))
        return run_id in self._waits and self._clock.monotonic() < until

    def lose(self, run_id: UUID) -> float:
        """Holds the run back from now on. Returns for how many seconds."""
        last, _ = self._waits.get(run_id, (FIRST_WAIT / 2, 0.0))
        seconds = min(2 * last, LONGEST_WAIT)
        self._waits[run_id] = seconds, self._clock.monotonic() + seconds
        return seconds

    @property
    def held_back(self) -> tuple[UUID, ...]:
        """The runs whose last step met an error."""
        return tuple(self._waits)

    def forget_all_but(self, run_ids: set[UUID]) -> None:
        self._waits = {run_id: wait for run_id, wait in self._waits.items() if run_id in run_ids}

    def regain(self, run_id: UUID) -> None:
        self._waits.pop(run_id, None)
