"""Seeded interleavings of what happens to people with what becomes of a run.

Complaints, withdrawals, imposed suppressions, links, steps of the dispatcher, folds, pauses, resumptions,
cancellations, crashes before and after any effect, answers that are lost, a dispatcher whose lease another has
taken over, and time passing come in random order, while the next hop's answers land late. Nothing is handed
over after a stopping fact, none twice, nobody is skipped, and every run balances at every moment.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest

from application.catalogue.commands import DeclareAttribute
from application.dispatch import deciding
from application.suppressions.commands import GivenScope, ImposeSuppression
from domain.errors import StoreUnavailable
from projections.campaigns import reading as campaigns
from tests.acceptance.mortals import CrashedError, Hop, Mortals
from tests.amounts import amount
from tests.seeded import SeededIds
from tests.world import BEGIN, World

T = TypeVar("T")

SEEDS = range(amount(1_000, quick=50))
SHARDS = amount(10, quick=2)
TOGETHER = 20
"""Runs that are under way at once."""
PEOPLE = 5
MOMENTS = 16
"""Of each run, on the average; folds, steps of the dispatcher and crashes are everybody's and come beside."""


@dataclass(kw_only=True)
class Trial:
    """One run over five people; `stopped` from which position on each may get nothing, `cancelled` everybody."""

    world: World
    seed: int
    chance: random.Random
    people: list[UUID]
    campaign: UUID
    run_id: UUID
    complainer: UUID
    stopped: dict[UUID, int] = field(default_factory=dict)
    joined: dict[frozenset[UUID], int] = field(default_factory=dict)
    cancelled: int | None = None

    def happen(self) -> None:
        """One random moment of this run."""
        happenings: tuple[tuple[float, Callable[[], object]], ...] = (
            (2, self.complain),
            (1, self.withdraw),
            (1, self.suppress),
            (1, self.link_with_the_complainer),
            (2, self.link_two_members),
            (2, self.pause),
            (3, self.resume),
            (0.2, self.cancel),
        )
        _choose(self.chance, happenings)()

    def complain(self) -> None:
        person = self.chance.choice(self.people)
        self.stop(person, self.world.complain(person))

    def withdraw(self) -> None:
        person = self.chance.choice(self.people)
        self.stop(person, self.world.withdraw(person))

    def suppress(self) -> None:
        person = self.chance.choice(self.people)
        scope = GivenScope(customer_id=person)
        command = ImposeSuppression(scope=scope, reason="OPERATOR_EXCLUDED")
        service = self.world.services.suppressions
        self.stop(person, service.impose_suppression(command, self.world.request()).position)

    def pause(self) -> None:
        if self.cancelled is None:
            self.world.pause(self.campaign)

    def resume(self) -> None:
        if self.cancelled is None:
            self.world.resume(self.campaign)

    def cancel(self) -> None:
        if self.cancelled is None:
            self.cancelled = self.world.cancel(self.campaign)

    def link_with_the_complainer(self) -> None:
        """Once the audience is recorded: before, two members could become one."""
        if self.run_id not in self.audiences():
            return
        person = self.chance.choice(self.people)
        position = self.world.link(person, self.complainer)
        self.stop(person, position)
        self.join(person, self.complainer, position)

    def link_two_members(self) -> None:
        """Once the audience is recorded, too."""
        if self.run_id not in self.audiences():
            return
        one, other = self.chance.sample(self.people, 2)
        self.join(one, other, self.world.link(one, other))

    def audiences(self) -> set[UUID]:
        """The runs whose audience is recorded, as the log says."""
        with self.world.reading() as connection:
            rows = connection.execute(
                "select originator_id as run_id from log.facts where topic = 'runs.RunAudienceRecorded'"
            ).fetchall()
        return {row["run_id"] for row in rows}

    def stop(self, person: UUID, position: int) -> None:
        """From here on nobody of this person's links may get anything."""
        for one in self.cluster(person):
            self.stopped[one] = min(position, self.stopped.get(one, position))

    def join(self, one: UUID, other: UUID, position: int) -> None:
        """What stops one stops both from the link on."""
        stops = {p for p in self.cluster(one) | self.cluster(other) if p in self.stopped}
        self.joined.setdefault(frozenset((one, other)), position)
        if stops:
            self.stop(one, position)

    def cluster(self, person: UUID) -> set[UUID]:
        found, left = {person}, [person]
        while left:
            at = left.pop()
            for pair in self.joined:
                if at in pair:
                    left.extend(pair - found)
                    found |= pair
        return found

    def check(self, accepted: Counter[str]) -> None:
        run, decided = self.world.run(self.run_id), self.world.decisions(self.run_id)
        if run["audience"] is None:
            assert self.cancelled is not None and not decided, self.seed
            return
        assert (run["balanced"], run["audience"], sum(run["outcomes"].values())) == (True, PEOPLE, PEOPLE)
        assert decided.keys() == set(self.people), self.seed
        handed = self.world.handovers_of(self.run_id)
        for person in self.people:
            assert decided[person]["outcome"] in ("sent", "suppressed", "unknown"), (self.seed, person)
            self.check_nothing_late(person, handed.get(person, ()))
        for members in {frozenset(self.cluster(person)) for person in self.people}:
            self.check_cluster(members, decided, accepted)
        self.check_links(decided, handed)

    def check_nothing_late(self, person: UUID, handed: Sequence[int]) -> None:
        stops = [at for at in (self.stopped.get(person), self.cancelled) if at is not None]
        late = [position for position in handed if stops and position > min(stops)]
        assert not late, (self.seed, person, late, stops)

    def check_cluster(
        self, linked: frozenset[UUID], decided: dict[UUID, dict[str, Any]], accepted: Counter[str]
    ) -> None:
        """Of people who are one in the end: each address got it once at most, nobody behind the outcomes' back,
        and somebody of them got it unless all were stopped.
        """
        outcomes = [decided[one]["outcome"] for one in self.people if one in linked]
        times = [accepted[self.address(number)] for number, one in enumerate(self.people) if one in linked]
        assert max(times) <= 1, (self.seed, linked, times)
        certain, possible = outcomes.count("sent"), outcomes.count("sent") + outcomes.count("unknown")
        assert certain <= sum(times) <= possible, (self.seed, linked, outcomes, times)
        if not linked & self.stopped.keys():
            told = {reason["code"] for one in linked for reason in decided[one]["reasons"]}
            cancelled = self.cancelled is not None and "CAMPAIGN_CANCELLED" in told
            assert possible or cancelled, (self.seed, linked, outcomes, told)

    def check_links(self, decided: dict[UUID, dict[str, Any]], handed: dict[UUID, list[int]]) -> None:
        """Whom a link made one gets nothing more from the link on, or one message where none had got it."""
        for pair, position in self.joined.items():
            counting = [handed[one][-1] for one in pair if one in decided and may_have_got_it(decided[one])]
            before = [at for at in counting if at < position]
            assert len(counting) - len(before) <= (0 if before else 1), (self.seed, pair, position)

    def address(self, number: int) -> str:
        return f"s{self.seed}p{number}@example.org"


