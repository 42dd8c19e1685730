"""The port of replays: the log's own facts, and read models folded from nothing else."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from application.deciding.asking import FactsRead, Recheck
from application.replaying.ports import LogAlone
from domain.criteria import Criteria, parse
from domain.errors import LogContradictsItself
from infrastructure.log_alone.logged_runs import LoggedRuns
from infrastructure.log_alone.shadows import Shadows
from infrastructure.read_models.pool import MEMBERSHIP
from projections.audience import reading as audience
from projections.decision_facts.in_run import facts_in_run, persons_of, rechecked
from projections.decision_facts.reading import DECIDES_ON
from projections.engine.shadow import Shadow
from projections.policies.reading import adopted_policies
from projections.segments import reading as segments

SHADOWED = frozenset({*DECIDES_ON, *MEMBERSHIP})
"""The projections that deciding and membership rest on."""
Declared = Callable[[], Mapping[str, str]]


class LogsAloneInDatabase:
    """The LogsAlone port. `declared`: the types of the attributes that criteria may name; they never change."""

    def __init__(self, shadows: Shadows, currency: str, declared: Declared) -> None:
        self._shadows = shadows
        self._currency = currency
        self._declared = declared

    @contextmanager
    def opened(self) -> Iterator[LogAlone]:
        """Two connections: the decisions come from the one while the other folds."""
        with (
            self._shadows.log() as log,
            self._shadows.log() as connection,
            self._shadows.shadow(connection, SHADOWED) as shadow,
        ):
            yield DatabaseLogAlone(log, shadow, self._currency, self._declared)


class DatabaseLogAlone(LoggedRuns):
    """The LogAlone port."""

    def __init__(self, log: Connection[Any], shadow: Shadow, currency: str, declared: Declared) -> None:
        super().__init__(log)
        self._shadow = shadow
        self._currency = currency
        self._declared = declared

    def fold_to(self, position: int) -> Iterator[int]:
        try:
            yield from self._shadow.fold_to(position)
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            raise LogContradictsItself(
                f"The log cannot be folded up to position {position}: {type(error).__name__}."
            ) from error

    def leave_membership(self) -> None:
        self._shadow.keep_only(DECIDES_ON)

    def members(self, criteria: Mapping[str, Any], at: datetime) -> list[UUID]:
        with self._shadow.reading() as connection:
            parsed = self._parsed(connection, criteria)
            return audience.members(connection, parsed, at, currency=self._currency)

    def facts(
        self,
        member_ids: Collection[UUID],
        *,
        channel: str,
        campaign_id: UUID,
        run_id: UUID,
        recheck: Recheck | None = None,
    ) -> FactsRead:
        with self._shadow.reading() as connection:
            found = facts_in_run(
                connection, member_ids, channel=channel, campaign_id=campaign_id, run_id=run_id
            )
            if recheck is not None:
                found = rechecked(found, self._matching(connection, persons_of(found), recheck))
            return FactsRead(
                position=self._shadow.position, facts=found, policies=adopted_policies(connection)
            )

    def _matching(self, connection: Connection[Any], people: set[UUID], recheck: Recheck) -> set[UUID]:
        parsed = self._parsed(connection, recheck.criteria)
        return audience.matching(connection, people, parsed, recheck.at, currency=self._currency)

    def _parsed(self, connection: Connection[Any], criteria: Mapping[str, Any]) -> Criteria:
        return parse(criteria, declared=self._attributes, segment=segments.criteria_of(connection))

    @cached_property
    def _attributes(self) -> Mapping[str, str]:
        return self._declared()
