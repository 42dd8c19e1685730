"""Who leaves last turns the embedded server off."""

from contextlib import suppress

import psycopg

from infrastructure.machine.home import Located, embedded_server
from infrastructure.processes.home_lock import HomeInUse, HomeLock

_OTHERS = """
select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
"""


def stop_server_if_unused(located: Located) -> None:
    """Stops the embedded server, unless `farley up` uses its home or another client is connected."""
    if located.server is None:
        return
    with suppress(HomeInUse, psycopg.OperationalError):
        lock = HomeLock.take(located.settings.home, command="farley", port=located.settings.port, wait=0)
        try:
            if not _others(located.server.url()):
                embedded_server(located.settings).stop()
        finally:
            lock.release()


def _others(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(_OTHERS).fetchone()
    return row[0] if row else 0
