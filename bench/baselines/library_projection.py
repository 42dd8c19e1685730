"""The library's projection of touchpoints and links onto our timeline and audience tables, one fact a transaction."""

from typing import Any

from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection

COUNTED = "update {} set touchpoint_count = touchpoint_count + 1, last_touchpoint_at = %(at)s, position = %(position)s"
LINKED = "update audience_profile set position = %(position)s where customer_id in (%(customer)s, %(other)s)"
STATEMENTS = {
    "touchpoints.TouchpointRecorded": (
        """insert into timeline_entry values (%(customer)s, %(position)s, %(at)s, %(at)s, 'touchpoint', %(kind)s,
        %(channel)s, %(subject)s, null, null, %(data)s, '{}')""",
        """insert into touchpoint_count as t values (%(customer)s, %(channel)s, 1, %(at)s)
        on conflict (customer_id, channel) do update set total = t.total + 1, last_at = excluded.last_at""",
        """insert into audience_activity values
        (%(customer)s, %(position)s, 'touchpoint', %(channel)s, %(at)s, %(customer)s)""",
        """insert into audience_profile (customer_id, person_id, position)
        values (%(customer)s, %(customer)s, 0) on conflict do nothing""",
        COUNTED.format("audience_profile") + " where customer_id = %(customer)s",
        COUNTED.format("audience_fact") + " where person_id = %(customer)s",
    ),
    "customers.ProfileLinked": (LINKED,),
}


class TwoTables(PostgresTrackingRecorder):
    def keep(self, fact: dict[str, Any], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            for statement in STATEMENTS.get(fact["name"], ()):
                cursor.execute(statement.encode(), fact, prepare=True)
            self._insert_tracking(cursor, tracking)


class Timeline(Projection[TwoTables]):
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:  # type: ignore[override]
        self.view.keep({**domain_event, "position": tracking.notification_id}, tracking)
