"""Whether the log knows a profile, or stops a domain, without the lag of a projection."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg_pool import ConnectionPool

from domain.suppressions.events import SuppressionImposed, SuppressionLifted
from infrastructure.postgres.connections import borrowed

KNOWN = """
select exists (select from log.events where customer_id = %(profile)s)
    or exists (select from log.events where other_profile_id = %(profile)s)
"""
STOPPED = """
select exists (
    select from log.facts imposed
    where customer_id = any(%(domains)s) and stored_name = %(imposed)s
      and coalesce((data ->> 'until')::timestamptz > %(at)s, true)
      and not exists (
          select from log.events where stream_id = imposed.stream_id and stored_name = %(lifted)s))
"""


def is_known(pool: ConnectionPool, profile_id: UUID) -> bool:
    """Returns whether a fact is about this profile, such as that a customer holds its identifier."""
    with borrowed(pool) as connection:
        row = connection.execute(KNOWN, {"profile": profile_id}).fetchone()
    return bool(row and row[0])


def is_stopped(pool: ConnectionPool, domain_ids: Sequence[UUID], at: datetime) -> bool:
    """Returns whether a suppression of one of these domains is in force at this instant."""
    values = {
        "domains": list(domain_ids),
        "at": at,
        "imposed": SuppressionImposed.stored_name,
        "lifted": SuppressionLifted.stored_name,
    }
    with borrowed(pool) as connection:
        row = connection.execute(STOPPED, values).fetchone()
    return bool(row and row[0])
