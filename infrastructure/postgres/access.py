"""API keys and receipts as PostgreSQL keeps them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from application.access import LIVE_AT_ONCE, ApiKey, Subject, TooManyKeys
from application.receipts import Receipt
from domain.errors import NotConfigured
from infrastructure.postgres.connections import borrowed

_LIVE = "revoked_at is null and (expires_at is null or expires_at > clock_timestamp())"


class DatabaseKeyStore:
    """The KeyStore port."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def add(
        self, key_id: UUID, name: str, key_hash: bytes, scopes: Sequence[str], expires_at: datetime | None
    ) -> None:
        with borrowed(self._pool) as connection, connection.transaction():
            # one at a time, lest two count the same keys
            connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"api key {name}"])
            row = connection.execute(
                f"select count(*) from access.api_keys where name = %s and hash <> %s and {_LIVE}".encode(),
                [name, key_hash],
            ).fetchone()
            if row is not None and row[0] >= LIVE_AT_ONCE:
                raise TooManyKeys(
                    f"{name} has {LIVE_AT_ONCE} live keys, as a rotation needs: revoke one first"
                    " (farley keys list), or give another client another name."
                )
            connection.execute(
                "insert into access.api_keys (key_id, name, hash, scopes, expires_at) values (%s, %s, %s, %s, %s)"
                " on conflict (hash) do nothing",
                [key_id, name, key_hash, list(scopes), expires_at],
            )

    def configure(self, key_id: UUID, name: str, key_hash: bytes | None, scopes: Sequence[str]) -> int:
        with borrowed(self._pool) as connection, connection.transaction():
            ended = connection.execute(
                "update access.api_keys set revoked_at = clock_timestamp()"
                " where configured and revoked_at is null and hash is distinct from %s",
                [key_hash],
            ).rowcount
            if key_hash is not None and not self._configured(connection, key_id, name, key_hash, scopes):
                raise NotConfigured("FARLEY_ADMIN_KEY names a key that was revoked: set another one.")
        return ended

    @staticmethod
    def _configured(
        connection: Connection[Any], key_id: UUID, name: str, key_hash: bytes, scopes: Sequence[str]
    ) -> bool:
        """False for a key that was revoked by hand."""
        stored = connection.execute(
            "insert into access.api_keys as k (key_id, name, hash, scopes, configured)"
            " values (%s, %s, %s, %s, true)"
            " on conflict (hash) do update"
            " set scopes = excluded.scopes, configured = true, expires_at = null, revoked_at = null"
            " where k.configured or k.revoked_at is null",
            [key_id, name, key_hash, list(scopes)],
        )
        return stored.rowcount == 1

    def anyone_with(self, scope: str) -> bool:
        with borrowed(self._pool) as connection:
            row = connection.execute(
                f"select exists (select from access.api_keys where %s = any(scopes) and {_LIVE})".encode(),
                [scope],
            ).fetchone()
        return bool(row and row[0])

    def live(self, key_hash: bytes) -> Subject | None:
        with borrowed(self._pool) as connection:
            row = connection.execute(
                f"select key_id, name, scopes, last_used is null or last_used < clock_timestamp() - interval '1 minute'"
                f" from access.api_keys where hash = %s and {_LIVE}".encode(),
                [key_hash],
            ).fetchone()
            if row is None:
                return None
            if row[3]:
                connection.execute(
                    "update access.api_keys set last_used = clock_timestamp() where key_id = %s", [row[0]]
                )
        return Subject(key_id=row[0], name=row[1], scopes=frozenset(row[2]))

    def all(self) -> list[ApiKey]:
        with borrowed(self._pool) as connection, connection.cursor(row_factory=class_row(ApiKey)) as cursor:
            return cursor.execute(
                "select key_id, name, scopes, created_at, expires_at, revoked_at, last_used"
                " from access.api_keys order by created_at"
            ).fetchall()

    def revoke(self, key_id: UUID) -> bool:
        with borrowed(self._pool) as connection:
            return (
                connection.execute(
                    "update access.api_keys set revoked_at = clock_timestamp(), configured = false"
                    " where key_id = %s and revoked_at is null",
                    [key_id],
                ).rowcount
                == 1
            )


class DatabaseReceipts:
    """The Receipts port."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def find(self, subject: str, key: str) -> tuple[bytes, Receipt] | None:
        with borrowed(self._pool) as connection:
            row = connection.execute(
                "select fingerprint, answer, position from log.receipts where subject = %s and key = %s"
                " and recorded_at > clock_timestamp() - interval '720 hours'",
                [subject, key],
            ).fetchone()
        return (bytes(row[0]), Receipt(answer=row[1], position=row[2])) if row is not None else None
