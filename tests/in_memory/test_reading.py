"""The twin of the dispatcher's reading port answers every question as the read models in the database do."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from application.catalogue.commands import DeclareAttribute
from application.deciding.alike import decide_members
from application.deciding.ports import AudienceAt
from application.dispatch import deciding
from domain.deciding.decision import DecisionQuestion
from domain.deciding.hold_out import HoldOut
from tests.acceptance.interleaving import Interleaving
from tests.amounts import amount
from tests.application.memory_store import MemoryStore
from tests.in_memory.clock import SteppedClock
from tests.in_memory.reading import MemoryReading
from tests.projections.unordered import unordered
from tests.world import World

pytestmark = pytest.mark.speaks_sql
SEEDS = range(amount(20, quick=2))


class ComparedWorld(World):
    """After each fold the twin, told the same facts, is asked what the read models are asked."""

    story: Interleaving

    def fold(self) -> int:
        position = super().fold()
        if hasattr(self, "story") and hasattr(self.story.story, "run"):
            self._compare()
        return position

    def _compare(self) -> None:
        twin, real = MemoryReading(self._copied()), self.run_reading()
        twin.fold()
        story, now = self.story.story, self.clock.now()
        members = story.members
        assert twin.position(membership=True) == real.position(membership=True)
        assert (twin.head(), twin.anything_open()) == (real.head(), real.anything_open())
        assert twin.anyone_open(story.run) == real.anyone_open(story.run)
        assert twin.open_runs(now) == real.open_runs(now)
        for at, limit in ((now, 2), (now + timedelta(hours=2), 400)):
            assert twin.waiting(story.run, at, limit) == real.waiting(story.run, at, limit)
        for epoch in range(1, 4):
            assert twin.handed_over(before_epoch=epoch) == real.handed_over(before_epoch=epoch)
        of_run = {"campaign_id": story.campaign, "run_id": story.run}
        audience = AudienceAt(criteria={"field": "attributes.seed", "op": "eq", "value": story.seed}, at=now)
        with ExitStack() as opened:
            ours, theirs = (
                opened.enter_context(one.open(membership=True, whole=True)) for one in (twin, real)
            )
            assert ours.position == theirs.position
            assert ours.members(audience) == theirs.members(audience)
            assert ours.matching(audience, members[:2]) == theirs.matching(audience, members[:2])
            assert ours.open_run(story.campaign) == theirs.open_run(story.campaign)
            for question in questions(story.campaign, story.seed):
                decided = [
                    decide_members(one, members, question, now, run_id=story.run) for one in (ours, theirs)
                ]
                assert decided[0] == decided[1]
            read, expected = (one.facts(members, **of_run, recheck=audience) for one in (ours, theirs))
        assert read.policies == expected.policies
        for member in members:
            assert unordered(read.facts[member]) == unordered(expected.facts[member])
        points = {
            (point.customer_id, point.contact_point_id)
            for known in expected.facts.values()
            for point in known.person.contact_points
            if point.customer_id in story.names
        }
        assert twin.addressees(points) == real.addressees(points)

    def _copied(self) -> MemoryStore:
        store, facts = MemoryStore(), self.facts()
        store.log = [one.fact for one in facts]
        store.recorded_at = [one.recorded_at for one in facts]
        return store


def questions(campaign: UUID, seed: int) -> Iterator[DecisionQuestion]:
    """Messages of this campaign, with a hold-out and without."""
    for message, share in product(("promotional", "service"), ("0", "0.4")):
        yield DecisionQuestion(
            message_class=message,
            purpose="marketing",
            channel="email",
            campaign_id=campaign,
            hold_out=HoldOut(share=Decimal(share), seed=str(seed)),
        )


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Iterator[ComparedWorld]:
    world = ComparedWorld(database, tmp_path, clock=SteppedClock())
    yield world
    world.close()


def test_the_twin_answers_as_the_read_models_throughout_interleaved_stories(
    world: ComparedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "CHUNK", 3)
    attribute = DeclareAttribute(name="seed", scope="customer", type="number")
    world.services.catalogue.declare_attribute(attribute, world.request())
    for seed in SEEDS:
        world.story = Interleaving(world=world, seed=seed)
        world.story.run()
