"""The ScheduleReading port on a pool."""

from datetime import datetime

from application.scheduling.ports import Slot
from infrastructure.read_models.pool import PooledReading
from projections.engine.runner import position_of
from projections.schedules import reading as schedules


class PooledScheduleReading:
    """The ScheduleReading port of the scheduler."""

    def __init__(self, reading: PooledReading) -> None:
        self._reading = reading

    def position(self) -> int:
        with self._reading.snapshot() as connection:
            return position_of(connection, ("schedules",))

    def due(self, now: datetime) -> list[Slot]:
        with self._reading.snapshot() as connection:
            return [Slot(**row) for row in schedules.due(connection, now)]
