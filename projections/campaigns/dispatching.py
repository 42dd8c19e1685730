"""The dispatcher's questions about runs: which runs have work to do, and which members wait for a handover."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.messages.message import ENDED
from projections.campaigns.reading import Row, outcomes


def open_runs(connection: Connection[Any], now: datetime) -> list[Row]:
    """Returns the unfinished runs that may have work to do at this instant: the oldest first, promotional runs last.

    The planned instant of such a run has come, and its campaign is not paused, or all its members are decided and
    none is open.
    Runs of a cancelled campaign are always included, because they can end.

    The query looks up the open members run by run, for the reason given in `waiting`. The order makes PostgreSQL read
    the first of them by index. Without it, PostgreSQL expects to meet a row of a large run soon and passes all rows of
    earlier runs.
    """
    return connection.execute(
        """
        select r.run_id, r.campaign_id, c.message_class = 'promotional' as promotional
        from run r left join run_end e using (run_id)
        join campaign c on c.campaign_id = r.campaign_id
        left join campaign_pause p on p.campaign_id = r.campaign_id
        left join campaign_cancellation n on n.campaign_id = r.campaign_id
        where e.run_id is null
          and (n.campaign_id is not null
               or r.planned_for <= %(now)s
                  and (p.paused is not true
                       or (select o.run_id from run_open o where o.run_id = r.run_id
                           order by o.decided_position limit 1) is null
                          and (select s.size from run_audience s where s.run_id = r.run_id)
                              = coalesce((select c.n from run_count c
                                          where c.run_id = r.run_id and c.what = 'decided'), 0)))
        order by promotional, r.planned_position
        """,
        {"now": now},
    ).fetchall()


def anything_open(connection: Connection[Any]) -> bool:
    """Whether any run is unfinished."""
    unfinished = (
        "select from run r where not exists (select from run_end e where e.run_id = r.run_id) limit 1"
    )
    return connection.execute(unfinished).fetchone() is not None


def open_run(connection: Connection[Any], campaign_id: UUID) -> Row | None:
    """Returns the newest unfinished run of a campaign, or None."""
    row: Row | None = connection.execute(
        "select r.run_id, r.ends_at from run r left join run_end e using (run_id)"
        " where r.campaign_id = %s and e.run_id is null order by r.planned_position desc limit 1",
        [campaign_id],
    ).fetchone()
    return row


def waiting(connection: Connection[Any], run_id: UUID, now: datetime, limit: int) -> list[Row]:
    """Returns open members who are not handed over and whose retry instant, if any, has come, in decision order.

    After the end of the run or the cancellation of its campaign, retry instants do not count.

    The query looks up each member's message: for tables without statistics PostgreSQL would plan a join as a nested
    loop over all rows.
    """
    return connection.execute(
        """
        select member_id, retry_at is not null as deferred
        from run_open o
        where run_id = %(run)s
          and (retry_at is null or retry_at <= %(now)s
               or exists (select from run r left join campaign_cancellation n using (campaign_id)
                          where r.run_id = %(run)s
                            and (r.ends_at <= %(now)s or n.campaign_id is not null)))
          and (select m.handed_over from message m
               where m.run_id = o.run_id and m.member_id = o.member_id) is not true
        order by decided_position, member_id limit %(limit)s
        """,
        {"run": run_id, "now": now, "limit": limit},
    ).fetchall()


def anyone_open(connection: Connection[Any], run_id: UUID) -> bool:
    """Whether a member of the recorded audience has no final outcome. A member whose facts are missing is open."""
    first = "select from run_open where run_id = %s order by decided_position limit 1"
    row = connection.execute(first, [run_id]).fetchone()
    return row is not None or open_count(connection, run_id) > 0


def open_count(connection: Connection[Any], run_id: UUID) -> int:
    """Returns how many members of the recorded audience have no final outcome or have missing facts."""
    counted = outcomes(connection, run_id)
    row = connection.execute("select size from run_audience where run_id = %s", [run_id]).fetchone()
    return (row["size"] if row else 0) - sum(counted[outcome] for outcome in ENDED)


def oldest_due(connection: Connection[Any], now: datetime) -> datetime | None:
    """Returns since when the oldest work of the dispatcher waits that a reader can see, or None if there is none.

    This is a message at the next hop without a recorded outcome, or a run that may begin and lists no audience yet.
    Other work of a run that has begun is known to its dispatcher alone. A message waits since the database recorded
    its handover, and a run since it recorded the last fact that lets it begin: its planning, or a resumption.
    """
    row = connection.execute(
        """
        select least(
            (select recorded_at from log.events
             where notification_id = (select min("position") from message where handed_over)),
            (select min(greatest(r.planned_for, (
                 select e.recorded_at from log.events e
                 where e.notification_id = greatest(r.planned_position, p."position"))))
             from run r
             left join campaign_pause p using (campaign_id)
             where r.planned_for <= %(now)s and p.paused is not true
               and not exists (select from run_end e where e.run_id = r.run_id)
               and not exists (select from run_audience a where a.run_id = r.run_id)
               and not exists (select from run_member m where m.run_id = r.run_id))
        ) as since
        """,
        {"now": now},
    ).fetchone()
    return row["since"] if row else None


def handed_over(connection: Connection[Any], *, before_epoch: int) -> list[UUID]:
    """Returns the ids of messages that were handed over before this epoch and have no recorded outcome."""
    rows = connection.execute(
        "select message_id from message where handed_over and epoch < %s order by message_id",
        [before_epoch],
    ).fetchall()
    return [row["message_id"] for row in rows]
