"""All of these tests speak SQL, and each test's log is let go before its database is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.projections.laws import close_logs


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.speaks_sql)


@pytest.fixture(autouse=True)
def let_go(database: Any) -> Iterator[None]:
    yield
    close_logs()
