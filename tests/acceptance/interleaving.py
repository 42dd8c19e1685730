"""One seed's interleaving of a story of a run with folds, dispatchers, their crashes, and time passing.

Whatever happens may also happen within a dispatcher's step: before any question it asks and any effect it takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from domain.errors import StoreUnavailable
from tests.acceptance.mortals import CrashedError, Hop, Mortals
from tests.acceptance.story_of_a_run import Happening, StoryOfARun
from tests.any_world import AnyWorld

QUIET_STEPS = 10
"""Of each kind at most, before anything happens to the people: so the run is somewhere when it does."""
MOMENTS = 30
MEANWHILE = 0.08
"""How often something happens within a step, before each of its questions and effects."""
FOLDED_AT_ONCE = 0.5
"""How often the projector is as quick as what happens within a step."""
ROUNDS_TO_THE_END = 12


@dataclass(kw_only=True)
class Interleaving:
    world: AnyWorld
    seed: int
    chance: Random = field(init=False)
    story: StoryOfARun = field(init=False)
    hop: Hop = field(default_factory=Hop)
    mortals: Mortals = field(init=False)
    _folded: int = 0
    _within: bool = False
    """Whether something happens within a step: nothing else happens within that."""

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.story = StoryOfARun(world=self.world, seed=self.seed, chance=self.chance)
        self.mortals = Mortals(world=self.world, hop=self.hop, interrupt=self._interrupt)

    def run(self) -> None:
        """Plays the seed to its end and checks it. An AssertionError tells the seed and the story step by step."""
        try:
            self.story.begin()
            self._advance_quietly(self.chance.randint(0, QUIET_STEPS))
            for _ in range(MOMENTS):
                self._happen(self._moments())
                self._check_nobody_is_held_back()
            self._end()
            self.story.check(self.mortals.unheld, self.hop.accepted)
        except Exception as error:
            raise AssertionError(f"seed {self.seed}: {error}\n{self._told()}") from error

    def _advance_quietly(self, steps: int) -> None:
        self._within = True
        for _ in range(steps):
            self._fold()
            self.mortals.advance()
        self._within = False
        self.story.say(f"the dispatcher advances, {steps} times, with a fold before each")

    def _moments(self) -> Sequence[Happening]:
        return (
            (14, "the dispatcher advances", self.mortals.advance),
            (2, "the earlier dispatcher advances", self.mortals.advance_earlier),
            (0.7, "another dispatcher takes over", self.mortals.take_over),
            (9, "a fold", self._fold),
            (1, "a crash is near", lambda: self.mortals.fail_soon(self.chance, CrashedError)),
            (1.5, "a lost answer is near", lambda: self.mortals.fail_soon(self.chance, StoreUnavailable)),
            (3, "time", self._let_time_pass),
            *self.story.happenings(),
        )

    def _meanwhile(self) -> Sequence[Happening]:
        """What others do while a dispatcher is in the middle of a step; a pause there is rarely met elsewhere."""
        return (
            (4, "a fold", self._fold),
            (2, "a pause", self.story.pause),
            (0.7, "another dispatcher takes over", self.mortals.take_over),
            *self.story.happenings(),
        )

    def _happen(self, happenings: Sequence[Happening], depth: int = 0) -> None:
        self.hop.moment += 1
        ((_, name, happening),) = self.chance.choices(happenings, [weight for weight, *_ in happenings])
        about = happening()
        detail = f": {about}" if isinstance(about, str) else ""
        self.story.say(f"{'    meanwhile ' * depth}{name}{detail}")

    def _interrupt(self) -> None:
        if self._within or self.chance.random() >= MEANWHILE:
            return
        self._within = True
        try:
            self._happen(self._meanwhile(), depth=1)
            if self.chance.random() < FOLDED_AT_ONCE:
                self._fold()
                self.story.say("    meanwhile a fold")
        finally:
            self._within = False

    def _fold(self) -> None:
        """Asks the projector only where something is new: on PostgreSQL that is long to ask."""
        if self.world.head() > self._folded:
            self._folded = self.world.fold()

    def _let_time_pass(self) -> None:
        self.world.clock.move(timedelta(seconds=self.chance.choice((1, 30, 70))))

    def _end(self) -> None:
        """Nothing fails any more: the run comes to its end by itself."""
        self.story.say("from here on nothing fails")
        self.mortals.spare()
        self._within, self.hop.fair = True, True
        self.story.resume()
        for _ in range(ROUNDS_TO_THE_END):
            self.world.clock.move(timedelta(minutes=5))
            self._advance_while_there_is_work()
            if not self.world.run_reading().anything_open():
                return
        raise AssertionError("the run does not come to its end")

    def _advance_while_there_is_work(self) -> None:
        for _ in range(30):
            before = self.world.head()
            self.world.clock.move(timedelta(seconds=2))
            self.hop.moment += 1
            self._fold()
            self.mortals.advance()
            self._check_nobody_is_held_back()
            if self.world.head() == before:
                return
        raise AssertionError("the dispatcher finds work for ever")

    def _check_nobody_is_held_back(self) -> None:
        """No step meets an error that it does not expect."""
        held_back = self.mortals.current.dispatcher.held_back
        assert not held_back, "a step of the dispatcher met an unexpected error"

    def _told(self) -> str:
        log = self.world.facts(self.story.began)
        facts = [f"{one.position:>5}  {type(one.fact).__name__}" for one in log]
        return "\n".join(("the story, with the head after each step:", *self.story.steps, "the log:", *facts))