def may_have_got_it(decision: dict[str, Any]) -> bool:
    return decision["outcome"] in ("sent", "unknown")


@dataclass(kw_only=True)
class Together:
    """Several runs, one dispatcher and perhaps an earlier one, one projector, one clock."""

    world: World
    mortals: Mortals
    hop: Hop
    trials: list[Trial]
    chance: random.Random

    def happen(self) -> None:
        """One random moment of everybody's or of one run."""
        happenings: tuple[tuple[float, Callable[[], object]], ...] = (
            (8, self.mortals.advance),
            (2, self.mortals.advance_earlier),
            (0.5, self.mortals.take_over),
            (6, self.fold),
            (1.5, lambda: self.mortals.fail_soon(self.chance, CrashedError)),
            (1.5, lambda: self.mortals.fail_soon(self.chance, StoreUnavailable)),
            (2, lambda: self.world.clock.move(timedelta(seconds=self.chance.choice((1, 30, 70))))),
            (len(self.trials), lambda: self.chance.choice(self.trials).happen()),
        )
        self.hop.moment += 1
        _choose(self.chance, happenings)()

    def fold(self) -> None:
        self.world.fold()
        with self.world.reading() as connection:
            runs = [(trial, campaigns.run(connection, trial.run_id)) for trial in self.trials]
        for trial, run in runs:
            assert run is not None and run["balanced"], (trial.seed, run)
            assert run["audience"] in (None, PEOPLE)

    def end(self) -> None:
        """Faults off: within their retries all runs come to their ends by themselves."""
        self.mortals.fatal, self.hop.fair = None, True
        self.mortals.advance_earlier()
        self.mortals.earlier = None
        self.mortals.expire_lease()
        for trial in self.trials:
            trial.resume()
        for _ in range(8):
            self.world.clock.move(timedelta(seconds=2))
            self.world.run_to_end(self.mortals.dispatcher)
            self.fold()
            states = {trial.seed: self.world.run(trial.run_id)["state"] for trial in self.trials}
            if set(states.values()) <= {"finished", "cancelled"}:
                return
            self.world.clock.move(timedelta(minutes=5))
        raise AssertionError(states)


