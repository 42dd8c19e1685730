"""API keys and receipts as PostgreSQL keeps them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from application.access.keys import LIVE_AT_ONCE, AccessScope, ApiKey, Owner, Subject, TooManyKeys
from application.access.roles import Role
from application.receipts import Receipt
from domain.errors import NotConfigured
from infrastructure.postgres.connections import borrowed

_KEY = "key_id, name, scopes, roles, created_at, expires_at, revoked_at, last_used"


class DatabaseKeyStore:
    """The KeyStore port."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def add(self, key_id: UUID, owner: Owner, key_hash: bytes, expires_at: datetime | None) -> None:
        with borrowed(self._pool) as connection, connection.transaction():
            # one at a time, lest two count the same keys
            connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [owner.actor])
            row = connection.execute(
                "select count(*) from access.live_keys where name = %s and (roles <> '{}') = %s and hash <> %s",
                [owner.name, owner.is_person, key_hash],
            ).fetchone()
            if row is not None and row[0] >= LIVE_AT_ONCE:
                raise TooManyKeys(
                    f"{owner.name} has {LIVE_AT_ONCE} live keys, as a rotation needs: revoke one first"
                    " (farley keys list), or give another client another name."
                )
            connection.execute(
                "insert into access.api_keys (key_id, name, hash, scopes, roles, expires_at)"
                " values (%s, %s, %s, %s, %s, %s) on conflict (hash) do nothing",
                [key_id, owner.name, key_hash, list(owner.scopes), list(owner.roles), expires_at],
            )

    def configure(self, key_id: UUID, owner: Owner, key_hash: bytes | None) -> int:
        with borrowed(self._pool) as connection, connection.transaction():
            ended = connection.execute(
                "update access.api_keys set revoked_at = clock_timestamp()"
                " where configured and revoked_at is null and hash is distinct from %s",
                [key_hash],
            ).rowcount
            if key_hash is not None and not self._configured(connection, key_id, owner, key_hash):
                raise NotConfigured("FARLEY_ADMIN_KEY names a key that was revoked: set another one.")
        return ended

    @staticmethod
    def _configured(connection: Connection[Any], key_id: UUID, owner: Owner, key_hash: bytes) -> bool:
        """False for a key that was revoked by hand."""
        stored = connection.execute(
            "insert into access.api_keys as k (key_id, name, hash, scopes, roles, configured)"
            " values (%s, %s, %s, %s, %s, true)"
            " on conflict (hash) do update set scopes = excluded.scopes, roles = excluded.roles,"
            " configured = true, expires_at = null, revoked_at = null"
            " where k.configured or k.revoked_at is null",
            [key_id, owner.name, key_hash, list(owner.scopes), list(owner.roles)],
        )
        return stored.rowcount == 1

    def any_administrator(self) -> bool:
        with borrowed(self._pool) as connection:
            row = connection.execute(
                "select exists (select from access.live_keys where %s = any(scopes) or %s = any(roles))",
                [AccessScope.ADMIN, Role.ADMINISTRATOR],
            ).fetchone()
        return bool(row and row[0])

    def live(self, key_hash: bytes) -> Subject | None:
        with borrowed(self._pool) as connection:
            row = connection.execute(
                "select key_id, name, scopes, roles,"
                " last_used is null or last_used < clock_timestamp() - interval '1 minute'"
                " from access.live_keys where hash = %s",
                [key_hash],
            ).fetchone()
            if row is None:
                return None
            key_id, name, scopes, roles, was_long_ago = row
            if was_long_ago:
                connection.execute(
                    "update access.api_keys set last_used = clock_timestamp() where key_id = %s", [key_id]
                )
        return Subject.of(key_id, Owner(name=name, scopes=tuple(scopes), roles=tuple(roles)))

    def all(self) -> list[ApiKey]:
        with borrowed(self._pool) as connection:
            rows = connection.execute(f"select {_KEY} from access.api_keys order by created_at".encode())
            return [
                ApiKey(
                    key_id=key_id,
                    owner=Owner(name=name, scopes=tuple(scopes), roles=tuple(roles)),
                    created_at=created_at,
                    expires_at=expires_at,
                    revoked_at=revoked_at,
                    last_used=last_used,
                )
                for key_id, name, scopes, roles, created_at, expires_at, revoked_at, last_used in rows
            ]

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
