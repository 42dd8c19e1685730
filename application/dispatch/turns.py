"""The order in which the dispatcher advances open runs."""

from collections.abc import Collection, Sequence
from itertools import count
from uuid import UUID

from application.dispatch.ports import OpenRun


class Turns:
    """Orders runs. Promotional runs go last. Within each kind, the run with the oldest turn goes first."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._taken: dict[UUID, int] = {}

    def in_order(self, runs: Sequence[OpenRun]) -> list[OpenRun]:
        return sorted(runs, key=lambda run: (run.promotional, self._taken.get(run.run_id, 0)))

    def take(self, run: OpenRun) -> None:
        self._taken[run.run_id] = next(self._numbers)

    def forget_all_but(self, run_ids: Collection[UUID]) -> None:
        self._taken = {run_id: number for run_id, number in self._taken.items() if run_id in run_ids}
