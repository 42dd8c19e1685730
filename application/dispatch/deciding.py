"""The first half of a run: list the audience, then make the first decision about each member."""

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from application.deciding.alike import DecidedMembers, decide_members
from application.deciding.asking import InstallationSettings, question_of
from application.deciding.ports import AudienceAt, Criteria, KnownFacts
from application.dispatch.ports import (
    RunReading,
    dispatcher_circumstances,
    dispatcher_request,
)
from application.leases import DISPATCHER, Fence
from application.requests import Answer
from application.store import Store
from domain.aggregates import Aggregate
from domain.campaigns.campaign import Campaign
from domain.campaigns.events import MessageClass
from domain.deciding.decide import RULES_VERSION, DecisionQuestion
from domain.ports import Clock
from domain.runs.events import RunAudienceListed
from domain.runs.run import Run

CHUNK = 1_000
"""The number of members that one fact lists, and that one fact decides."""
AUDIENCES_AT_ONCE = 4
"""The number of audiences that are read at the same time. The last place is never given to a promotional run."""
STEP_SECONDS = 1.0
"""How long a step goes on with further chunks. Many members who are decided apart take several seconds."""
READING_MOMENT = 0.05
"""How many seconds a step waits for an audience. Most are read within this time."""
PARTS_AT_ONCE = 10
"""The number of listing facts in one append: 10,000 people. The append holds the log's lock for about 20 ms."""


_MembersNow = tuple[list[UUID], int, datetime]
"""The people who matched, the position up to which facts were read, and an instant at or after all these facts."""


@dataclass(frozen=True, kw_only=True)
class _Audience:
    """An audience that was read at the instant `at`, up to `position`, in parts.

    At its version `run_version` the run has listed the first `listed` parts.
    """

    position: int
    at: datetime
    parts: Sequence[Sequence[UUID]]
    run_version: int
    listed: int = 0


