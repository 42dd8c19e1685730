"""Questions about campaigns, their runs, the decisions, and the outcome of each message."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.campaigns.campaign import CampaignState
from domain.messages.events import MessageOutcome
from domain.next_actions.facts import Happened
from domain.runs.run import RunState
from projections.campaigns.members import members_with
from projections.tallies import Tallied, of
from projections.together import Rows

Row = dict[str, Any]

LAST_MINUTE = timedelta(minutes=1)
SHORTEST_SECONDS = 10.0
"""The least time by which messages are divided: that of one count."""

_NOBODY = UUID(int=0)
"""An id that sorts before all member ids."""

# Any verdict but eligible is the member's outcome, too.
_OUTCOME = "coalesce(case d.verdict when 'eligible' then m.outcome else d.verdict end, 'pending')"
# The bounds on all three tables make PostgreSQL read only the page. With a bound on `a` alone, the joins would begin
# at the first member.
_PAGE_MEMBERS = """
    run_member a
    left join run_decision d on d.run_id = a.run_id and d.member_id = a.member_id
         and d.run_id = %(run)s and d.member_id > %(after)s
    left join message m on m.run_id = a.run_id and m.member_id = a.member_id
         and m.run_id = %(run)s and m.member_id > %(after)s"""
_GIVEN_MEMBERS = """
    unnest(%(members)s::uuid[]) as given(id)
    cross join lateral (
        select member_id, position from run_member where run_id = %(run)s and member_id = given.id limit 1
    ) a
    left join lateral (select * from run_decision where run_id = %(run)s and member_id = given.id limit 1) d on true
    left join lateral (select * from message where run_id = %(run)s and member_id = given.id limit 1) m on true"""
_REASONS = "coalesce(case when d.verdict = 'eligible' then m.reasons else d.reasons end, '[]'::jsonb)"

_CAMPAIGN = """
select c.*, case when n.campaign_id is not null then 'cancelled'
                 when c.ends_at <= %(now)s then 'ended'
                 when a.campaign_id is null then 'draft'
                 when p.paused then 'paused'
                 when exists (select from run r left join run_end e using (run_id)
                              where r.campaign_id = c.campaign_id and e.run_id is null) then 'active'
                 else 'approved' end as state,
       a.approved_at, a.approved_by, n.cancelled_at, n.reason as cancellation_reason,
       case when p.paused then p.reason end as pause_reason,
       greatest(c.position, a.position, p.position, n.position) as changed_position
from campaign c
left join campaign_approval a on a.campaign_id = c.campaign_id and a.version > c.content_version
left join campaign_pause p on p.campaign_id = c.campaign_id
left join campaign_cancellation n on n.campaign_id = c.campaign_id"""
_RUN = """
select r.*, c.recheck_segment, s.size, s.recorded_at as started_at, e.finished_at, e.end_state, e.cause,
       coalesce(p.paused and n.campaign_id is null, false) as paused,
       coalesce((select n from run_count c where c.run_id = r.run_id and c.what = 'decided'), 0) as decided,
       (select coalesce(jsonb_object_agg(name, n), '{}') from run_count c
        where c.run_id = r.run_id and c.what = 'outcome') as outcomes,
       (select coalesce(jsonb_object_agg(name, n), '{}') from run_count c
        where c.run_id = r.run_id and c.what = 'reason') as reasons,
       (select coalesce(jsonb_object_agg(name, n), '{}') from run_count c
        where c.run_id = r.run_id and c.what = 'first_reason') as first_reasons
from run r left join run_audience s using (run_id) left join run_end e using (run_id)
left join campaign c on c.campaign_id = r.campaign_id
left join campaign_pause p on p.campaign_id = r.campaign_id
left join campaign_cancellation n on n.campaign_id = r.campaign_id"""

CONTACTS = """
select 'contact' as what, '' as name, count(*) as n, null::numeric as value, max(handed_over_at) as last_at
from message
where outcome = 'sent' and (member_id = any(array(select profile_id from profile_requested))
                            or customer_id = any(array(select profile_id from profile_requested)))
