"""The access of reporting tools: as farley_reporting on 127.0.0.1, with a password that is made once."""

import secrets
from pathlib import Path

import psycopg
from psycopg import sql

from infrastructure.machine.home import STORE_DATABASE, Located, private_file
from infrastructure.postgres.connections import translated

ROLE = "farley_reporting"
FIRST_PORT = 54320


def usual_port(home: Path) -> int:
    """Returns the port that this home's server had the last time, so that the tools' settings stay valid."""
    try:
        return int((home / "reporting.port").read_text())
    except (OSError, ValueError):
        return FIRST_PORT


def open_to_reporting(located: Located) -> str | None:
    """Sets the role's password on the embedded server. Returns the URL for tools, or None on another server."""
    if located.server is None or located.server.tcp_port is None:
        return None
    home, port = located.settings.home, located.server.tcp_port
    (home / "reporting.port").write_text(f"{port}\n")
    password = _password(home)
    with translated(), psycopg.connect(located.database_url, autocommit=True) as connection:
        # The server hears the scram verifier only, so that no log of its can hold the password.
        verifier = connection.pgconn.encrypt_password(password.encode(), ROLE.encode(), b"scram-sha-256")
        change = sql.SQL("alter role {} password {}").format(sql.Identifier(ROLE), verifier.decode())
        connection.execute(change)
    return f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/{STORE_DATABASE}"


def _password(home: Path) -> str:
    return private_file(home / "keys" / "reporting.password", lambda: secrets.token_urlsafe(24))