def _choose(chance: random.Random, happenings: Sequence[tuple[float, Callable[[], T]]]) -> Callable[[], T]:
    (chosen,) = chance.choices([what for _, what in happenings], [weight for weight, _ in happenings])
    return chosen


@pytest.fixture
def world(database: Any, tmp_path: Path, shard: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Its ids and its seconds, too, are the same for the same seed. In every second shard an audience is listed in
    two appends."""
    monkeypatch.setattr(deciding, "CHUNK", 3 if shard % 2 else 500)
    monkeypatch.setattr(deciding, "PARTS_AT_ONCE", 1)
    ids = SeededIds(shard)
    monkeypatch.setattr("infrastructure.bootstrap.RandomIds", lambda: ids)
    monkeypatch.setattr("infrastructure.bootstrap.SystemRandomness", lambda: ids)
    monkeypatch.setattr("tests.world.uuid4", ids.new)
    world = World(database, tmp_path)
    monkeypatch.setattr(world.clock, "monotonic", lambda: (world.clock.now() - BEGIN).total_seconds())
    attribute = DeclareAttribute(name="seed", scope="customer", type="number")
    world.services.catalogue.declare_attribute(attribute, world.request())
    yield world
    world.close()


def begun(world: World, seed: int) -> Trial:
    people = [world.customer(f"s{seed}p{n}@example.org", attributes={"seed": seed}) for n in range(PEOPLE)]
    complainer = world.customer(f"s{seed}complainer@example.org", consent=False)
    world.complain(complainer)
    world.fold()
    campaign = world.campaign(audience={"field": "attributes.seed", "op": "eq", "value": seed})
    return Trial(
        world=world,
        seed=seed,
        chance=random.Random(seed),
        people=people,
        campaign=campaign,
        run_id=world.start(campaign),
        complainer=complainer,
    )


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_interleaving_hands_over_after_a_stop_or_twice_or_skips_anyone(world: World, shard: int) -> None:
    hop = Hop()
    mortals, seeds = Mortals(world=world, hop=hop), SEEDS[shard::SHARDS]
    for first in range(0, len(seeds), TOGETHER):
        hop.fair = False
        trials = [begun(world, seed) for seed in seeds[first : first + TOGETHER]]
        world.fold()
        chance = random.Random(seeds[first])
        together = Together(world=world, mortals=mortals, hop=hop, trials=trials, chance=chance)
        for _ in range(MOMENTS * len(trials)):
            together.happen()
        together.end()
        for trial in trials:
            trial.check(hop.accepted)
    mortals.close()
