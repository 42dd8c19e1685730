"""Stores with the real data in them, and the two ways in: over HTTP and by `farley import`."""

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from domain.facts import derived_id
from infrastructure.postgres.connections import as_role
from infrastructure.wiring.projector import projector_connection
from interfaces.imports.naming import RowNames
from interfaces.imports.presets import CDNOW
from projections.engine.runner import Runner
from tests.acceptance.samples import ROOT, Purchase
from tests.web import app_of
from tests.world import World, located_on


@dataclass(frozen=True, kw_only=True)
class Filled:
    """`rows`: the purchases that it was told."""

    database: Any
    home: Path
    world: World
    rows: Sequence[Purchase] = field(repr=False)

    def ask(self, path: str) -> Any:
        client = app_of(self.world.services).test_client()
        key = self.world.services.access.create(path, ["admin"])[1]
        response = client.get(path, headers={"Authorization": f"Bearer {key}"})
        assert response.status_code == 200, response.data
        return response.json

    def report(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """As a reporting tool asks."""
        with psycopg.connect(as_role(self.database.url, "farley_reporting", "reporting")) as connection:
            return connection.execute(statement.encode(), values).fetchall()


def customer_id(number: str) -> UUID:
    return derived_id("import-customer", "cdnow", number)


def bodies(rows: Sequence[Purchase]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a client sends that numbers purchases as the import does, so that both stores can be compared."""
    for number in sorted({row.customer for row in rows}):
        external_id = {"source": "cdnow", "number": number}
        yield (
            "/api/customers",
            {"customer_id": str(customer_id(number)), "kind": "person", "external_ids": [external_id]},
        )
    names = RowNames()
    for row in rows:
        yield (
            "/api/orders",
            {
                "source": "cdnow",
                "number": names.name_of(dict(zip(CDNOW.header, row.raw, strict=True))),
                "identifier": {"kind": "external_id", "source": "cdnow", "value": row.customer},
                "occurred_at": row.at.isoformat(),
                "currency": "USD",
                "lines": [{"sku": "CD", "quantity": str(row.cds), "amount": str(row.dollars)}],
            },
        )


def post_all(world: World, sent: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Sends these bodies to their paths, each a creation."""
    client = app_of(world.services).test_client(use_cookies=False)
    key = world.services.access.create("shop", ["write"])[1]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    for path, body in sent:
        response = client.post(path, data=json.dumps(body), headers=headers)
        assert response.status_code == 201, response.data


def farley_import(database: Any, home: Path, *arguments: Any) -> str:
    """What the command prints; everything was accepted or known before."""
    done = run_farley(database, home, "import", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_farley(database: Any, home: Path, *arguments: Any) -> "subprocess.CompletedProcess[str]":
    """The command line as a process of its own on a test's database."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database.url,
        "FARLEY_KEYS_URL": database.keys_url,
        "FARLEY_HOME": str(home),
        "FARLEY_CURRENCY": "USD",
        "FARLEY_ID_KEY": b64encode(b"i" * 32).decode(),
        "FARLEY_WRAPPING_KEY": b64encode(b"w" * 32).decode(),
    }
    command = [sys.executable, "-m", "interfaces.cli.main", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def fold(database: Any, home: Path) -> None:
    """The read models catch up."""
    with projector_connection(located_on(database, home)) as connection:
        Runner(connection).catch_up()
