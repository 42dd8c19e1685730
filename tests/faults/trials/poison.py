"""A projection that cannot fold: it alone pauses, and goes on when the operator has mended the cause."""

import time
from collections import Counter
from random import Random
from typing import Any

import psycopg

from projections.engine.definitions import schema_of
from projections.engine.runner import standings
from tests.faults.trials.installation import Installed
from tests.processes.up import eventually, farley

PAUSED_SECONDS = 1.0


class Poison:
    """A table of one projection is away, so that the next fact for it is a poison."""

    name = "poison"
    settles_within = 30.0

    def inject(self, installed: Installed, rng: Random) -> Counter[str]:
        name = rng.choice(("orders", "timeline"))
        time.sleep(rng.uniform(0, 1.0))
        with installed.connect() as connection:
            schema = serving_schema(connection, name)
            row = connection.execute(
                "select min(tablename) from pg_tables where schemaname = %s", [schema]
            ).fetchone()
            assert row is not None
            connection.execute(f"alter table {schema}.{row[0]} rename to poisoned".encode())
            try:
                assert eventually(lambda: standings(connection)[name].error), "the projection does not pause"
                time.sleep(PAUSED_SECONDS)
                paused = [other for other, standing in standings(connection).items() if standing.error]
                assert paused == [name], f"these are paused, though only {name} could not fold: {paused}"
            finally:
                connection.execute(f"alter table {schema}.poisoned rename to {row[0]}".encode())
        mended = farley(installed.up.home, "project", "retry", name)
        assert mended.returncode == 0, mended.stderr
        return Counter({"poisoned projections": 1})


def serving_schema(connection: psycopg.Connection[Any], name: str) -> str:
    """Returns the schema with the tables of the version that serves."""
    row = connection.execute("select version from operation.projections where name = %s", [name]).fetchone()
    assert row is not None
    return f"{schema_of(name)}_{row[0]}"
