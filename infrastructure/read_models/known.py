"""The PreviewReading port on a pool: one snapshot for a whole preview."""

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.previews.service import CriterionMet, OpenedAudience
from domain.criteria import Criteria
from domain.criteria.walking import every_criterion
from domain.deciding.decision import Asked
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import SuppressionPolicy
from infrastructure.read_models.pool import MEMBERSHIP, PooledAudiences, PooledReading, position_of
from projections.audience import reading as audience
from projections.decision_facts.reading import decision_facts
from projections.policies.reading import adopted_policies


class PooledPreviews:
    """Opens audiences."""

    def __init__(self, reading: PooledReading, audiences: PooledAudiences) -> None:
        self._reading = reading
        self._audiences = audiences

    @contextmanager
    def open(self, criteria: Mapping[str, Any], at: datetime) -> Iterator[OpenedAudience]:
        with self._reading.snapshot() as connection:
            parsed = self._audiences.checked(criteria)
            yield _Opened(connection, self._audiences, criteria, parsed, at)


class _Opened:
    def __init__(
        self,
        connection: Connection[Any],
        audiences: PooledAudiences,
        criteria: Mapping[str, Any],
        parsed: Criteria,
        at: datetime,
    ) -> None:
        self._connection = connection
        self._audiences = audiences
        self._criteria = criteria
        self._parsed = parsed
        self._at = at

    @cached_property
    def position(self) -> int:
        return position_of(self._connection, MEMBERSHIP)

    @cached_property
    def policies(self) -> tuple[SuppressionPolicy, ...]:
        return adopted_policies(self._connection)

    def size(self) -> int:
        return audience.size(self._connection, self._parsed, self._at, currency=self._audiences.currency)

    def some(self, most: int) -> Sequence[UUID]:
        return audience.some_members(
            self._connection, self._parsed, self._at, currency=self._audiences.currency, most=most
        )

    def matching(self, person_ids: Set[UUID]) -> Set[UUID]:
        if not person_ids:
            return person_ids
        return audience.matching(
            self._connection, person_ids, self._parsed, self._at, currency=self._audiences.currency
        )

    def facts(self, person_ids: Sequence[UUID], asked: Asked) -> Mapping[UUID, DecisionFacts]:
        return decision_facts(
            self._connection, person_ids, channel=asked.channel, campaign_id=asked.campaign_id
        )

    def criteria_met(self, person_id: UUID) -> tuple[CriterionMet, ...]:
        return tuple(
            CriterionMet(path=path, criterion=criterion, met=self._met(person_id, criterion))
            for path, criterion in every_criterion(self._criteria, "audience")
        )

    def _met(self, person_id: UUID, criterion: Mapping[str, Any]) -> bool:
        parsed = self._audiences.parsed(criterion)
        return audience.is_member(
            self._connection, person_id, parsed, self._at, currency=self._audiences.currency
        )
