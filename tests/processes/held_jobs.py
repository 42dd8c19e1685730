"""What tests of jobs look at in the database, and how a job is left without its process."""

from typing import Any

import psycopg

from tests.world import World


def count(world: World, statement: Any) -> int:
    with psycopg.connect(world.database.url) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


def let_the_hold_run_out(world: World) -> None:
    """As fifteen seconds would."""
    world.database.execute(
        "update operation.jobs set held_until = clock_timestamp() - interval '1 second' where held_until is not null"
    )
