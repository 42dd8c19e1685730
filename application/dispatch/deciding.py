"""The first half of a run: who is in it, then what is decided about each."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

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
from domain.campaigns.events import CampaignContent
from domain.deciding.decide import RULES_VERSION, Asked, Decision, decide
from domain.deciding.facts import DecisionFacts
from domain.deciding.hold_out import HoldOut
from domain.deciding.policy import SuppressionPolicy, policy_at
from domain.ports import Clock
from domain.runs.events import DecidedGroup, DecidedPerson, RunAudienceListed
from domain.runs.run import Run

CHUNK = 500
"""Members of an audience that are listed in one fact and decided in one."""
WOULD_GET_IT = ("eligible", "held_out")
"""Verdicts of those against whom nothing speaks: the two arms of a campaign that holds out."""


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


def asked_of(campaign_id: UUID, content: CampaignContent, *, ends_at: datetime | None, zone: str) -> Asked:
    """What `decide` is asked about a message of this campaign; `zone`: the installation's."""
    share = content.hold_out or Decimal(0)
    return Asked(
        message_class=content.message_class,
        purpose=content.purpose,
        channel=content.channel,
        topic=content.topic,
        brand=content.brand,
        campaign_id=campaign_id,
        ends_at=ends_at,
        installation_zone=zone,
        hold_out=HoldOut(share=share, seed=content.seed) if content.seed is not None else None,
    )


def decide_in_order(
    members: Iterable[UUID],
    facts: Mapping[UUID, DecisionFacts],
    policy: SuppressionPolicy,
    asked: Asked,
    at: datetime,
    *,
    rules_version: int = RULES_VERSION,
) -> list[tuple[UUID, Decision]]:
    """Decides members in order: who comes first gets the message at an address that several share.

    Held out, too, is only the first: who would be the second would not have got the message either.
    """
    taken: dict[UUID, int | None] = {}
    decided = []
    for member in members:
        known = facts[member]
        so_far = replace(known, taken={**known.taken, **taken})
        decision = decide(so_far, policy, asked, at, rules_version=rules_version)
        if decision.verdict in WOULD_GET_IT and decision.contact_point is not None:
            taken[decision.contact_point.address_id] = None
        decided.append((member, decision))
    return decided


def grouped(decided: Iterable[tuple[UUID, Decision]]) -> tuple[DecidedGroup, ...]:
    """People who were decided alike stand together."""
    groups: dict[tuple[object, ...], list[DecidedPerson]] = {}
    for member, decision in decided:
        point = decision.contact_point if decision.verdict in WOULD_GET_IT else None
        person = DecidedPerson(
            member_id=member,
            time_zone=decision.zone.name,
            zone_source=decision.zone.source,
            customer_id=point.customer_id if point else None,
            contact_point_id=point.contact_point_id if point else None,
            address_id=point.address_id if point else None,
            unit=decision.draw.unit if decision.draw and decision.verdict in WOULD_GET_IT else None,
        )
        groups.setdefault((decision.verdict, decision.reasons), []).append(person)
    return tuple(
        DecidedGroup(verdict=verdict, reasons=reasons, people=tuple(people))  # type: ignore[arg-type]
        for (verdict, reasons), people in groups.items()
    )
