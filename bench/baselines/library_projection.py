"""The library's projection of facts onto our timeline and audience tables, one fact a transaction."""

from typing import Any

from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection

from bench.baselines.library_statements import STATEMENTS


class TwoTables(PostgresTrackingRecorder):
    def keep(self, fact: dict[str, Any], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            for statement in STATEMENTS.get(fact["name"], ()):
                cursor.execute(statement.encode(), fact, prepare=True)
            self._insert_tracking(cursor, tracking)


class Timeline(Projection[TwoTables]):
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:  # type: ignore[override]
        self.view.keep({**domain_event, "position": tracking.notification_id}, tracking)
