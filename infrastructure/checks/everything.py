"""Runs all checks in order. If a part cannot be checked, the checks that need it are left out."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection

from application.findings import Finding
from domain.errors import FarleyError, NotConfigured
from infrastructure.checks import configuration, databases, privileges, streams, web
from infrastructure.machine.home import Located, locate
from infrastructure.machine.settings import Settings
from infrastructure.postgres.connections import as_role, translated
from infrastructure.postgres.migrated import refuse_unmigrated
from infrastructure.processes.leaving import stop_server_if_unused
from infrastructure.processes.reporting_access import usual_port

Check = Callable[[Located, Connection[Any]], Iterator[Finding]]

ON_THE_LOG: tuple[Check, ...] = (
    databases.server,
    databases.id_key,
    databases.keys_of_newest,
    databases.folding,
    databases.processes,
    streams.streams,
    streams.held_back_runs,
    streams.disarmed,
    privileges.roles,
    privileges.on_the_log,
    privileges.of_reporting,
)


def findings(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Returns all findings, with a remedy for everything that is wrong."""
    try:
        settings = Settings.from_env(environment)
    except NotConfigured as refused:
        yield Finding(subject="configuration", message=refused.message, wrong=True)
        return
    yield from configuration.findings(environment, settings)
    yield web.answering(settings)
    try:
        located = locate(settings, tcp_port=usual_port(settings.home))
    except FarleyError as refused:
        yield Finding(subject="databases", message=refused.message, wrong=True)
        return
    try:
        yield from _of_databases(located)
    finally:
        stop_server_if_unused(located)


def _of_databases(located: Located) -> Iterator[Finding]:
    yield from _looked_at("keys database", located.keys_url, "farley_keys", located, (databases.keys,))
    try:
        refuse_unmigrated(located.database_url)
    except FarleyError as refused:
        yield Finding(subject="database", message=refused.message, wrong=True)
        return
    yield from _looked_at("database", located.database_url, "farley_api", located, ON_THE_LOG)


def _looked_at(
    subject: str, url: str, role: str, located: Located, checks: tuple[Check, ...]
) -> Iterator[Finding]:
    try:
        with _connected(url, role) as connection:
            yield Finding(subject=subject, message=f"answers at {connection.info.host or 'its socket'}.")
            for check in checks:
                yield from check(located, connection)
    except (FarleyError, psycopg.Error) as error:
        why = error.__cause__ or error
        yield Finding(
            subject=subject,
            message=f"cannot be used: {why}".strip(),
            wrong=True,
            remedy="Run `farley migrate`?",
        )


@contextmanager
def _connected(url: str, role: str) -> Iterator[Connection[Any]]:
    with translated(), psycopg.connect(as_role(url, role), autocommit=True, connect_timeout=5) as connection:
        yield connection
