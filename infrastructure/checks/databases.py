"""The servers' settings, the keys' fingerprints, how far everything is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import Connection

import domain.registry  # noqa: F401 - every personal field is known
from application.findings import Finding
from domain.errors import NotConfigured
from domain.facts import FACTS, personal_fields
from infrastructure.cryptography.keys import fingerprint
from infrastructure.machine.home import Located
from infrastructure.postgres.connections import as_role, snapshot_on
from infrastructure.postgres.migrations import refuse_unsafe_server
from infrastructure.postgres.process_health import ProcessCode, due_work, process_parts
from projections.engine.status import FoldingStatus, ProjectionStatus, folding_status

BESIDE_WEB = 43
"""Connections of the projector, the scheduler, two imports, the dispatcher, the command line and psql."""

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


def folding(_: Located, connection: Connection[Any]) -> Iterator[Finding]:
    """Checks how far each projection is, and how the last rebuild ended."""
    status = folding_status(connection)
    yield Finding(subject="log", message=f"{status.head} facts.")
    yield from map(_projection, status.projections.values())
    yield from _rebuild(status)


def keys_of_newest(located: Located, connection: Connection[Any]) -> Iterator[Finding]:
    """Checks that the people of the newest facts have keys. A keys database that is older than the log lacks them."""
    row = connection.execute(_NEWEST_PROFILES, [sorted(_PERSONAL), NEWEST]).fetchone()
    profiles = row[0] if row else []
    with psycopg.connect(as_role(located.keys_url, "farley_keys"), autocommit=True) as keys_database:
        missing = _value(keys_database, _WITHOUT_KEY, [profiles])
    if not missing:
        yield Finding(subject="keys of people", message="the people of the newest facts have theirs.")
        return
    yield Finding(
        subject="keys of people",
        message=f"{missing} of the {len(profiles)} profiles with the newest personal data have none. They were"
        " forgotten, or the keys database is older than the log.",
        doubtful=True,
        remedy="If you restored it, restore a later one: docs/backup.md.",
    )


def processes(located: Located, connection: Connection[Any]) -> Iterator[Finding]:
    """Checks that each process works while it runs. What keeps it from sending has findings of its own."""
    with snapshot_on(as_role(located.database_url, "farley_reader")) as reader:
        due = due_work(reader)
    for name, part in process_parts(connection, due).items():
        code = part.get("code")
        if code is None or code is ProcessCode.STARTING:
            yield Finding(subject=name, message=part.get("error", "works.") + _waiting(name, part))
        elif code is ProcessCode.NOT_RUNNING:
            yield Finding(subject=name, message="does not run.", doubtful=True, remedy=part["remedy"])
        elif code not in (ProcessCode.DISARMED, ProcessCode.RUNS_HELD_BACK):
            message = part["error"] + _waiting(name, part)
            yield Finding(subject=name, message=message, wrong=True, remedy=part["remedy"])


def _waiting(name: str, part: Mapping[str, Any]) -> str:
    since = part.get("waits_for_lease_since")
    if since is None:
        return ""
    holder = part["waits_for_lease_of"]
    return f" Another {name} has waited since {since:%Y-%m-%d %H:%M:%S %Z} for the lease of {holder}."


def _projection(status: ProjectionStatus) -> Finding:
    subject, place = f"projection {status.name}", f"at {status.position}, {status.lag} behind."
    if status.ok:
        return Finding(subject=subject, message=place)
    fact = f" The fact is at position {status.error_at}." if status.error_at is not None else ""
    return Finding(
        subject=subject,
        message=f"{status.state}, {place} {status.error}{fact}",
        wrong=True,
        remedy=status.remedy or "",
    )


def _rebuild(status: FoldingStatus) -> Iterator[Finding]:
    rebuild = status.rebuild
    if rebuild is not None and rebuild.code is not None:
        yield Finding(
            subject="rebuild",
            message=f"of {', '.join(rebuild.projections)}: {rebuild.state}. {rebuild.error}",
            wrong=True,
            remedy=rebuild.remedy or "",
        )


def _connections(located: Located, most: int) -> Finding:
    settings = located.settings
    # As if one server had both databases: each process has a pool for commands, questions and keys.
    needed = settings.workers * (3 * settings.pool_size + 1) + BESIDE_WEB
    message = f"the server takes {most}; {needed} may be asked for."
    if needed > most:
        return Finding(
            subject="connections",
            message=message,
            wrong=True,
            remedy="Raise max_connections, or lower FARLEY_WORKERS or FARLEY_THREADS.",
        )
    return Finding(subject="connections", message=message)


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
