"""Since when the dispatcher's due work has not moved."""

from uuid import UUID

from domain.ports import Clock


class Delays:
    """Remembers for each run since when it has work that is due and does not move. None stands for all runs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: dict[UUID | None, float] = {}

    def note(self, what: UUID | None, *, due: bool) -> None:
        """Notes that work is `due` and does not move, or that it moved or is not due.

        A delay that has begun already goes on.
        """
        if due:
            self._since.setdefault(what, self._clock.monotonic())
        else:
            self._since.pop(what, None)

    def clear(self) -> None:
        self._since.clear()

    def forget_all_but(self, run_ids: set[UUID]) -> None:
        """Forgets the delays of all other runs."""
        self._since = {what: since for what, since in self._since.items() if what is None or what in run_ids}

    @property
    def seconds(self) -> float | None:
        """How long the longest delay is, or None if there is none."""
        return self._clock.monotonic() - min(self._since.values()) if self._since else None
