"""Runs of campaigns for the pages: customers who consented, and a campaign of the HTTP API that has begun."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from application.dispatch.dispatcher import Dispatcher
from tests.interfaces.campaigning import consenting, started
from tests.interfaces.conftest import Api
from tests.interfaces.console.conftest import Console
from tests.smtp_sink import SmtpSink
from tests.world import World


class Running:
    """A console whose installation has a campaign's run over some people, which a dispatcher advances by steps."""

    def __init__(self, world: World, sink: SmtpSink, *people: str, **campaign: Any) -> None:
        self.sink = sink
        self.console = Console(world)
        self.api = Api(world)
        self.people = {name: consenting(self.api, name) for name in people}
        campaign_id, self.api_path = started(self.api, **campaign)
        self.campaign_id, self.run_id = campaign_id, UUID(self.api_path.rpartition("/")[2])
        self.path = f"/console/campaigns/{campaign_id}/runs/{self.run_id}"
        self.dispatcher: Dispatcher = world.dispatcher()
        world.fold()

    @property
    def world(self) -> World:
        return self.console.world

    def advance(self, steps: int = 1) -> None:
        for _ in range(steps):
            self.world.fold()
            self.dispatcher.advance()
        self.world.fold()

    def advance_until_decided(self) -> None:
        """Goes on until everybody is decided, and stops before the rest is sent."""
        for _ in range(60):
            if self.api.get(self.api_path)["state"] == "sending":
                return
            self.advance()
        raise AssertionError("nothing is decided")

    def finish(self) -> None:
        self.world.run_to_end(self.dispatcher)

    def complain(self, name: str) -> int:
        """Opens a complaint of one of the people, and returns its position."""
        body = {"customer_id": str(self.people[name]), "category": "delivery", "severity": "high"}
        answer = self.api.stored("/api/complaints", {**body, "channel": "phone"})
        self.world.fold()
        return int(answer["position"])


@contextmanager
def running(
    database: Any, home: Path, *people: str, sink: SmtpSink | None = None, **campaign: Any
) -> Iterator[Running]:
    """Yields a run over these people, which nobody has begun yet."""
    with sink or SmtpSink() as smtp, closing(World(database, home, smtp)) as world:
        yield Running(world, smtp, *people, **campaign)
