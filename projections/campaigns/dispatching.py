"""What the dispatcher asks about runs: which have something to do and who waits."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.campaigns.reading import Row, outcomes


def open_runs(connection: Connection[Any], now: datetime) -> list[Row]:
    """Runs that are not over and may have something to do at this instant, the oldest first, promotional ones last:
    their time has come, and their campaign is not paused, or nothing of them is open any more. A cancelled one's can
    always end.

    Whether something is open is looked up run by run, as in `waiting`.
    """
    return connection.execute(
        """
        select r.run_id, r.campaign_id, c.message_class = 'promotional' as promotional
        from run r left join run_finish f using (run_id)
        join campaign c on c.campaign_id = r.campaign_id
        left join campaign_pause p on p.campaign_id = r.campaign_id
        left join campaign_cancellation n on n.campaign_id = r.campaign_id
        where f.run_id is null
          and (n.campaign_id is not null
               or r.planned_for <= %(now)s
                  and (p.paused is not true
                       or (select o.run_id from run_open o where o.run_id = r.run_id limit 1) is null
                          and (select s.size from run_audience s where s.run_id = r.run_id)
                              = (select count(*) from run_decision d where d.run_id = r.run_id)))
        order by promotional, r.planned_position
        """,
        {"now": now},
    ).fetchall()


def anything_open(connection: Connection[Any]) -> bool:
    """Whether a run is not over, whatever it waits for."""
    unfinished = (
        "select from run r where not exists (select from run_finish f where f.run_id = r.run_id) limit 1"
    )
    return connection.execute(unfinished).fetchone() is not None


def open_run(connection: Connection[Any], campaign_id: UUID) -> Row | None:
    """The run of a campaign that is not over."""
    found: Row | None = connection.execute(
        "select r.run_id, r.ends_at from run r left join run_finish f using (run_id)"
        " where r.campaign_id = %s and f.run_id is null order by r.planned_position desc limit 1",
        [campaign_id],
    ).fetchone()
    return found


def waiting(connection: Connection[Any], run_id: UUID, now: datetime, limit: int) -> list[Row]:
    """Members found eligible who can be handed over now.

    Each one's message is looked up: a join would compare all with all where nobody has counted the rows yet.
    """
    return connection.execute(
        """
        select customer_id as member_id, coalesce(status = 'deferred', false) as deferred
        from (
            select o.customer_id, o.decided_position, (
                select m.status from message m where m.run_id = o.run_id and m.customer_id = o.customer_id
            ) as status
            from run_open o
            where o.run_id = %(run)s
              and (o.retry_at is null or o.retry_at <= %(now)s
                   or exists (select from run r left join campaign_cancellation n using (campaign_id)
                              where r.run_id = %(run)s
                                and (r.ends_at <= %(now)s or n.campaign_id is not null)))
        ) as open
        where status is distinct from 'handed_over'
        order by decided_position, customer_id limit %(limit)s
        """,
        {"run": run_id, "now": now, "limit": limit},
    ).fetchall()


def anyone_open(connection: Connection[Any], run_id: UUID) -> bool:
    """Whether anyone of the recorded audience has no final outcome; someone who was lost stays open."""
    found = connection.execute("select from run_open where run_id = %s limit 1", [run_id]).fetchone()
    return found is not None or open_count(connection, run_id) > 0


def open_count(connection: Connection[Any], run_id: UUID) -> int:
    """How many of the recorded audience have no final outcome; someone who was lost stays open."""
    counted = outcomes(connection, run_id)
    row = connection.execute("select size from run_audience where run_id = %s", [run_id]).fetchone()
    ended = sum(n for outcome, n in counted.items() if outcome not in ("pending", "deferred"))
    return (row["size"] if row else 0) - ended


def handed_over(connection: Connection[Any], *, before_epoch: int) -> list[UUID]:
    """Messages handed over in an earlier epoch than this whose outcome nobody wrote."""
    rows = connection.execute(
        "select message_id from message where status = 'handed_over' and epoch < %s order by message_id",
        [before_epoch],
    ).fetchall()
    return [row["message_id"] for row in rows]
