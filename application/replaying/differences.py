"""The differences that a replay finds between the recorded run and the run decided again."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from application.replaying.compared_values import ComparedValues, differing

MOST_SHOWN = 1_000


class ComparedPart(StrEnum):
    """The part of a run in which a difference was found."""

    RUN = "run"
    AUDIENCE = "audience"
    FIRST_DECISION = "first"
    """The first decision about a member, in a chunk of the run."""
    HANDOVER = "handover"
    WITHHELD = "withheld"
    MESSAGE = "message"


@dataclass(frozen=True, kw_only=True)
class ReplayDifference:
    """One difference. `part` is run, audience, first, handover, withheld or message.

    `member_id` is the member, or None if the difference is about the whole run. `position` is the position of the
    recording fact. `recorded` or `decided` is empty if only the other side has an outcome.
    """

    member_id: UUID | None
    part: ComparedPart
    position: int
    recorded: ComparedValues
    decided: ComparedValues

    @property
    def differing(self) -> list[str]:
        """The names of the values that differ."""
        return differing(self.recorded, self.decided)


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """The numbers of decisions that were repeated, the number of differences, and the first of these differences.

    `decisions`: the first decisions, one about each member. `handovers`, `withheld`: the second decisions, which let
    a message be handed over or withheld it.
    """

    run_id: UUID
    decisions: int
    handovers: int
    withheld: int
    different: int
    differences: tuple[ReplayDifference, ...]


class Differences:
    """Counts all differences and keeps the first ones."""

    def __init__(self, run_id: UUID) -> None:
        self._run_id = run_id
        self._compared = Counter[ComparedPart]()
        self._different = 0
        self._shown: list[ReplayDifference] = []

    def compare(
        self,
        part: ComparedPart,
        position: int,
        recorded: Mapping[UUID, ComparedValues],
        decided: Mapping[UUID, ComparedValues],
    ) -> None:
        """Compares the outcomes of each member. A member on only one side counts as a difference."""
        self._compared[part] += len(recorded)
        for member in dict.fromkeys((*recorded, *decided)):
            before, after = recorded.get(member, {}), decided.get(member, {})
            if before != after:
                self.note(part, position, before, after, member=member)

    def note_unlike(
        self,
        part: ComparedPart,
        position: int,
        both: tuple[ComparedValues, ComparedValues],
        *,
        member: UUID | None = None,
    ) -> None:
        """Notes a difference unless the two outcomes in `both`, the recorded and the possible one, are equal."""
        recorded, decided = both
        if recorded != decided:
            self.note(part, position, recorded, decided, member=member)

    def note_not_matching(self, position: int, members: Iterable[UUID]) -> None:
        """Notes members who are listed although they do not match the criteria."""
        for member in sorted(members):
            self.note(ComparedPart.AUDIENCE, position, {"member": True}, {"member": False}, member=member)

    def note_not_listed(self, position: int, members: Iterable[UUID]) -> None:
        """Notes people who match the criteria but are not listed."""
        for member in sorted(members):
            self.note(ComparedPart.AUDIENCE, position, {"member": False}, {"member": True}, member=member)

    def note(
        self,
        part: ComparedPart,
        position: int,
        recorded: ComparedValues,
        decided: ComparedValues,
        *,
        member: UUID | None = None,
    ) -> None:
        """Notes a difference between the recorded outcome and the one that was decided again."""
        self._different += 1
        if len(self._shown) < MOST_SHOWN:
            self._shown.append(
                ReplayDifference(
                    member_id=member, part=part, position=position, recorded=recorded, decided=decided
                )
            )

    def replayed(self) -> Replayed:
        return Replayed(
            run_id=self._run_id,
            decisions=self._compared[ComparedPart.FIRST_DECISION],
            handovers=self._compared[ComparedPart.HANDOVER],
            withheld=self._compared[ComparedPart.WITHHELD],
            different=self._different,
            differences=tuple(self._shown),
        )
