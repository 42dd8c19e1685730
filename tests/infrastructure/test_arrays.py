"""Arrays that Farley writes for PostgreSQL are read there as the same values."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infrastructure.postgres import arrays
from tests.amounts import amount
from tests.databases import TestDatabase

pytestmark = pytest.mark.speaks_sql

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@pytest.mark.parametrize(
    ("written", "type_name", "values"),
    [
        (arrays.of_numbers, "bigint[]", st.integers(-(2**63), 2**63 - 1)),
        (arrays.of_short_numbers, "int[]", st.integers(-(2**31), 2**31 - 1)),
        (arrays.of_uuids, "uuid[]", st.none() | st.uuids()),
        (arrays.of_bytes, "bytea[]", st.none() | st.binary()),
        (
            arrays.of_texts,
            "text[]",
            st.none() | st.sampled_from(["null", "NULL", "", "{}", '"', "\\"]) | TEXTS,
        ),
    ],
)
def test_postgresql_reads_an_array_as_the_values_it_was_written_from(
    database: TestDatabase,
    written: Callable[[list[Any]], arrays.Elements],
    type_name: str,
    values: st.SearchStrategy[UUID | bytes | str | int | None],
) -> None:
    connection = database.emptied[0].connection()

    @settings(max_examples=amount(100, quick=40), suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.lists(values, max_size=6))
    def holds(given_values: list[Any]) -> None:
        statement = f"select %s::{type_name}"
        (read,) = (
            connection.execute(
                statement.encode(), [arrays.joined([written(given_values[:2]), written(given_values[2:])])]
            ).fetchone()
            or ()
        )
        assert read == given_values

    holds()


def test_postgresql_reads_an_array_of_json_texts(database: TestDatabase) -> None:
    connection = database.emptied[0].connection()
    written = arrays.joined([arrays.of_json([]), arrays.of_json(['{"a": [1, "é"]}', None])])
    assert connection.execute("select %s::jsonb[]", [written]).fetchone() == ([{"a": [1, "é"]}, None],)
