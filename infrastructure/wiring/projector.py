"""Builds the projector: the connection on which projections are folded."""

from typing import Any

import psycopg

import domain.registry  # noqa: F401 - the batch has a view over every kind of fact
from infrastructure.machine.home import Located
from infrastructure.postgres.connections import as_role, translated


def projector_connection(located: Located) -> psycopg.Connection[Any]:
    """Returns a connection of farley_projector. The caller has to close it.

    PostgreSQL ends its session if it rests in a transaction for as long as a lease: a process that was stopped there
    would keep the others from folding. It waits for a lock as long at most, and then looks who holds it.
    """
    lease = f"{located.settings.lease_seconds}s"
    url = as_role(
        located.database_url,
        "farley_projector",
        idle_in_transaction_session_timeout=lease,
        lock_timeout=lease,
    )
    with translated():
        return psycopg.connect(url, autocommit=True)
