"""Whether the log knows a profile, without the lag of a projection."""

from uuid import UUID

from psycopg_pool import ConnectionPool

from infrastructure.postgres.connections import borrowed

KNOWN = """
select exists (select from log.events where customer_id = %(profile)s)
    or exists (select from log.events where other_profile_id = %(profile)s)
"""


def is_known(pool: ConnectionPool, profile_id: UUID) -> bool:
    """Returns whether a fact is about this profile, such as that a customer holds its identifier."""
    with borrowed(pool) as connection:
        row = connection.execute(KNOWN, {"profile": profile_id}).fetchone()
    return bool(row and row[0])
