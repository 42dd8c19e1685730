"""Each test's log is let go before its database is dropped."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.projections.laws import close_logs


@pytest.fixture(autouse=True)
def let_go(database: Any) -> Iterator[None]:
    yield
    close_logs()
