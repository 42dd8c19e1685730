"""What a database that cannot do as it is asked becomes for those who ask."""

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from domain.errors import AnsweringTookTooLong, StoreUnavailable, Unavailable
from infrastructure.postgres.connections import borrowed, open_pool, snapshot


@pytest.fixture
def pool(database: Any) -> Iterator[ConnectionPool]:
    pool = open_pool(database.url, "farley_dispatcher", size=1)
    yield pool
    pool.close()


def test_a_question_that_is_given_up_after_its_time_limit_is_not_available_now(database: Any) -> None:
    with (
        closing(open_pool(database.url, "farley_reader", size=1)) as pool,
        pytest.raises(AnsweringTookTooLong) as refused,
        snapshot(pool) as connection,
    ):
        connection.execute("set local statement_timeout = '1ms'; select pg_sleep(1)")
    assert isinstance(refused.value, Unavailable)
    assert isinstance(refused.value.__cause__, psycopg.errors.QueryCanceled)


def test_a_database_that_takes_nothing_is_away(pool: ConnectionPool) -> None:
    with pytest.raises(StoreUnavailable), borrowed(pool) as connection:
        connection.execute("set default_transaction_read_only = on")
        connection.execute("select operation.hold_lease('dispatcher', 'me', 1)")


def test_an_error_of_the_question_itself_stays_what_it_is(pool: ConnectionPool) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable), borrowed(pool) as connection:
        connection.execute("select from nowhere")


def test_three_calls_in_a_row_that_meet_no_database_are_refused_within_ten_seconds() -> None:
    """A command uses up to three pools. Each wait may be in vain, although the database is back meanwhile."""
    pool = open_pool("postgresql://postgres@127.0.0.1:1/farley", "farley_api", size=1)
    began = time.monotonic()
    try:
        for _ in range(3):
            with pytest.raises(StoreUnavailable), borrowed(pool):
                pass
    finally:
        pool.close()
    assert time.monotonic() - began < 10
