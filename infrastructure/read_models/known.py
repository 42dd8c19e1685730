"""The Known port on a connection, which has the live tables or a shadow's tables with the same names."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.deciding.ports import AlikePeople, AudienceAt, KnownFacts, RunInProgress
from domain.criteria import Criteria, parse
from domain.criteria.future import refuse_future
from domain.criteria.money import refuse_other_amounts
from domain.criteria.parsing import SegmentCriteria
from domain.deciding.decision import DecisionQuestion
from domain.deciding.facts import DecisionFacts
from projections.audience import reading as audiences
from projections.campaigns import dispatching
from projections.catalogue.reading import plain_customer_attributes
from projections.decision_facts.alike import alike
from projections.decision_facts.in_run import facts_in_run, membership
from projections.decision_facts.reading import decision_facts
from projections.identity.reading import person_ids_of
from projections.policies.reading import adopted_policies
from projections.segments.reading import criteria_of

Facts = Mapping[UUID, DecisionFacts]


class KnownOnConnection:
    """Answers from the tables at `position`. `currency` is the currency of amounts in criteria that name none.

    Rows of the connection are dicts. Declarations are read from the log: they never change, and new ones are known at
    once. So are segments; of their revisions those up to `position` count, or up to `segments_upto` if it is given.
    """

    def __init__(
        self,
        connection: Connection[Any],
        position: int,
        currency: str,
        *,
        segments_upto: int | None = None,
    ) -> None:
        self.position = position
        self._segments_upto = position if segments_upto is None else segments_upto
        self._connection = connection
        self._currency = currency

    def facts(
        self,
        person_ids: Collection[UUID],
        *,
        campaign_id: UUID | None = None,
        run_id: UUID | None = None,
        recheck: AudienceAt | None = None,
    ) -> KnownFacts:
        if campaign_id is None or run_id is None:
            facts = decision_facts(self._connection, person_ids, campaign_id=campaign_id)
        else:
            facts = facts_in_run(self._connection, person_ids, campaign_id=campaign_id, run_id=run_id)
        return self._known(facts if recheck is None else self._rechecked(facts, recheck))

    def facts_about(
        self, person_id: UUID, *, campaign_id: UUID | None, recheck: AudienceAt | None = None
    ) -> KnownFacts:
        run = self.open_run(campaign_id) if campaign_id is not None else None
        if run is None:
            canonical = person_ids_of(self._connection, [person_id])[person_id]
            known = self.facts([canonical], campaign_id=campaign_id, recheck=recheck)
            return replace(known, facts={person_id: known.facts[canonical]})
        member = membership(self._connection, person_id, run.run_id)
        known = self.facts(
            [member.member_id],
            campaign_id=campaign_id,
            run_id=run.run_id,
            recheck=None if member.undecided else recheck,
        )
        return replace(known, facts={person_id: known.facts[member.member_id]})

    def alike(
        self,
        person_ids: Collection[UUID],
        question: DecisionQuestion,
        at: datetime,
        *,
        run_id: UUID | None = None,
    ) -> AlikePeople:
        groups, apart = alike(
            self._connection,
            person_ids,
            channel=question.channel,
            at=at,
            campaign_id=question.campaign_id,
            run_id=run_id,
            oldest_profiles=question.draws,
        )
        return AlikePeople(groups=groups, apart=apart)

    def open_run(self, campaign_id: UUID) -> RunInProgress | None:
        run = dispatching.open_run(self._connection, campaign_id)
        return RunInProgress(**run) if run is not None else None

    def check(self, criteria: Mapping[str, Any], at: datetime) -> None:
        parse(criteria, declared=self._declared, segment=criteria_of(self._connection))
        refuse_other_amounts(criteria, self._currency)
        refuse_future(criteria, at)

    def members(self, audience: AudienceAt) -> list[UUID]:
        return audiences.members(
            self._connection, *self._criteria_and_instant(audience), currency=self._currency
        )

    def some(self, audience: AudienceAt, most: int) -> list[UUID]:
        criteria_and_instant = self._criteria_and_instant(audience)
        return audiences.some_members(
            self._connection, *criteria_and_instant, currency=self._currency, most=most
        )

    def size(self, audience: AudienceAt) -> int:
        return audiences.size(
            self._connection, *self._criteria_and_instant(audience), currency=self._currency
        )

    def sizes(self, several: Sequence[Mapping[str, Any]], at: datetime) -> list[int]:
        parsed = [self._parsed(criteria) for criteria in several]
        return audiences.sizes(self._connection, parsed, at, currency=self._currency)

    def matching(self, audience: AudienceAt, person_ids: Collection[UUID]) -> set[UUID]:
        if not person_ids:
            return set()
        criteria_and_instant = self._criteria_and_instant(audience)
        return audiences.matching(
            self._connection, person_ids, *criteria_and_instant, currency=self._currency
        )

    def _known(self, facts: Facts) -> KnownFacts:
        policies = adopted_policies(self._connection)
        return KnownFacts(position=self.position, facts=facts, policies=policies)

    def _rechecked(self, facts: Facts, audience: AudienceAt) -> Facts:
        """Who the members are now is asked, by person id."""
        matching = self.matching(audience, {known.person.person_id for known in facts.values()})
        return {
            member: replace(known, still_member=known.person.person_id in matching)
            for member, known in facts.items()
        }

    def _criteria_and_instant(self, audience: AudienceAt) -> tuple[Criteria, Any]:
        return self._parsed(audience.criteria), audience.at

    def _parsed(self, criteria: Mapping[str, Any]) -> Criteria:
        """Parses criteria with the present attributes. Raises InvalidCriteria with a path."""
        return parse(criteria, declared=self._declared, segment=self._segment)

    @cached_property
    def _segment(self) -> SegmentCriteria:
        """Looks up each segment once."""
        return cache(criteria_of(self._connection, self._segments_upto))

    @cached_property
    def _declared(self) -> Mapping[str, str]:
        return plain_customer_attributes(self._connection)
