"""Pauses projections of an installation, and reads which of them an answer names."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from projections.engine.runner import pause, resume
from tests.interfaces.conftest import Api


@contextmanager
def paused(api: Api, *names: str) -> Iterator[int]:
    """Pauses the projections, and yields the position at which they then are. The others fold on with `fold`."""
    positions = {pause(api.world.projector, name, operator="olga") for name in names}
    try:
        (position,) = positions
        assert position is not None
        yield position
    finally:
        for name in names:
            resume(api.world.projector, name, skip=False, operator="olga")


def names_in(response: Any) -> list[str]:
    assert response.status_code in (200, 202), response.data
    named = [one["name"] for one in response.json.get("paused_projections", [])]
    header = response.headers.get("Farley-Paused-Projections", "")
    assert header.split(", ") == (named or [""])
    return named
