"""The servers' settings, the keys' fingerprints, how far everything is."""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg import Connection

import domain.registry  # noqa: F401 - every personal field is known
from application.findings import Finding
from application.leases import DISPATCHER, SCHEDULER
from domain.errors import NotConfigured
from domain.facts import FACTS, personal_fields
from infrastructure.cryptography.keys import fingerprint
from infrastructure.machine.home import Located
from infrastructure.postgres.connections import as_role
from infrastructure.postgres.health import LAGGING
from infrastructure.postgres.migrations import refuse_unsafe_server
from projections.engine.runner import ProjectionStanding, ProjectionState, head, standings

BESIDE_WEB = 29
"""Connections of the projector, the scheduler, its jobs, the dispatcher, the command line and a person with psql."""

NEWEST = 1_000
"""The number of facts with personal data whose keys are looked for."""
_PERSONAL = {name for fact_class in FACTS.values() for name in personal_fields(fact_class)}
_NEWEST_PROFILES = """
select coalesce(array_agg(distinct customer_id), '{}') from (
    select customer_id from log.events
    where customer_id is not null and convert_from(state, 'UTF8')::jsonb ?| %s
    order by notification_id desc limit %s
) newest
"""
_WITHOUT_KEY = """
select count(*) from unnest(%s::uuid[]) as newest(profile_id)
where profile_id not in (select profile_id from keys.profile_keys)
"""


def server(located: Located, connection: Connection[Any]) -> Iterator[Finding]:
    """Is it safe, and does it take as many connections as there may be?"""
    try:
        refuse_unsafe_server(connection)
        yield Finding(subject="server", message=f"PostgreSQL {_setting(connection, 'server_version')}, safe.")
    except NotConfigured as refused:
        yield Finding(subject="server", message=refused.message, wrong=True)
    if _setting(connection, "server_encoding") != "UTF8":
        yield Finding(
            subject="server",
            message="the database is not in UTF8.",
            wrong=True,
            remedy="Create it anew with UTF8.",
        )
    yield _connections(located, int(_setting(connection, "max_connections")))


def id_key(located: Located, connection: Connection[Any]) -> Iterator[Finding]:
    stored = _value(connection, "select id_key_fingerprint from log.installation")
    yield _key("FARLEY_ID_KEY", stored, fingerprint(located.id_key))


def keys(located: Located, connection: Connection[Any]) -> Iterator[Finding]:
    stored = _value(connection, "select wrapping_key_fingerprint from keys.installation")
    yield _key("FARLEY_WRAPPING_KEY", stored, fingerprint(located.wrapping_key))
    if located.keys_url == located.database_url:
        yield Finding(
            subject="keys database",
            message="is the log's own.",
            wrong=True,
            remedy="Give FARLEY_KEYS_URL another, or a backup of one holds both.",
        )


def projections(_: Located, connection: Connection[Any]) -> Iterator[Finding]:
    end = head(connection)
    yield Finding(subject="log", message=f"{end} facts.")
    for name, standing in sorted(standings(connection).items()):
        yield _projection(name, standing, end)


def keys_of_newest(located: Located, connection: Connection[Any]) -> Iterator[Finding]:
    """Checks that the people of the newest facts have keys. A keys database that is older than the log lacks them."""
    row = connection.execute(_NEWEST_PROFILES, [sorted(_PERSONAL), NEWEST]).fetchone()
    profiles = row[0] if row else []
    with psycopg.connect(as_role(located.keys_url, "farley_keys"), autocommit=True) as keys_database:
        missing = _value(keys_database, _WITHOUT_KEY, [profiles])
    if not missing:
        yield Finding(subject="keys database", message="has the keys of the people of the newest facts.")
        return
    yield Finding(
        subject="keys database",
        message=f"lacks the keys of {missing} of the {len(profiles)} profiles with the newest personal data. They"
        " were forgotten, or this keys database is older than the log.",
        doubtful=True,
        remedy="If you restored it, restore a later one: docs/backup.md.",
    )


def leases(_: Located, connection: Connection[Any]) -> Iterator[Finding]:
    """Checks that each process that must work alone holds its lease while it runs."""
    for name in (DISPATCHER, SCHEDULER):
        row = connection.execute(
            "select expires_at > clock_timestamp() from operation.leases where name = %s", [name]
        ).fetchone()
        runs = row is not None and row[0]
        yield Finding(subject=name, message="runs." if runs else "does not run now; `farley up` starts it.")


def _projection(name: str, standing: ProjectionStanding, end: int) -> Finding:
    subject, lag = f"projection {name}", end - standing.position
    if standing.paused_by_operator:
        return Finding(
            subject=subject,
            message=f"was paused by an operator at position {standing.position}, {lag} behind.",
            wrong=True,
            remedy=f"`farley project retry {name}` lets it continue.",
        )
    if standing.state is ProjectionState.PAUSED:
        return Finding(
            subject=subject,
            message=f"is paused at position {standing.error_at}: {standing.error}.",
            wrong=True,
            remedy=f"`farley project retry {name}` once it is put right, or `farley project skip {name}`.",
        )
    if lag > LAGGING:
        return Finding(
            subject=subject,
            message=f"is {lag} facts behind.",
            wrong=True,
            remedy="Does the projector run? `farley projector`",
        )
    return Finding(subject=subject, message=f"at {standing.position}, {lag} behind.")


def _connections(located: Located, most: int) -> Finding:
    settings = located.settings
    # As if one server had both databases: each process has a pool for commands, questions and keys.
    needed = settings.workers * (3 * settings.pool_size + 1) + BESIDE_WEB
    if needed > most:
        return Finding(
            subject="server",
            message=f"takes {most} connections; {needed} may be asked for.",
            wrong=True,
            remedy="Raise max_connections, or lower FARLEY_WORKERS or FARLEY_THREADS.",
        )
    return Finding(subject="server", message=f"takes {most} connections; {needed} may be asked for.")


def _key(variable: str, stored: str | None, given: str) -> Finding:
    if stored == given:
        return Finding(subject=variable, message="is the right one.")
    if stored is None:
        return Finding(
            subject=variable, message="is not noted yet.", wrong=True, remedy="Run `farley migrate`."
        )
    return Finding(
        subject=variable,
        message="is not the key that this database was made with.",
        wrong=True,
        remedy="Put the right key back from your backup.",
    )


def _setting(connection: Connection[Any], name: str) -> str:
    return str(_value(connection, f"select current_setting('{name}')"))


def _value(connection: Connection[Any], query: str, values: Sequence[Any] = ()) -> Any:
    row = connection.execute(query.encode(), values).fetchone()
    return row[0] if row is not None else None
