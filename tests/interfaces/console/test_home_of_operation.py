"""What waits for an administrator on the first page."""

from datetime import UTC, datetime, timedelta

from projections.engine.runner import pause
from tests.interfaces.console.conftest import Console


def test_a_stopped_projection_and_keys_that_expire_soon_wait_for_an_administrator(console: Console) -> None:
    now = console.world.clock.instant = datetime.now(UTC)
    console.world.fold()
    ana, maria = console.person("ana", "administrator"), console.person("maria", "agent")
    assert "Keys that expire soon" not in ana.sees("/console").text
    pause(console.world.projector, "orders", operator="olga")
    console.world.services.access.create("shop", ["read"], expires_at=now + timedelta(days=3))
    console.world.services.access.create("till", ["read"], expires_at=now + timedelta(days=30))
    text = ana.sees("/console").text
    assert "Something is wrong" in text
    assert "Keys that expire soon 1 They stop" in text
    text = maria.sees("/console").text
    assert "Something is wrong" not in text
    assert "Keys that expire soon" not in text
