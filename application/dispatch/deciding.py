"""The first half of a run: who is in it, then what is decided about each."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from application.dispatch.ports import (
    FactsRead,
    RunReading,
    dispatcher_circumstances,
    dispatcher_request,
)
from application.requests import Answer
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.deciding.decide import RULES_VERSION, Asked, Decision, decide
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import SuppressionPolicy
from domain.ports import Clock
from domain.runs.events import DecidedGroup, DecidedPerson, RunAudienceListed
from domain.runs.run import Run

CHUNK = 500
"""Members of an audience that are listed in one fact and decided in one."""


class RunDeciding:
    """Advances a run by one fact at a time; the run's version keeps a second process out."""

    def __init__(
        self, store: Store, reading: RunReading, clock: Clock, policy: SuppressionPolicy, zone: str
    ) -> None:
        self._store = store
        self._reading = reading
        self._clock = clock
        self.policy = policy
        self._zone = zone

    def advance(self, run: Run, campaign: Campaign) -> int:
        """Lists the audience or decides its next part; the position of what was written."""
        if run.size is None:
            return self._record_audience(run, campaign)
        return self._decide_next(run, campaign)

    def _record_audience(self, run: Run, campaign: Campaign) -> int:
        """The whole audience and its size in one save, so that a crash leaves all of it or nothing."""
        now = self._clock.now()
        circumstances = dispatcher_circumstances(now, run.id)
        members, position = self._reading.audience(campaign.content.audience, now)
        for start in range(0, len(members), CHUNK):
            run.list_audience(members[start : start + CHUNK], position, circumstances)
        run.record_audience(position, circumstances)
        return self._save(run, now)

    def _decide_next(self, run: Run, campaign: Campaign) -> int:
        members = self._listed(run)
        read = self.read_facts(run, campaign, members)
        now = self._clock.now()
        asked = self.asked(campaign, run)
        decided = decide_in_order(members, read.facts, self.policy, asked, now)
        run.decide_chunk(
            grouped(decided),
            dispatcher_circumstances(now, run.id),
            read_position=read.position,
            policy_version=self.policy.version,
            rules_version=RULES_VERSION,
        )
        return self._save(run, now)

    def read_facts(self, run: Run, campaign: Campaign, members: Iterable[UUID]) -> FactsRead:
        """The facts about these members for a message of this run."""
        return self._reading.facts(
            list(members), channel=campaign.content.channel, campaign_id=campaign.id, run_id=run.id
        )

    def asked(self, campaign: Campaign, run: Run) -> Asked:
        """What `decide` is asked for a message of this run."""
        content = campaign.content
        return Asked(
            message_class=content.message_class,
            purpose=content.purpose,
            channel=content.channel,
            topic=content.topic,
            brand=content.brand,
            campaign_id=campaign.id,
            ends_at=run.ends_at,
            installation_zone=self._zone,
        )

    def _listed(self, run: Run) -> tuple[UUID, ...]:
        fact = self._store.fact(run.id, run.listing_version)
        assert isinstance(fact, RunAudienceListed)
        return fact.members

    def _save(self, run: Run, now: datetime) -> int:
        return self._store.save(run, request=dispatcher_request(now, run.id), answer=Answer()).position


def decide_in_order(
    members: Iterable[UUID],
    facts: Mapping[UUID, DecisionFacts],
    policy: SuppressionPolicy,
    asked: Asked,
    at: datetime,
) -> list[tuple[UUID, Decision]]:
    """Decides members in order: who comes first gets the message at an address that several share."""
    taken: dict[UUID, int | None] = {}
    decided = []
    for member in members:
        known = facts[member]
        decision = decide(replace(known, taken={**known.taken, **taken}), policy, asked, at)
        if decision.verdict == "eligible" and decision.contact_point is not None:
            taken[decision.contact_point.address_id] = None
        decided.append((member, decision))
    return decided


def grouped(decided: Iterable[tuple[UUID, Decision]]) -> tuple[DecidedGroup, ...]:
    """People who were decided alike stand together."""
    groups: dict[tuple[object, ...], list[DecidedPerson]] = {}
    for member, decision in decided:
        point = decision.contact_point if decision.verdict == "eligible" else None
        person = DecidedPerson(
            member_id=member,
            time_zone=decision.zone.name,
            zone_source=decision.zone.source,
            customer_id=point.customer_id if point else None,
            contact_point_id=point.contact_point_id if point else None,
            address_id=point.address_id if point else None,
        )
        groups.setdefault((decision.verdict, decision.reasons), []).append(person)
    return tuple(
        DecidedGroup(verdict=verdict, reasons=reasons, people=tuple(people))  # type: ignore[arg-type]
        for (verdict, reasons), people in groups.items()
    )
