"""The differences that a replay finds between the recorded run and the run decided again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from application.replaying.outcomes import Outcome

MOST_SHOWN = 1_000


class Which(StrEnum):
    """The part of a run in which a difference was found."""

    RUN = "run"
    AUDIENCE = "audience"
    FIRST = "first"
    """The first decision about a member, in a chunk of the run."""
    HANDOVER = "handover"
    WITHHELD = "withheld"
    MESSAGE = "message"


@dataclass(frozen=True, kw_only=True)
class ReplayDifference:
    """One difference. `which` is run, audience, first, handover, withheld or message.

    `customer_id` is the member, or None if the difference is about the whole run. `position` is the position of the
    recording fact. `recorded` or `decided` is empty if only the other side has an outcome.
    """

    customer_id: UUID | None
    which: Which
    position: int
    recorded: Outcome
    decided: Outcome

    @property
    def differing(self) -> list[str]:
        """The names of the values that differ."""
        names = {**self.recorded, **self.decided}
        return [name for name in names if self.recorded.get(name) != self.decided.get(name)]


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """The number of repeated decisions, the number of differences, and the first of these differences."""

    run_id: UUID
    decisions: int
    different: int
    differences: tuple[ReplayDifference, ...]


class Differences:
    """Counts all differences and keeps the first ones."""

    def __init__(self, run_id: UUID) -> None:
        self._run_id = run_id
        self._decisions = 0
        self._different = 0
        self._shown: list[ReplayDifference] = []

    def compare(
        self, which: Which, position: int, recorded: Mapping[UUID, Outcome], decided: Mapping[UUID, Outcome]
    ) -> None:
        """Compares the outcomes of each member. A member on only one side counts as a difference."""
        self._decisions += len(recorded)
        for member in dict.fromkeys((*recorded, *decided)):
            told, again = recorded.get(member, {}), decided.get(member, {})
            if told != again:
                self.note(which, position, told, again, member=member)

    def note_unlike(
        self, which: Which, position: int, said: tuple[Outcome, Outcome], *, member: UUID | None = None
    ) -> None:
        """Notes a difference unless the two outcomes in `said`, the recorded and the possible one, are equal."""
        recorded, decided = said
        if recorded != decided:
            self.note(which, position, recorded, decided, member=member)

    def note_not_matching(self, position: int, members: Iterable[UUID]) -> None:
        """Notes members who are listed although they do not match the criteria."""
        for member in sorted(members):
            self.note(Which.AUDIENCE, position, {"member": True}, {"member": False}, member=member)

    def note_not_listed(self, position: int, members: Iterable[UUID]) -> None:
        """Notes people who match the criteria but are not listed."""
        for member in sorted(members):
            self.note(Which.AUDIENCE, position, {"member": False}, {"member": True}, member=member)

    def note(
        self, which: Which, position: int, recorded: Outcome, decided: Outcome, *, member: UUID | None = None
    ) -> None:
        """Notes a difference between the recorded outcome and the one that was decided again."""
        self._different += 1
        if len(self._shown) < MOST_SHOWN:
            self._shown.append(
                ReplayDifference(
                    customer_id=member, which=which, position=position, recorded=recorded, decided=decided
                )
            )

    def found(self) -> Replayed:
        return Replayed(
            run_id=self._run_id,
            decisions=self._decisions,
            different=self._different,
            differences=tuple(self._shown),
        )
