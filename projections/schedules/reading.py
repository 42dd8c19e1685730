"""Questions about the planned instants of campaigns."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import Connection

Row = dict[str, Any]


class ScheduleState(StrEnum):
    """What has become of a planned instant."""

    PLANNED = "planned"
    TRIGGERED = "triggered"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


def due(connection: Connection[Any], now: datetime) -> list[Row]:
    """Returns the planned instants that have come and have no known decision, the earliest first."""
    return connection.execute(
        "select campaign_id, planned_for, grace_seconds from schedule"
        " where state = 'planned' and planned_for <= %s order by planned_for, campaign_id",
        [now],
    ).fetchall()


def schedules(
    connection: Connection[Any], campaign_id: UUID, *, before: datetime | None = None, limit: int = 50
) -> list[Row]:
    """Returns the planned instants of a campaign, the latest first; `before`: only instants before this one.

    `run_id` and `cause` are None until the first fact of the instant's run.
    """
    return connection.execute(
        """
        select s.*, d.run_id, d.cause
        from schedule s
        left join slot d on d.campaign_id = s.campaign_id and d.planned_for = s.planned_for
        where s.campaign_id = %(campaign)s
          and (%(before)s::timestamptz is null or s.planned_for < %(before)s)
        order by s.planned_for desc limit %(limit)s
        """,
        {"campaign": campaign_id, "before": before, "limit": limit},
    ).fetchall()
