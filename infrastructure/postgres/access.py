"""API keys and receipts as PostgreSQL keeps them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from application.access.changes import AccessChange
from application.access.keys import (
    LIVE_AT_ONCE,
    AccessScope,
    ApiKey,
    KeyKind,
    KeyQuestion,
    KeyState,
    Owner,
    Subject,
    TooManyKeys,
)
from application.access.roles import Role
from application.receipts import Receipt
from domain.errors import NotConfigured
from infrastructure.postgres.access_changes import note_change
from infrastructure.postgres.connections import borrowed

_KEY = """
select * from (
    select key_id, name, scopes, roles, created_at, expires_at, revoked_at, last_used,
           case when revoked_at is not null then 'revoked'
                when expires_at <= clock_timestamp() then 'expired' else 'live' end as key_state
    from access.api_keys
) k
"""
_SOME = f"""
{_KEY}
where (%(instant)s::timestamptz is null or (created_at, key_id) < (%(instant)s, %(key_id)s))
  and (%(is_person)s::boolean is null or (roles <> '{{}}') = %(is_person)s)
  and (%(name)s::text is null or name = %(name)s)
  and (%(state)s::text is null or key_state = %(state)s)
  and (%(expires_before)s::timestamptz is null or expires_at < %(expires_before)s)
order by created_at desc, key_id desc limit %(limit)s
"""


class DatabaseKeyStore:
    """The KeyStore port."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def add(
        self, key_id: UUID, owner: Owner, key_hash: bytes, expires_at: datetime | None, operator: str
    ) -> bool:
        with borrowed(self._pool) as connection, connection.transaction():
            # one at a time, lest two count the same keys
            connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [owner.actor])
            row = connection.execute(
                "select count(*) from access.live_keys where name = %s and (roles <> '{}') = %s and hash <> %s"
                " and key_id <> %s",
                [owner.name, owner.is_person, key_hash, key_id],
            ).fetchone()
            if row is not None and row[0] >= LIVE_AT_ONCE:
                raise TooManyKeys(
                    f"{owner.name} has {LIVE_AT_ONCE} live keys, as a rotation needs: revoke one first"
                    " (farley keys list), or give another client another name."
                )
            added = connection.execute(
                "insert into access.api_keys (key_id, name, hash, scopes, roles, expires_at)"
                " values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
                [key_id, owner.name, key_hash, list(owner.scopes), list(owner.roles), expires_at],
            )
            if added.rowcount == 1:
                note_change(connection, operator, AccessChange.KEY_MADE, owner.actor, key_id)
        return added.rowcount == 1

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
        return self._read(f"{_KEY} order by created_at")

    def some(self, question: KeyQuestion) -> list[ApiKey]:
        instant, key_id = question.before or (None, None)
        asked = {
            "instant": instant,
            "key_id": key_id,
            "is_person": None if question.kind is None else question.kind == KeyKind.PERSON,
            "name": question.name,
            "state": question.state,
            "expires_before": question.expires_before,
            "limit": question.limit,
        }
        return self._read(_SOME, asked)

    def find(self, key_id: UUID) -> ApiKey | None:
        return next(iter(self._read(f"{_KEY} where key_id = %(key_id)s", {"key_id": key_id})), None)

    def _read(self, statement: str, values: dict[str, Any] | None = None) -> list[ApiKey]:
        with borrowed(self._pool) as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [_api_key(**row) for row in cursor.execute(statement.encode(), values)]

    def revoke(self, key_id: UUID, operator: str) -> bool:
        with borrowed(self._pool) as connection, connection.transaction():
            row = connection.execute(
                "update access.api_keys set revoked_at = clock_timestamp(), configured = false"
                " where key_id = %s and revoked_at is null returning name, scopes, roles",
                [key_id],
            ).fetchone()
            if row is not None:
                owner = Owner(name=row[0], scopes=tuple(row[1]), roles=tuple(row[2]))
                note_change(connection, operator, AccessChange.KEY_REVOKED, owner.actor, key_id)
        return row is not None


def _api_key(*, name: str, scopes: list[str], roles: list[str], key_state: str, **values: Any) -> ApiKey:
    owner = Owner(name=name, scopes=tuple(scopes), roles=tuple(roles))
    return ApiKey(owner=owner, state=KeyState(key_state), **values)


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
