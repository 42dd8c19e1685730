"""Names the sessions that keep a rebuild from switching, and what an operator can do about them."""

from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import tuple_row

_HOLDERS = """
select l.pid, coalesce(nullif(a.application_name, ''), a.usename, '?') as name, l.virtualtransaction,
       l.relation = 'operation.folding'::regclass as folds
from pg_locks l
join pg_database d on d.oid = l.database and d.datname = current_database()
left join pg_stat_activity a on a.pid = l.pid
where l.granted and l.pid <> pg_backend_pid() and (
    -- the mode in which a backup holds all tables keeps nobody from folding
    l.relation = 'operation.folding'::regclass and l.mode <> 'AccessShareLock'
    or l.relation in (
        select c.oid from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join operation.projections p on 'read_' || p.name = n.nspname
        where c.relkind = 'v' and p.name = any(%s)
    )
)
"""


class Holder(NamedTuple):
    """A session that holds what a switch needs. `folds`: it folds; otherwise it reads the reporting views."""

    pid: int
    name: str
    transaction: str
    folds: bool

    def __str__(self) -> str:
        session = (
            f"The switch to the rebuilt tables waits for the PostgreSQL session {self.pid} ({self.name})"
        )
        if self.folds:
            return (
                f"{session}, which is folding. If its process is stopped, continue or end that process. PostgreSQL"
                " ends the session itself when it has done nothing in its transaction for FARLEY_LEASE_SECONDS."
            )
        return (
            f"{session}, which reads the reporting views in an open transaction. End that transaction, or the"
            f" session: select pg_terminate_backend({self.pid})."
        )


def holders(connection: Connection[Any], names: list[str]) -> set[Holder]:
    """Returns the sessions that hold what a switch of these projections needs now."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return {Holder(*row) for row in cursor.execute(_HOLDERS, [names])}
