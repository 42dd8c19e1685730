"""Decides a run again from the log alone, and reports the differences from what was recorded (README, promise 3)."""

from uuid import UUID

from application.replaying.differences import Replayed
from application.replaying.past_inputs import PastInputs, Progress
from application.replaying.ports import OpenReplayLog
from application.replaying.replay import Replay
from domain.runs.errors import RunNotFound


class Replaying:
    """Replays runs.

    `zone` is the installation's time zone, for groups of decisions of which none used the installation's zone.
    """

    def __init__(self, open_log: OpenReplayLog, zone: str) -> None:
        self._open_log = open_log
        self._zone = zone

    def replay(
        self, run_id: UUID, *, campaign_id: UUID | None = None, on_progress: Progress = lambda position: None
    ) -> Replayed:
        """Repeats every decision of the run and its audience, and checks that nothing is missing or doubled.

        Calls `on_progress` with the positions that it has reached. Raises RunNotFound, also for another campaign's run.
        """
        with self._open_log() as log:
            planned = log.planned(run_id)
            if planned is None or campaign_id not in (None, planned.fact.campaign_id):
                raise RunNotFound("No run with this id has begun. A run that was missed has no decisions.")
            return Replay(log, PastInputs(log, planned, self._zone, on_progress)).compared()
