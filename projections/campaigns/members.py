"""The members of a run with an outcome or a first reason. A page is read by indexes, however long the run is."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.messages.events import MessageOutcome

# Each of these selects the next members in the order of their ids. Conditions repeat those of partial indexes.
_STOPPED = """
select s.member_id
from unnest(case when %(first_reason)s::text is not null then array[%(first_reason)s::text]
                 else array(select name from run_count where run_id = %(run)s and what = 'first_reason') end) as c(code)
cross join lateral (
    select member_id from run_decision
    where run_id = %(run)s and verdict <> 'eligible' and reasons -> 0 ->> 'code' = c.code and member_id > %(after)s
      and (%(outcome)s::text is null or verdict = %(outcome)s)
    order by member_id limit %(limit)s
) s
"""
"""Whom the first decision stopped."""

_ELIGIBLE = """
exists (select from run_decision d where d.run_id = m.run_id and d.member_id = m.member_id and d.verdict = 'eligible')
"""
_ENDED_BY_REASON = f"""
select member_id from message m
where run_id = %(run)s and reasons is not null and reasons -> 0 ->> 'code' = %(first_reason)s and member_id > %(after)s
  and (%(outcome)s::text is null or outcome = %(outcome)s) and {_ELIGIBLE}
"""
_ENDED = f"""
select member_id from message m
where run_id = %(run)s and outcome = %(outcome)s and outcome not in ('pending', 'sent') and member_id > %(after)s
  and {_ELIGIBLE}
"""
_SENT = f"""
select member_id from message m
where run_id = %(run)s and outcome = 'sent' and member_id > %(after)s and {_ELIGIBLE}
"""
_WAITING = """
select member_id from run_open where run_id = %(run)s and retry_at is null and member_id > %(after)s
"""
_UNDECIDED = """
select member_id from run_member a
where run_id = %(run)s and member_id > %(after)s
  and (select size from run_audience where run_id = %(run)s)
      is distinct from (select n from run_count where run_id = %(run)s and what = 'decided')
  and not exists (select from run_decision d where d.run_id = a.run_id and d.member_id = a.member_id)
"""
_EVERYBODY = """
select member_id from run_member where run_id = %(run)s and member_id > %(after)s
"""


def members_with(
    connection: Connection[Any],
    run_id: UUID,
    *,
    outcome: str | None,
    first_reason: str | None,
    after: UUID,
    limit: int,
) -> list[UUID]:
    """Returns the members after this one with the outcome, the first reason or both, in the order of their ids.

    None stands for any.
    """
    page = "\norder by member_id limit %(limit)s"
    parts = " union all ".join(f"({part}{page})" for part in _parts(outcome, first_reason))
    rows = connection.execute(
        f"select member_id from ({parts}) found{page}".encode(),
        {"run": run_id, "outcome": outcome, "first_reason": first_reason, "after": after, "limit": limit},
    )
    return [row["member_id"] for row in rows]


def _parts(outcome: str | None, first_reason: str | None) -> Sequence[str]:
    if first_reason is not None:
        return (_STOPPED, _ENDED_BY_REASON)
    if outcome is None:
        return (_EVERYBODY,)
    if outcome == MessageOutcome.PENDING:
        return (_WAITING, _UNDECIDED)
    if outcome in (MessageOutcome.SUPPRESSED, MessageOutcome.HELD_OUT):
        return (_STOPPED, _ENDED)
    return (_SENT,) if outcome == MessageOutcome.SENT else (_ENDED,)
