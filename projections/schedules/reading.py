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


def oldest_overdue(connection: Connection[Any], now: datetime) -> datetime | None:
    """Returns since when the oldest planned instant waits that the scheduler should have decided, or None.

    An instant that its campaign holds up has to be decided when its grace ends, every other one when it comes, but not
    before the database recorded the last fact that lets it: the schedule, an approval, a resumption, or the end of a
    run. A campaign holds it up while it is paused, not approved or over, or while another run of it is open.
    """
    row = connection.execute(
        """
        select min(
            case when p.paused is true or c.ends_at <= %(now)s or (a.version > c.content_version) is not true
                   or exists (select from run r where r.campaign_id = s.campaign_id
                              and not exists (select from run_end e where e.run_id = r.run_id))
                 then s.planned_for + s.grace_seconds * interval '1 second'
                 else greatest(s.planned_for, (
                     select e.recorded_at from log.events e
                     where e.notification_id = greatest(s."position", a."position", p."position", (
                         select max(e."position") from run r join run_end e using (run_id)
                         where r.campaign_id = s.campaign_id)))) end
        ) as since
        from schedule s
        join campaign c using (campaign_id)
        left join campaign_pause p using (campaign_id)
        left join campaign_approval a using (campaign_id)
        where s.state = 'planned' and s.planned_for <= %(now)s
        """,
        {"now": now},
    ).fetchone()
    since = row["since"] if row else None
    return since if since is not None and since <= now else None


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


def schedules_of_all(
    connection: Connection[Any],
    *,
    since: datetime | None,
    until: datetime | None,
    state: ScheduleState | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Row]:
    """Returns the planned instants of all campaigns from `since` on and before `until`, the earliest first.

    Each has the `name` of its campaign. `after`: only instants after this one, of a campaign with a higher id if at the
    same instant. `state`: only instants in this state.
    """
    return connection.execute(
        """
        select s.*, d.run_id, d.cause, c.name
        from schedule s
        left join slot d on d.campaign_id = s.campaign_id and d.planned_for = s.planned_for
        join campaign c on c.campaign_id = s.campaign_id
        where s.planned_for >= coalesce(%(since)s::timestamptz, '-infinity')
          and s.planned_for < coalesce(%(until)s::timestamptz, 'infinity')
          and (s.planned_for, s.campaign_id)
              > (coalesce(%(at)s::timestamptz, '-infinity'), coalesce(%(of)s::uuid, %(nobody)s))
          and (%(state)s::text is null or s.state = %(state)s)
        order by s.planned_for, s.campaign_id limit %(limit)s
        """,
        {
            "since": since,
            "until": until,
            "state": state,
            "at": after[0] if after is not None else None,
            "of": after[1] if after is not None else None,
            "nobody": UUID(int=0),
            "limit": limit,
        },
    ).fetchall()
