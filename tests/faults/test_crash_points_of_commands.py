"""A command whose connection is cut at any statement happens once, whole, as soon as it is sent again.

The statements of a command are counted: the connection is cut at the first, then at the second, and so on until the
command comes to its end. Each is cut before the server sees it, right after it was passed on, and after the server
answered. The command is sent again to the same process, or to another one, as if the first had been killed.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from infrastructure.postgres.embedded import RunningServer
from tests.databases import TestDatabase
from tests.faults.proxy import Cut, Proxy, never
from tests.faults.trials import stories
from tests.faults.trials.history import Command
from tests.interfaces.conftest import Api
from tests.world import VirtualClock, World

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Proxied:
    """Databases of a test, behind a proxy."""

    url: str
    keys_url: str
    database: TestDatabase

    def execute(self, statement: Any) -> None:
        self.database.execute(statement)


class CrashPoint:
    """Cuts the connection at one statement."""

    def __init__(self, fatal: int, cut: Cut) -> None:
        self.seen = 0
        self._fatal, self._cut = fatal, cut

    def __call__(self, statement: str) -> Cut | None:
        self.seen += 1
        return self._cut if self.seen == self._fatal else None

    @property
    def was_met(self) -> bool:
        return self.seen >= self._fatal


@pytest.fixture
def proxy(server: RunningServer) -> Iterator[Proxy]:
    with Proxy(server.socket_dir / f".s.PGSQL.{server.port}") as proxy:
        yield proxy


@pytest.fixture
def new_api(database: TestDatabase, proxy: Proxy, tmp_path: Path) -> Iterator[Callable[[], Api]]:
    """Starts web processes, as far as the use cases go, that reach the databases through the proxy."""
    names = [str(conninfo_to_dict(url)["dbname"]) for url in (database.url, database.keys_url)]
    proxied = Proxied(*map(proxy.url, names), database)
    with ExitStack() as closed:

        def start() -> Api:
            world = World(proxied, tmp_path, clock=VirtualClock(datetime.now(UTC)))
            closed.callback(world.close)
            return Api(world)

        yield start


COMMANDS: dict[str, Callable[[UUID, Random], Command]] = {
    "registration": lambda person, rng: stories.registration(person, rng, f"{person}@example.org"),
    "touchpoint": stories.touchpoint,
    "batch": stories.batch,
    "order": stories.order,
    "consent": lambda person, rng: stories.consent(person, rng, key=True),
    "complaint": lambda person, rng: stories.complaint(person, rng, key=True),
}
FEWEST_STATEMENTS = 2


# Each of these opens many connections: several at once would take all that the server has.
@pytest.mark.xdist_group("crash_points_of_commands")
@pytest.mark.parametrize("restarted", [False, True], ids=["same", "another"])
@pytest.mark.parametrize("cut", list(Cut))
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_cut_off_at_any_statement_happens_once(
    new_api: Callable[[], Api], proxy: Proxy, database: TestDatabase, name: str, cut: Cut, restarted: bool
) -> None:
    api, rng = new_api(), Random(f"{name} {cut}")
    for fatal in count(1):
        person = stories.new_id(rng)
        if name in ("consent", "complaint"):
            assert sent(api, stories.registration(person, rng, f"{person}@example.org")) < 300
        command = COMMANDS[name](person, rng)
        proxy.plan = point = CrashPoint(fatal, cut)
        first = sent(api, command)
        assert first in (200, 201, 503)
        proxy.plan = never
        if first < 300:
            assert facts_about(database, command) == command.facts
        elif cut is not Cut.DURING:  # it may still be on its way
            assert facts_about(database, command) in ({}, command.facts)
        if restarted and point.was_met:
            proxy.cut_all()
            api = continued(api, new_api())
        assert sent(api, command) < 300
        assert facts_about(database, command) == command.facts
        if name == "registration":
            assert continued(api, new_api()).get(f"/api/customers/{person}")["name"] == "Pat"
        if not point.was_met:
            assert fatal > FEWEST_STATEMENTS
            return


def continued(first: Api, second: Api) -> Api:
    """The second process, asked by the same client."""
    second.key = first.key
    return second


def sent(api: Api, command: Command) -> int:
    headers = {} if command.key is None else {"Idempotency_Key": command.key}
    return api.ask("POST", command.path, command.body, **headers).status_code


def facts_about(database: TestDatabase, command: Command) -> Counter[str]:
    with psycopg.connect(database.url) as connection:
        rows = connection.execute(
            "select stored_name from log.events where customer_id = %s and stored_name = any(%s)",
            [command.subject, list(command.facts)],
        ).fetchall()
    return Counter(name for (name,) in rows)
