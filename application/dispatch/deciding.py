"""The first half of a run: who is in it, then what is decided about each."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from application.deciding import asked_of, decide_in_order, grouped
from application.dispatch.ports import (
    FactsReadNow,
    RunReading,
    dispatcher_circumstances,
    dispatcher_request,
)
from application.leases import DISPATCHER, Fence
from application.requests import Answer
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.deciding.decide import RULES_VERSION, Asked
from domain.deciding.policy import policy_at
from domain.ports import Clock
from domain.runs.events import RunAudienceListed
from domain.runs.run import Run

CHUNK = 500
"""Members of an audience that are listed in one fact and decided in one."""


class RunDeciding:
    """Advances a run by one fact at a time; the run's version keeps a second process out."""

    def __init__(self, store: Store, reading: RunReading, clock: Clock, zone: str) -> None:
        self._store = store
        self._reading = reading
        self._clock = clock
        self._zone = zone

    def advance(self, run: Run, campaign: Campaign, epoch: int) -> int:
        """Lists the audience or decides its next part; the position of what was written."""
        if run.size is None:
            return self._record_audience(run, campaign, epoch)
        return self._decide_next(run, campaign, epoch)

    def _record_audience(self, run: Run, campaign: Campaign, epoch: int) -> int:
        """The whole audience and its size in one save, so that a crash leaves all of it or nothing."""
        now = self._clock.now()
        circumstances = dispatcher_circumstances(now, run.id)
        members, position = self._reading.audience(campaign.content.audience, now)
        for start in range(0, len(members), CHUNK):
            run.list_audience(members[start : start + CHUNK], position, circumstances)
        run.record_audience(position, circumstances)
        return self._save(run, now, epoch)

    def _decide_next(self, run: Run, campaign: Campaign, epoch: int) -> int:
        members = self._listed(run)
        read = self.read_facts(run, campaign, members)
        now, policy = read.at, policy_at(read.policies, read.at)
        decided = decide_in_order(members, read.facts, policy, self.asked(campaign, run), now)
        run.decide_chunk(
            grouped(decided),
            dispatcher_circumstances(now, run.id),
            read_position=read.position,
            policy_version=policy.version,
            rules_version=RULES_VERSION,
        )
        return self._save(run, now, epoch)

    def read_facts(
        self,
        run: Run,
        campaign: Campaign,
        members: Iterable[UUID],
        recheck: Mapping[str, Any] | None = None,
    ) -> FactsReadNow:
        """The facts about these members for a message of this run."""
        return self._reading.facts(
            list(members),
            channel=campaign.content.channel,
            campaign_id=campaign.id,
            run_id=run.id,
            recheck=recheck,
        )

    def asked(self, campaign: Campaign, run: Run) -> Asked:
        """What `decide` is asked for a message of this run."""
        return asked_of(campaign.id, campaign.content, ends_at=run.ends_at, zone=self._zone)

    def _listed(self, run: Run) -> tuple[UUID, ...]:
        fact = self._store.fact(run.id, run.listing_version)
        assert isinstance(fact, RunAudienceListed)
        return fact.members

    def _save(self, run: Run, now: datetime, epoch: int) -> int:
        return save_run(self._store, run, now, epoch)


def save_run(store: Store, run: Run, now: datetime, epoch: int) -> int:
    """The position of the last fact. LeaseLost for a dispatcher that was stopped past its lease."""
    fence = Fence(lease=DISPATCHER, epoch=epoch)
    return store.save(run, request=dispatcher_request(now, run.id), answer=Answer(), fence=fence).position
