"""Sessions of people, sign-in links and settings as PostgreSQL keeps them."""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from application.access.changes import AccessChange
from application.access.keys import Owner, Subject, person_actor
from application.access.sessions import LONGEST, PersonSettings, Session, SessionOfSomebody, SignedIn
from infrastructure.postgres.access_changes import note_change
from infrastructure.postgres.connections import borrowed

_BY_KEY = """
insert into access.sessions (session_id, hash, key_id, browser)
select %(session_id)s, %(session_hash)s, key_id, %(browser)s from access.live_people where hash = %(proof)s
"""
_BY_LINK = """
with used as (
    update access.sign_in_links set used_at = clock_timestamp()
    where hash = %(proof)s and used_at is null and valid_until > clock_timestamp()
    returning key_id
)
insert into access.sessions (session_id, hash, key_id, browser)
select %(session_id)s, %(session_hash)s, key_id, %(browser)s from access.live_people join used using (key_id)
"""
_FIND = """
select s.session_id, s.key_id, s.name, s.roles, p.language, p.time_zone, p.shortcuts,
       s.last_used < clock_timestamp() - interval '1 minute'
from access.live_sessions s left join access.person_settings p using (name)
where s.hash = %s
"""
_SOME = """
select session_id, browser, began_at, last_used, name as person, key_id from access.live_sessions
where (%(instant)s::timestamptz is null or (began_at, session_id) < (%(instant)s, %(session_id)s))
  and (%(person)s::text is null or name = %(person)s)
order by began_at desc, session_id desc limit %(limit)s
"""
_KEPT = timedelta(days=1)
"""How long rows of sessions and links that have ended are kept."""


class DatabaseSessions:
    """The SessionStore port."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def begin(self, session_id: UUID, session_hash: bytes, key_hash: bytes, browser: str) -> bool:
        return self._begun(_BY_KEY, session_id, session_hash, key_hash, browser)

    def begin_by_link(self, session_id: UUID, session_hash: bytes, link_hash: bytes, browser: str) -> bool:
        return self._begun(_BY_LINK, session_id, session_hash, link_hash, browser)

    def _begun(
        self, statement: str, session_id: UUID, session_hash: bytes, proof: bytes, browser: str
    ) -> bool:
        given = {
            "session_id": session_id,
            "session_hash": session_hash,
            "proof": proof,
            "browser": browser,
        }
        with borrowed(self._pool) as connection:
            self._delete_old(connection)
            return connection.execute(statement.encode(), given).rowcount == 1

    def find(self, session_hash: bytes, *, is_use: bool) -> SignedIn | None:
        with borrowed(self._pool) as connection:
            row = connection.execute(_FIND, [session_hash]).fetchone()
            if row is None:
                return None
            session_id, key_id, name, roles, language, time_zone, shortcuts, was_long_ago = row
            if is_use and was_long_ago:
                connection.execute(
                    "update access.sessions set last_used = clock_timestamp() where session_id = %s",
                    [session_id],
                )
        return SignedIn(
            session_id=session_id,
            subject=Subject.of(key_id, Owner(name=name, roles=tuple(roles))),
            settings=PersonSettings(language=language, time_zone=time_zone, shortcuts=shortcuts is not False),
        )

    def of_person(self, name: str) -> list[Session]:
        with borrowed(self._pool) as connection, connection.cursor(row_factory=class_row(Session)) as cursor:
            return cursor.execute(
                "select session_id, browser, began_at, last_used from access.live_sessions"
                " where name = %s order by began_at desc",
                [name],
            ).fetchall()

    def end(self, name: str, session_id: UUID) -> bool:
        with borrowed(self._pool) as connection:
            ended = connection.execute(
                "update access.sessions set ended_at = clock_timestamp() where session_id ="
                " (select session_id from access.live_sessions where session_id = %s and name = %s)",
                [session_id, name],
            )
        return ended.rowcount == 1

    def some(
        self, limit: int, before: tuple[datetime, UUID] | None, person: str | None
    ) -> list[SessionOfSomebody]:
        instant, session_id = before or (None, None)
        asked = {"instant": instant, "session_id": session_id, "person": person, "limit": limit}
        with (
            borrowed(self._pool) as connection,
            connection.cursor(row_factory=class_row(SessionOfSomebody)) as cursor,
        ):
            return cursor.execute(_SOME, asked).fetchall()

    def end_of_anybody(self, session_id: UUID, operator: str) -> bool:
        with borrowed(self._pool) as connection, connection.transaction():
            row = connection.execute(
                "update access.sessions s set ended_at = clock_timestamp() from access.live_sessions l"
                " where s.session_id = %s and l.session_id = s.session_id"
                " returning l.key_id, l.name",
                [session_id],
            ).fetchone()
            if row is not None:
                actor = person_actor(row[1])
                note_change(connection, operator, AccessChange.SESSION_ENDED, actor, row[0], session_id)
        return row is not None

    def add_link(self, name: str, link_hash: bytes, valid_for: timedelta, operator: str) -> datetime | None:
        with borrowed(self._pool) as connection, connection.transaction():
            row = connection.execute(
                "insert into access.sign_in_links (hash, key_id, valid_until)"
                " select %s, key_id, clock_timestamp() + %s from access.live_people"
                " where name = %s order by created_at desc limit 1 returning key_id, valid_until",
                [link_hash, valid_for, name],
            ).fetchone()
            if row is None:
                return None
            note_change(connection, operator, AccessChange.LINK_MADE, person_actor(name), row[0])
        return cast(datetime, row[1])

    def person_of_link(self, link_hash: bytes) -> str | None:
        with borrowed(self._pool) as connection:
            row = connection.execute(
                "select name from access.sign_in_links join access.live_people using (key_id)"
                " where sign_in_links.hash = %s and used_at is null and valid_until > clock_timestamp()",
                [link_hash],
            ).fetchone()
        return row[0] if row is not None else None

    def save_settings(self, name: str, settings: PersonSettings) -> None:
        with borrowed(self._pool) as connection:
            connection.execute(
                "insert into access.person_settings (name, language, time_zone, shortcuts)"
                " values (%s, %s, %s, %s) on conflict (name) do update set language = excluded.language,"
                " time_zone = excluded.time_zone, shortcuts = excluded.shortcuts",
                [name, settings.language, settings.time_zone, settings.shortcuts],
            )

    @staticmethod
    def _delete_old(connection: Any) -> None:
        connection.execute(
            "delete from access.sessions where began_at < clock_timestamp() - %s", [LONGEST + _KEPT]
        )
        connection.execute(
            "delete from access.sign_in_links where valid_until < clock_timestamp() - %s", [_KEPT]
        )
