"""A run that decided about two people: one was written to, one had complained."""

from typing import Any
from uuid import UUID

import psycopg

from tests.acceptance.replayed import rewrite, state_at
from tests.interfaces.console.conftest import Console


class Run:
    """A run about Ann, who was written to, and Bob, who complained before."""

    def __init__(self, console: Console) -> None:
        world = console.world
        self.world = world
        self.ann, self.bob = (
            world.customer(f"{name.lower()}@example.org", name=name) for name in ("Ann", "Bob")
        )
        self.complained = world.complain(self.bob, severity="high")
        self.campaign_id = world.campaign(body="Dear {{ name }}, <b>hello</b>.\n{{ unsubscribe_url }}")
        self.run_id = world.start(self.campaign_id)
        world.run_to_end(world.dispatcher())
        world.fold()
        self.path = f"/console/campaigns/{self.campaign_id}/runs/{self.run_id}"

    def decision(self, person: UUID) -> str:
        return f"{self.path}/decisions/{person}"

    @property
    def message(self) -> str:
        return f"{self.path}/messages/{self.world.decisions(self.run_id)[self.ann]['message_id']}"

    def forge(self, stored_name: str, **changes: Any) -> None:
        position = self.world.positions_of(stored_name)[0]
        with psycopg.connect(self.world.database.url) as forger:
            forger.execute("alter table log.events disable trigger events_never_change")
            rewrite(forger, position, {**state_at(forger, position), **changes})
