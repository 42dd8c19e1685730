"""Questions about campaigns, their runs, what was decided and what became of each message."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

Row = dict[str, Any]

_NOBODY = UUID(int=0)
"""Before everyone in the order of ids."""

OUTCOMES = ("pending", "deferred", "sent", "suppressed", "held_out", "failed", "unknown")
"""Everyone in an audience is at any moment in exactly one of these (semantics 35)."""

_OUTCOME = """
    case when d.customer_id is null then 'pending'
         when d.verdict = 'held_out' then 'held_out'
         when d.verdict <> 'eligible' then 'suppressed'
         when m.status is null or m.status = 'handed_over' then 'pending'
         else m.status end"""
_MEMBERS = """
    run_member a
    left join run_decision d on d.run_id = a.run_id and d.customer_id = a.customer_id
    left join message m on m.run_id = a.run_id and m.customer_id = a.customer_id"""
# Of each table only the page is read; the bound on `a` alone would have the joins begin at the first member.
_PAGE_MEMBERS = """
    run_member a
    left join run_decision d on d.run_id = a.run_id and d.customer_id = a.customer_id
         and d.run_id = %(run)s and d.customer_id > %(after)s
    left join message m on m.run_id = a.run_id and m.customer_id = a.customer_id
         and m.run_id = %(run)s and m.customer_id > %(after)s"""
_REASONS = "coalesce(case when d.verdict = 'eligible' then m.reasons else d.reasons end, '[]'::jsonb)"

_CAMPAIGN = """
select c.*, case when n.campaign_id is not null then 'cancelled'
                 when c.ends_at <= %(now)s then 'ended'
                 when a.campaign_id is null then 'draft'
                 when p.paused then 'paused'
                 when exists (select from run r left join run_finish f using (run_id)
                              where r.campaign_id = c.campaign_id and f.run_id is null) then 'active'
                 else 'approved' end as state,
       a.approved_at, a.approved_by, n.cancelled_at, n.reason as cancellation_reason,
       case when p.paused then p.reason end as pause_reason,
       greatest(c.position, a.position, p.position, n.position) as changed_position
from campaign c
left join campaign_approval a on a.campaign_id = c.campaign_id and a.version > c.content_version
left join campaign_pause p on p.campaign_id = c.campaign_id
left join campaign_cancellation n on n.campaign_id = c.campaign_id"""
_RUN = """
select r.*, s.size, s.recorded_at as started_at, f.finished_at, f.how, f.why,
       coalesce(p.paused and n.campaign_id is null, false) as paused,
       (select count(*) from run_decision d where d.run_id = r.run_id) as decided
