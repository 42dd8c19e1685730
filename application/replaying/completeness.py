"""Checks that a run is complete: which members must have a decision or a message, and which must not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from application.replaying.chains import Chain
from application.replaying.compared_values import ComparedValues
from application.replaying.differences import ComparedPart, Differences
from application.replaying.ports import Ended, LoggedFact, ReplayLog
from domain.deciding.codes import Verdict
from domain.messages.message import ENDED
from domain.runs.events import (
    RunAudienceListed,
    RunAudienceRecorded,
    RunChunkDecided,
    RunFinished,
    RunPlanned,
)


class Completeness:
    """Keeps the ids of the whole audience. `ended` is the last fact of a run that is over, cancelled or not."""

    def __init__(self, run: RunPlanned, ended: LoggedFact[Ended] | None, differences: Differences) -> None:
        self._run = run
        self._ended = ended
        self._differences = differences
        self._parts = self._size = 0
        self._sized = False
        self._listed: set[UUID] = set()
        self._eligible: set[UUID] = set()
        self._disputed: set[UUID] = set()
        self._decided: dict[int, int] = {}
        self._messaged: set[UUID] = set()

    def note_part(self, part: LoggedFact[RunAudienceListed]) -> set[UUID]:
        """Returns the members of a part. Notes members who are listed twice and parts that are missing."""
        self._in_order(self._parts, part.fact.ordinal, ComparedPart.AUDIENCE, part.position)
        self._parts += 1
        self._size += len(part.fact.members)
        members: set[UUID] = set()
        for member in part.fact.members:
            if member in self._listed:
                self._differences.note(
                    ComparedPart.AUDIENCE, part.position, {"times": 2}, {"times": 1}, member=member
                )
            else:
                members.add(member)
                self._listed.add(member)
        return members

    def note_size(self, recorded: LoggedFact[RunAudienceRecorded] | None) -> None:
        """Compares the recorded size with the parts. Call it after all parts are noted.

        Without a recorded size the list may be incomplete.
        """
        self._sized = recorded is not None
        if recorded is not None and recorded.fact.size != self._size:
            recorded_size = {"size": recorded.fact.size}
            self._differences.note(
                ComparedPart.AUDIENCE, recorded.position, recorded_size, {"size": self._size}
            )

    def note_chunk(self, position: int, chunk: RunChunkDecided, members: Sequence[UUID]) -> None:
        """Notes members decided twice, places outside the part, and a part decided twice.

        `members`: the members of the part that the chunk decides.
        """
        if self._decided.setdefault(chunk.ordinal, position) != position:
            self._differences.note(
                ComparedPart.FIRST_DECISION, position, {"ordinal": chunk.ordinal}, {"ordinal": None}
            )
        times = Counter(person.place for group in chunk.groups for person in group.people)
        for place, n in sorted(times.items()):
            if place not in range(len(members)):
                self._differences.note(
                    ComparedPart.FIRST_DECISION, position, {"place": place}, {"place": None}
                )
            elif n > 1:
                self._differences.note(
                    ComparedPart.FIRST_DECISION, position, {"times": n}, {"times": 1}, member=members[place]
                )

    def note_decided(
        self, recorded: Mapping[UUID, ComparedValues], decided: Mapping[UUID, ComparedValues]
    ) -> None:
        """Notes which members were found eligible, and whose verdict differs."""
        for member, outcome in recorded.items():
            if outcome["verdict"] == Verdict.ELIGIBLE:
                self._eligible.add(member)
            if outcome["verdict"] != decided.get(member, {}).get("verdict"):
                self._disputed.add(member)

    def close(self, log: ReplayLog, channel: str) -> None:
        """Checks the whole run after every decision is noted.

        If the run is not over, the last decisions and messages may be missing.
        """
        self._note_no_size()
        self._note_undecided(log)
        for facts in log.messages(self._run.originator_id):
            self._note_message(Chain(facts, self._run, channel))
        if self._ended is not None:
            for member in sorted(self._eligible - self._disputed - self._messaged):
                self._note_existence(member, self._ended.position, there=False)

    def _note_no_size(self) -> None:
        """Notes a missing size. Without a size a run has no decision and cannot finish, only be cancelled."""
        finished = self._ended is not None and isinstance(self._ended.fact, RunFinished)
        if not self._sized and (self._decided or finished):
            self._differences.note(ComparedPart.AUDIENCE, 0, {}, {"size": self._size})

    def _note_undecided(self, log: ReplayLog) -> None:
        """Notes parts that were not decided, or not in order. A run with a size is over only after all are decided."""
        in_turn = sorted(self._decided.items(), key=lambda item: item[1])
        for expected, (ordinal, position) in zip(sorted(self._decided), in_turn, strict=True):
            self._in_order(expected, ordinal, ComparedPart.FIRST_DECISION, position)
        over = self._ended is not None and self._sized
        upto = self._parts if over else max(self._decided, default=0)
        missing = set(range(upto)) - self._decided.keys()
        for part in log.listings(self._run.originator_id) if missing else ():
            for member in part.fact.members if part.fact.ordinal in missing else ():
                self._differences.note(
                    ComparedPart.FIRST_DECISION, part.position, {"times": 0}, {"times": 1}, member=member
                )

    def _note_message(self, chain: Chain) -> None:
        """Checks one message. Only an eligible member has one, and its facts follow each other up to a final one."""
        member, position = chain.member_id, chain.last_position
        for at, recorded, possible in chain.faults():
            self._differences.note(ComparedPart.MESSAGE, at, recorded, possible, member=member)
        if chain.stream_id != chain.expected_id:
            recorded, decided = {"message_id": chain.stream_id}, {"message_id": chain.expected_id}
            self._differences.note(ComparedPart.MESSAGE, position, recorded, decided, member=member)
            return
        self._messaged.add(member)
        if member not in self._listed or member not in self._eligible:
            self._note_existence(member, position, there=True)
        if self._ended is not None and chain.outcome not in ENDED:
            self._differences.note(
                ComparedPart.MESSAGE,
                position,
                {"outcome": chain.outcome, "ended": False},
                {"ended": True},
                member=member,
            )

    def _note_existence(self, member: UUID, position: int, *, there: bool) -> None:
        self._differences.note(
            ComparedPart.MESSAGE, position, {"message": there}, {"message": not there}, member=member
        )

    def _in_order(self, expected: int, ordinal: int, compared: ComparedPart, position: int) -> None:
        if ordinal != expected:
            self._differences.note(compared, position, {"ordinal": ordinal}, {"ordinal": expected})
