"""The port of questions about the present: the facts about one person, with the campaign's open run."""

from functools import partial
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.deciding.asking import Recheck
from application.eligibility.service import KnownNow
from infrastructure.read_models.pool import MEMBERSHIP, PooledAudiences, PooledReading, position_of
from projections.campaigns.dispatching import open_run
from projections.decision_facts.in_run import Matching, facts_about
from projections.decision_facts.reading import DECIDES_ON
from projections.policies.reading import adopted_policies


class PooledEligibility:
    """The EligibilityReading port."""

    def __init__(self, reading: PooledReading, audiences: PooledAudiences) -> None:
        self._reading = reading
        self._audiences = audiences

    def facts_of(
        self, person_id: UUID, channel: str, campaign_id: UUID | None, recheck: Recheck | None = None
    ) -> KnownNow:
        names = (*DECIDES_ON, *(MEMBERSHIP if recheck is not None else ()))
        with self._reading.snapshot() as connection:
            run = open_run(connection, campaign_id) if campaign_id is not None else None
            found = facts_about(
                connection,
                person_id,
                channel=channel,
                campaign_id=campaign_id,
                run_id=run["run_id"] if run else None,
                matching=self._matching(connection, recheck) if recheck is not None else None,
            )
            return KnownNow(
                position=position_of(connection, names),
                facts={person_id: found},
                policies=adopted_policies(connection),
                ends_at=run["ends_at"] if run else None,
            )

    def _matching(self, connection: Connection[Any], recheck: Recheck) -> Matching:
        return partial(self._audiences.matching, connection, recheck.criteria, recheck.at)