"""

UNKNOWN_MESSAGES = Rows(
    select="""
    select position, occurred_at from message
    where outcome = 'unknown' and (member_id = any(array(select profile_id from profile_requested))
                                   or customer_id = any(array(select profile_id from profile_requested)))
    order by position
    """,
    row=Happened,
)
"""The newest facts of the messages to some profiles of which nobody knows whether they left."""


@dataclass(frozen=True, kw_only=True)
class Contacts:
    """How many messages campaigns sent to a person, and when the last of these messages was handed over."""

    count: int
    last_at: datetime | None


def campaign(connection: Connection[Any], campaign_id: UUID, now: datetime) -> Row | None:
    """Returns a campaign with its state at this instant, or None if no campaign has this id."""
    row = connection.execute(
        f"{_CAMPAIGN} where c.campaign_id = %(campaign)s".encode(), {"campaign": campaign_id, "now": now}
    ).fetchone()
    return _changed(row) if row is not None else None


def campaigns(
    connection: Connection[Any],
    now: datetime,
    *,
    before: int | None,
    limit: int,
    state: CampaignState | None = None,
) -> list[Row]:
    """Returns campaigns, the newest first, each with its state at this instant.

    `before`: only campaigns drafted before this position. `state`: only campaigns in this state.
    """
    rows = connection.execute(
        f"select * from ({_CAMPAIGN}) standing"
        " where drafted_position < coalesce(%(before)s, 9223372036854775807)"
        " and (%(state)s::text is null or state = %(state)s)"
        " order by drafted_position desc limit %(limit)s".encode(),
        {"before": before, "limit": limit, "now": now, "state": state},
    ).fetchall()
    return [_changed(row) for row in rows]


def _changed(row: Row) -> Row:
    """Sets `position` to the position of the newest fact on which any part of the row rests."""
    return {**row, "position": row["changed_position"]}


def run(connection: Connection[Any], run_id: UUID) -> Row | None:
    """Returns a run with its state, its outcomes, its reason counts and whether it balances, or None."""
    row = connection.execute(f"{_RUN} where r.run_id = %s".encode(), [run_id]).fetchone()
    return _with_balance(row) if row is not None else None


def pace(connection: Connection[Any], run_id: UUID, now: datetime) -> float | None:
    """Returns how many messages of the run are handed over in a second, from those of the last minute.

    None if no message was handed over then.
    """
    row = connection.execute(
        "select sum(handed_over) as n, min(since) as since from run_pace where run_id = %s and since > %s",
        [run_id, now - LAST_MINUTE],
    ).fetchone()
    if row is None or row["since"] is None:
        return None
    seconds: float = (now - row["since"]).total_seconds()
    return float(row["n"]) / max(seconds, SHORTEST_SECONDS)


def runs(connection: Connection[Any], campaign_id: UUID, *, before: int | None, limit: int) -> list[Row]:
    """Returns the runs of a campaign, the newest first, each in the form that `run` returns.

    `before`: only runs planned before this position.
    """
    rows = connection.execute(
        f"{_RUN} where r.campaign_id = %s and r.planned_position < coalesce(%s, 9223372036854775807)"
        " order by r.planned_position desc limit %s".encode(),
        [campaign_id, before, limit],
    ).fetchall()
    return [_with_balance(row) for row in rows]


def outcomes(connection: Connection[Any], run_id: UUID) -> dict[MessageOutcome, int]:
    """Returns the number of members with each outcome."""
    rows = connection.execute(
        "select name, n from run_count where run_id = %s and what = 'outcome'", [run_id]
    )
    return _of_each({row["name"]: row["n"] for row in rows})


def _of_each(counted: Mapping[str, int]) -> dict[MessageOutcome, int]:
    return {outcome: counted.get(outcome, 0) for outcome in MessageOutcome}


def decisions(
    connection: Connection[Any],
    run_id: UUID,
    *,
    outcome: str | None = None,
    reason: str | None = None,
    first_reason: str | None = None,
    member_ids: Collection[UUID] | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[Row]:
    """Returns the decision about each member, ordered by member; of two decisions, the later one.

    `decided_at`: the instant for which it was decided. `read_position`: the position up to which it knew the log.
    """
    filters = {"outcome": outcome, "first_reason": first_reason}
    if member_ids is None and reason is None:
        # Without a list of members, PostgreSQL would read the whole run for a rare outcome.
        member_ids = members_with(connection, run_id, **filters, after=after or _NOBODY, limit=limit)
    source = (
        _PAGE_MEMBERS + " where a.run_id = %(run)s" if member_ids is None else _GIVEN_MEMBERS + " where true"
    )
    return connection.execute(
        f"""
        select * from (
            select a.member_id, {_OUTCOME} as outcome, {_REASONS} as reasons, d.unit,
                   coalesce(m.policy_version, d.policy_version) as policy_version,
                   coalesce(m.rules_version, d.rules_version) as rules_version,
                   coalesce(m.decided_for, d.decided_for) as decided_at,
                   coalesce(m.read_position, d.read_position) as read_position,
                   m.message_id, coalesce(m.position, d.position, a.position) as position
            from {source} and a.member_id > %(after)s
        ) decided
        where (%(outcome)s::text is null or outcome = %(outcome)s)
          and (%(first_reason)s::text is null or reasons -> 0 ->> 'code' = %(first_reason)s)
          and (%(reason)s::text is null or reasons @> jsonb_build_array(jsonb_build_object('code', %(reason)s::text)))
        order by member_id limit %(limit)s
        """.encode(),
        {
            **filters,
            "run": run_id,
            "after": after or _NOBODY,
            "members": list(member_ids) if member_ids is not None else None,
            "reason": reason,
            "limit": limit,
        },
    ).fetchall()


def messages(
    connection: Connection[Any], run_id: UUID, *, outcome: str | None, after: UUID | None, limit: int
) -> list[Row]:
    """Returns the messages of a run that have facts of their own, ordered by their member."""
    # A rare outcome is found by the index that has the outcomes of this condition only.
    rare = "and outcome not in ('pending', 'sent')" if outcome not in (None, "pending", "sent") else ""
    return connection.execute(
        f"""
        select message_id, member_id, outcome,
               attempt, handed_over_at, retry_at, coalesce(reasons, '[]'::jsonb) as reasons, occurred_at, position,
               version
        from message
        where run_id = %(run)s and member_id > %(after)s
          and {"outcome = %(outcome)s" if outcome is not None else "true"} {rare}
        order by member_id limit %(limit)s
        """.encode(),
        {"run": run_id, "outcome": outcome, "after": after or _NOBODY, "limit": limit},
    ).fetchall()


def unknown_messages(connection: Connection[Any], *, after: int, limit: int) -> list[Row]:
    """Returns the messages of all runs whose outcome is unknown after this position, the oldest first."""
    return connection.execute(
        """
        select m.message_id, m.member_id, m.run_id, m.campaign_id, m.outcome, m.attempt, m.handed_over_at,
               m.occurred_at, m.position, c.name as campaign_name
        from message m left join campaign c using (campaign_id)
        where m.outcome = 'unknown' and m.position > %(after)s
        order by m.position limit %(limit)s
        """,
        {"after": after, "limit": limit},
    ).fetchall()


def unknown_count(connection: Connection[Any], *, most: int) -> int:
    """Returns how many messages of all runs have an unknown outcome, `most` at most."""
    row = connection.execute(
        "select count(*) as n from (select from message where outcome = 'unknown' limit %s) unknown", [most]
    ).fetchone()
    return int(row["n"]) if row is not None else 0


def contacts_of(rows: Collection[Tallied]) -> Contacts:
    """Returns the contacts from the tally `CONTACTS`; `rows` may include rows of other tallies."""
    (row,) = of("contact", rows)
    return Contacts(count=row.n, last_at=row.last_at)


def _with_balance(row: Row) -> Row:
    counted = _of_each(row["outcomes"])
    return {
        **row,
        "state": _state(row),
        "audience": row["size"],
        "outcomes": counted,
        "reasons": dict(sorted(row["reasons"].items())),
        "first_reasons": dict(sorted(row["first_reasons"].items())),
        "balanced": _balanced(counted, row["size"]),
    }


def _balanced(counted: dict[MessageOutcome, int], size: int | None) -> bool:
    """Whether the outcomes add up to the audience. Before its size is recorded, all members must be pending."""
    return sum(counted.values()) == (counted[MessageOutcome.PENDING] if size is None else size)


def _state(row: Row) -> RunState:
    if row["end_state"] is not None:
        return RunState(row["end_state"])
    if row["paused"]:
        return RunState.PAUSED
    if row["size"] is None:
        return RunState.PLANNED
    return RunState.DECIDING if row["decided"] < row["size"] else RunState.SENDING