from run r left join run_audience s using (run_id) left join run_finish f using (run_id)
left join campaign_pause p on p.campaign_id = r.campaign_id
left join campaign_cancellation n on n.campaign_id = r.campaign_id"""


def campaign(connection: Connection[Any], campaign_id: UUID, now: datetime) -> Row | None:
    """A campaign with its state at this instant; None where there is none."""
    found = connection.execute(
        f"{_CAMPAIGN} where c.campaign_id = %(campaign)s".encode(), {"campaign": campaign_id, "now": now}
    ).fetchone()
    return _changed(found) if found is not None else None


def campaigns(connection: Connection[Any], now: datetime, *, before: int | None, limit: int) -> list[Row]:
    """Campaigns, the newest first; `before`: only those drafted before this position."""
    found = connection.execute(
        f"{_CAMPAIGN} where c.drafted_position < coalesce(%(before)s, 9223372036854775807)"
        " order by c.drafted_position desc limit %(limit)s".encode(),
        {"before": before, "limit": limit, "now": now},
    ).fetchall()
    return [_changed(row) for row in found]


def _changed(found: Row) -> Row:
    """`position`: of the newest fact that any of it rests on."""
    return {**found, "position": found["changed_position"]}


def run(connection: Connection[Any], run_id: UUID) -> Row | None:
    """A run with its state, its outcomes, the reasons of those who got nothing, and whether it balances."""
    found = connection.execute(f"{_RUN} where r.run_id = %s".encode(), [run_id]).fetchone()
    return _with_balance(connection, found) if found is not None else None


def runs(connection: Connection[Any], campaign_id: UUID, *, before: int | None, limit: int) -> list[Row]:
    """The runs of a campaign, the newest first, each as `run` gives it."""
    found = connection.execute(
        f"{_RUN} where r.campaign_id = %s and r.planned_position < coalesce(%s, 9223372036854775807)"
        " order by r.planned_position desc limit %s".encode(),
        [campaign_id, before, limit],
    ).fetchall()
    return [_with_balance(connection, row) for row in found]


def outcomes(connection: Connection[Any], run_id: UUID) -> dict[str, int]:
    """How many members of the audience are in each outcome."""
    rows = connection.execute(
        f"select {_OUTCOME} as outcome, count(*) as n from {_MEMBERS} where a.run_id = %s group by 1".encode(),
        [run_id],
    ).fetchall()
    counted = {row["outcome"]: row["n"] for row in rows}
    return {outcome: counted.get(outcome, 0) for outcome in OUTCOMES}


def reasons(connection: Connection[Any], run_id: UUID) -> dict[str, int]:
    """How many members each reason code stopped; one person may have several."""
    rows = connection.execute(
        f"select r.reason ->> 'code' as code, count(*) as n from {_MEMBERS},"
        f" jsonb_array_elements({_REASONS}) as r(reason) where a.run_id = %s group by 1 order by 1".encode(),
        [run_id],
    ).fetchall()
    return {row["code"]: row["n"] for row in rows}


def decisions(
    connection: Connection[Any],
    run_id: UUID,
    *,
    outcome: str | None = None,
    reason: str | None = None,
    customer_ids: Collection[UUID] | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[Row]:
    """What was decided about each member, by customer id; where there were two verdicts, the later.

    `decided_at` and `read_position`: the instant for which that verdict was, and up to where it knew the log.
    """
    return connection.execute(
        f"""
        select * from (
            select a.customer_id, {_OUTCOME} as outcome, {_REASONS} as reasons, d.unit,
                   coalesce(m.policy_version, d.policy_version) as policy_version,
                   coalesce(m.rules_version, d.rules_version) as rules_version,
                   coalesce(m.decided_for, d.decided_for) as decided_at,
                   coalesce(m.read_position, d.read_position) as read_position,
                   m.message_id, coalesce(m.position, d.position, a.position) as position
            from {_PAGE_MEMBERS}
            where a.run_id = %(run)s and a.customer_id > %(after)s
              and (%(customers)s::uuid[] is null or a.customer_id = any(%(customers)s))
        ) decided
        where (%(outcome)s::text is null or outcome = %(outcome)s)
          and (%(reason)s::text is null or reasons @> jsonb_build_array(jsonb_build_object('code', %(reason)s::text)))
        order by customer_id limit %(limit)s
        """.encode(),
        {
            "run": run_id,
            "after": after or _NOBODY,
            "customers": list(customer_ids) if customer_ids is not None else None,
            "outcome": outcome,
            "reason": reason,
            "limit": limit,
        },
    ).fetchall()


def messages(
    connection: Connection[Any], run_id: UUID, *, outcome: str | None, after: UUID | None, limit: int
) -> list[Row]:
    """The messages of a run that have facts of their own, by the member they are to."""
    return connection.execute(
        """
        select message_id, customer_id, case status when 'handed_over' then 'pending' else status end as outcome,
               attempt, handed_over_at, retry_at, coalesce(reasons, '[]'::jsonb) as reasons, occurred_at, position,
               version
        from message
        where run_id = %(run)s and customer_id > %(after)s
          and (%(outcome)s::text is null
               or case status when 'handed_over' then 'pending' else status end = %(outcome)s)
        order by customer_id limit %(limit)s
        """,
        {"run": run_id, "outcome": outcome, "after": after or _NOBODY, "limit": limit},
    ).fetchall()


def contacts(connection: Connection[Any], profile_ids: Collection[UUID]) -> Row:
    """How often a person was sent a message by campaigns, and when the last of these was handed over."""
    row: Row | None = connection.execute(
        "select count(*) as contacts, max(handed_over_at) as last_contact_at from message"
        " where status = 'sent' and (customer_id = any(%(ids)s) or profile_id = any(%(ids)s))",
        {"ids": list(profile_ids)},
    ).fetchone()
    assert row is not None
    return row


# What the dispatcher asks


def open_runs(connection: Connection[Any], now: datetime) -> list[Row]:
    """Runs that are not over and may have something to do at this instant, the oldest first: their time has come,
    and their campaign is not paused, or nothing of them is open any more. A cancelled one's can always end.

    Whether something is open is looked up run by run, as in `waiting`.
    """
    return connection.execute(
        """
        select r.run_id, r.campaign_id
        from run r left join run_finish f using (run_id)
        left join campaign_pause p on p.campaign_id = r.campaign_id
        left join campaign_cancellation n on n.campaign_id = r.campaign_id
        where f.run_id is null
          and (n.campaign_id is not null
               or r.planned_for <= %(now)s
                  and (p.paused is not true
                       or (select o.run_id from run_open o where o.run_id = r.run_id limit 1) is null
                          and (select s.size from run_audience s where s.run_id = r.run_id)
                              = (select count(*) from run_decision d where d.run_id = r.run_id)))
        order by r.planned_position
        """,
        {"now": now},
    ).fetchall()


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


def taken_addresses(connection: Connection[Any], run_id: UUID, addresses: Collection[UUID]) -> list[Row]:
    """Which of these addresses members of the run get (or got) their message at, or would have got it if they
    were not held out, and what says so.

    A handover has taken its address for good. A decision takes it while that member may get the message there:
    not if it ended before any handover, nor once they have the address no more.
    """
    return connection.execute(
        """
        select d.address_id, d.customer_id, d.position
        from run_decision d left join message m on m.run_id = d.run_id and m.customer_id = d.customer_id
        where d.run_id = %(run)s and d.verdict in ('eligible', 'held_out') and d.address_id = any(%(addresses)s)
          and m.address_id is null and (m.status is null or m.status not in ('suppressed', 'failed'))
          and not exists (
              select from contact_point c
              where c.customer_id = d.profile_id and c.contact_point_id = d.contact_point_id
                and c.removed_position is not null)
        union all
        select address_id, customer_id, position from message
        where campaign_id = (select campaign_id from run where run_id = %(run)s)
          and run_id = %(run)s and address_id = any(%(addresses)s)
        """,
        {"run": run_id, "addresses": list(addresses)},
    ).fetchall()


def handed_over(connection: Connection[Any], *, before_epoch: int) -> list[UUID]:
    """Messages handed over in an earlier epoch than this whose outcome nobody wrote."""
    rows = connection.execute(
        "select message_id from message where status = 'handed_over' and epoch < %s order by message_id",
        [before_epoch],
    ).fetchall()
    return [row["message_id"] for row in rows]


def _with_balance(connection: Connection[Any], found: Row) -> Row:
    counted = outcomes(connection, found["run_id"])
    return {
        **found,
        "state": _state(found, counted),
        "audience": found["size"],
        "outcomes": counted,
        "reasons": reasons(connection, found["run_id"]),
        "balanced": _balanced(counted, found["size"]),
    }


def _balanced(counted: dict[str, int], size: int | None) -> bool:
    """Whether the outcomes add up; before the audience's size is recorded nobody has any but pending."""
    return sum(counted.values()) == (counted["pending"] if size is None else size)


def _state(found: Row, counted: dict[str, int]) -> str:
    if found["how"] is not None:
        return str(found["how"])
    if found["paused"]:
        return "paused"
    if found["size"] is None:
        return "planned"
    return "deciding" if found["decided"] < found["size"] else "sending"
