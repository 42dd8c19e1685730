from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.smtp_sink import SmtpSink
from tests.world import World


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def world(database: Any, tmp_path: Path, sink: SmtpSink) -> Iterator[World]:
    world = World(database, tmp_path, sink)
    yield world
    world.close()