class RunDeciding:
    """Advances a run by one append at a time. The run's version keeps a second process from doing the same.

    Only this process knows the audience that it read. A process that takes over a run with a half-listed audience
    reads the audience again and starts the list again.
    """

    def __init__(
        self,
        store: Store,
        reading: RunReading,
        clock: Clock,
        installation: InstallationSettings,
        background: Executor,
    ) -> None:
        self._store = store
        self._reading = reading
        self._clock = clock
        self._installation = installation
        self._background = background
        self.chunks = 1
        """The most chunks that a step decides."""
        self.written = 0
        """The position of the last fact that was saved, also by a step that failed afterwards."""
        self._being_read: dict[UUID, Future[_MembersNow]] = {}
        self._audiences: dict[UUID, _Audience] = {}

    def advance(self, run: Run, campaign: Campaign, epoch: int) -> int:
        """Reads the audience, or lists or decides its next parts.

        Returns the position that was read or written, or 0 while the audience is being read.
        """
        if self.has_read(run):
            return self._list_audience(run, self._audiences[run.id], epoch)
        if run.size is None:
            return self._read_audience(run, campaign)
        return self._decide_next(run, campaign, epoch)

    def has_read(self, run: Run) -> bool:
        """Whether the audience was read and the next step lists it. False if another process listed a part since."""
        known = self._audiences.get(run.id)
        return run.size is None and known is not None and known.run_version == run.version

    def is_reading(self, run_id: UUID | None = None) -> bool:
        """Whether the audience of this run is being read, or of any run if none is named."""
        return bool(self._being_read) if run_id is None else run_id in self._being_read

    def forget_all_but(self, run_ids: Collection[UUID]) -> None:
        """Forgets the audiences of all other runs, also those that are being read."""
        self._audiences = {run_id: known for run_id, known in self._audiences.items() if run_id in run_ids}
        self._being_read = {
            run_id: reading for run_id, reading in self._being_read.items() if run_id in run_ids
        }

    def _read_audience(self, run: Run, campaign: Campaign) -> int:
        """Reads the audience in the background, because it may take long, and waits only a moment for it.

        Saves nothing. Reading and listing may both take long, so each is a step with its own check of the lease.
        """
        if run.id not in self._being_read:
            promotional = campaign.content.message_class == MessageClass.PROMOTIONAL
            if promotional and len(self._being_read) >= AUDIENCES_AT_ONCE - 1:
                return 0
            criteria = campaign.content.audience
            self._being_read[run.id] = self._background.submit(self._members_now, criteria)
        if not wait([self._being_read[run.id]], timeout=READING_MOMENT).done:
            return 0
        members, position, at = self._being_read.pop(run.id).result()
        parts = [members[start : start + CHUNK] for start in range(0, len(members), CHUNK)]
        if run.listed and not parts:
            parts = [[]]
        self._audiences[run.id] = _Audience(position=position, at=at, parts=parts, run_version=run.version)
        return position

    def _members_now(self, criteria: Criteria) -> _MembersNow:
        with self._reading.open(membership=True, whole=True) as known:
            now = self._clock.now()
            return known.members(AudienceAt(criteria=criteria, at=now)), known.position, now

    def _list_audience(self, run: Run, known: _Audience, epoch: int) -> int:
        """Lists the next parts, and with the last of them the size, dated at the instant when they were read."""
        position, circumstances = known.position, dispatcher_circumstances(known.at, run.id)
        upto = min(known.listed + PARTS_AT_ONCE, len(known.parts))
        for ordinal in range(known.listed, upto):
            run.list_audience(known.parts[ordinal], position, circumstances, anew=ordinal == 0)
        if upto == len(known.parts):
            run.record_audience(position, circumstances)
        written = self._save(run, self._clock.now(), epoch)
        self._audiences[run.id] = replace(known, listed=upto, run_version=run.version)
        return written

    def _decide_next(self, run: Run, campaign: Campaign, epoch: int) -> int:
        """Decides the next chunks from one state of the facts, which has all decisions but those of this step.

        The step ends before a chunk that concerns a person whom an earlier chunk of the step concerned. It also ends
        once STEP_SECONDS have passed, because the lease is renewed between two steps.
        """
        written, concerned = 0, set[UUID]()
        until = self._clock.monotonic() + STEP_SECONDS
        with self._reading.open(whole=True) as known:
            for _ in range(min(self.chunks, run.undecided_parts)):
                members, now = self._listed(run), self._clock.now()
                if not concerned.isdisjoint(members):
                    break
                decided = decide_members(known, members, self.question(campaign, run), now, run_id=run.id)
                if not concerned.isdisjoint(decided.concerned):
                    break
                concerned |= decided.concerned
                written = self._record(run, decided, now, epoch)
                if self._clock.monotonic() >= until:
                    break
        return written

    def _record(self, run: Run, decided: DecidedMembers, now: datetime, epoch: int) -> int:
        run.decide_chunk(
            decided.groups,
            dispatcher_circumstances(now, run.id),
            read_position=decided.position,
            policy_version=decided.policy.version,
            rules_version=RULES_VERSION,
            smtputf8=self._installation.smtputf8,
        )
        return self._save(run, now, epoch)

    def read_facts(
        self, run: Run, campaign: Campaign, members: Iterable[UUID], *, recheck: bool = False
    ) -> tuple[KnownFacts, datetime]:
        """Returns the facts about these members for a message of this run, and an instant at or after all of them.

        With `recheck` the facts also say whether each member still matches the campaign's criteria at that instant.
        """
        with self._reading.open(membership=recheck, whole=True) as known:
            now = self._clock.now()
            audience = AudienceAt(criteria=campaign.content.audience, at=now) if recheck else None
            of_run = {"campaign_id": campaign.id, "run_id": run.id}
            return known.facts(list(members), **of_run, recheck=audience), now

    def question(self, campaign: Campaign, run: Run) -> DecisionQuestion:
        """Returns the input of `decide` for a message of this run."""
        return question_of(
            campaign.id, campaign.content, ends_at=run.ends_at, installation=self._installation
        )

    def _listed(self, run: Run) -> tuple[UUID, ...]:
        fact = self._store.fact(Run, run.id, run.listing_version)
        assert isinstance(fact, RunAudienceListed)
        return fact.members

    def _save(self, run: Run, now: datetime, epoch: int) -> int:
        self.written = save_held(self._store, run, run_id=run.id, now=now, epoch=epoch)
        return self.written


def save_held(store: Store, *aggregates: Aggregate, run_id: UUID, now: datetime, epoch: int) -> int:
    """Saves what a step of a run decided, while the lease is held. Returns the position of the last fact.

    Raises LeaseLost if the dispatcher was stopped until its lease was over.
    """
    fence = Fence(lease=DISPATCHER, epoch=epoch)
    request = dispatcher_request(now, run_id)
    return store.save(*aggregates, request=request, answer=Answer(), fence=fence).position
