"""The reading ports on a pool: snapshots, waiting for a position, the facts of decisions, audiences."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from application.audiences import Audiences
from application.catalogue.declared import catalogue_of
from application.dispatch.ports import Addressee, FactsRead, FactsReadNow, FactsTooOld, OpenRun, WaitingMember
from application.personal import PersonalCipher
from application.scheduling.ports import Slot
from application.store import Store
from domain.catalogue.catalogue import Scope
from domain.criteria import Criteria, parse
from domain.deciding.facts import DecisionFacts
from domain.errors import ProjectionBehind
from domain.ports import Clock, Sleep
from infrastructure.identifiers import LibraryNormalForms
from infrastructure.postgres.connections import borrowed, snapshot
from projections.audience import reading as audience
from projections.campaigns import reading as campaigns
from projections.customers import reading as customers
from projections.engine.runner import head, live_standings, standings
from projections.policies.reading import adopted_policies
from projections.schedules import reading as schedules
from projections.segments import reading as segments
from projections.suppression.reading import DECIDES_ON, decision_facts, read_position

POLL_SECONDS = 0.01
MEMBERSHIP = ("identity", "audience", "segments")
"""The projections that criteria are asked of."""


def position_of(connection: Connection[Any], names: Collection[str]) -> int:
    """Up to which position all of these projections have folded."""
    found = standings(connection)
    return min(found[name].position for name in names)


def _one_position(connection: Connection[Any], names: Collection[str]) -> int:
    """The position at which all of these stand. FactsTooOld while one lags or leads, as after a rebuild: what
    is read of it would be of another moment than what is recorded."""
    found = standings(connection)
    positions = {found[name].position for name in names}
    if len(positions) != 1:
        raise FactsTooOld("The read models do not stand at one position.")
    return positions.pop()


class PooledReading:
    """Reads the projections. Every question of one `snapshot` sees one state."""

    def __init__(self, pool: ConnectionPool, cipher: PersonalCipher, clock: Clock, sleep: Sleep) -> None:
        self._pool = pool
        self.cipher = cipher
        self.clock = clock
        self._sleep = sleep

    def snapshot(self) -> AbstractContextManager[Connection[Any]]:
        """A read-only connection whose rows are dicts."""
        return snapshot(self._pool)

    def position(self) -> int:
        """Up to which position every live projection has folded."""
        with borrowed(self._pool) as connection:
            return min((s.position for s in live_standings(connection).values()), default=0)

    def wait_for(self, position: int, seconds: float) -> None:
        """Returns once the projections have folded `position`; ProjectionBehind after so many seconds."""
        deadline = self.clock.monotonic() + seconds
        while self.position() < position:
            if self.clock.monotonic() >= deadline:
                raise ProjectionBehind(position=str(position))
            self._sleep(POLL_SECONDS)


class PooledEligibility:
    """The EligibilityReading port."""

    def __init__(self, reading: PooledReading) -> None:
        self._reading = reading

    def facts_of(self, person_id: UUID, channel: str, campaign_id: UUID | None) -> FactsRead:
        with self._reading.snapshot() as connection:
            return FactsRead(
                position=read_position(connection),
                facts=decision_facts(connection, [person_id], channel=channel, campaign_id=campaign_id),
                policies=adopted_policies(connection),
            )


class PooledAudiences(Audiences):
    """The Audiences port. `declared`: the types of the attributes that criteria may name, as they stand now."""

    def __init__(
        self, reading: PooledReading, clock: Clock, currency: str, declared: Callable[[], Mapping[str, str]]
    ) -> None:
        self._reading = reading
        self._clock = clock
        self.currency = currency
        self._declared = declared

    def check(self, criteria: Mapping[str, Any]) -> None:
        with self._reading.snapshot() as connection:
            self.parsed(connection, criteria)

    def size(self, criteria: Mapping[str, Any]) -> tuple[int, int]:
        with self._reading.snapshot() as connection:
            parsed = self.parsed(connection, criteria)
            found = audience.size(connection, parsed, self._clock.now(), currency=self.currency)
            return found, position_of(connection, MEMBERSHIP)

    def members(self, criteria: Mapping[str, Any], at: datetime) -> tuple[list[UUID], int]:
        with self._reading.snapshot() as connection:
            parsed = self.parsed(connection, criteria)
            found = audience.members(connection, parsed, at, currency=self.currency)
            return found, position_of(connection, MEMBERSHIP)

    def matching(
        self,
        connection: Connection[Any],
        criteria: Mapping[str, Any],
        at: datetime,
        person_ids: Collection[UUID],
    ) -> set[UUID]:
        """Which of these people, by canonical id, match at this instant."""
        parsed = self.parsed(connection, criteria)
        return audience.matching(connection, person_ids, parsed, at, currency=self.currency)

    def parsed(self, connection: Connection[Any], criteria: Mapping[str, Any]) -> Criteria:
        """InvalidCriteria, with its path, for what cannot be read as segments and attributes stand now."""
        return parse(criteria, declared=self._declared(), segment=segments.criteria_of(connection))


def plain_customer_attributes(store: Store) -> dict[str, str]:
    """The types of the declared customer attributes that stand in the clear, by name."""
    attributes = catalogue_of(store).attributes.values()
    return {a.name: a.type for a in attributes if a.scope == Scope.CUSTOMER and not a.personal}


class PooledRunReading:
    """The RunReading port: what the dispatcher asks."""

    def __init__(self, reading: PooledReading, audiences: PooledAudiences) -> None:
        self._reading = reading
        self._audiences = audiences

    def position(self, *, membership: bool = False) -> int:
        with self._reading.snapshot() as connection:
            return position_of(connection, (*DECIDES_ON, *(MEMBERSHIP if membership else ())))

    def head(self) -> int:
        with self._reading.snapshot() as connection:
            return head(connection)

    def open_runs(self) -> list[OpenRun]:
        with self._reading.snapshot() as connection:
            return [OpenRun(**row) for row in campaigns.open_runs(connection)]

    def audience(self, criteria: Mapping[str, Any], at: datetime) -> tuple[list[UUID], int]:
        return self._audiences.members(criteria, at)

    def facts(
        self,
        member_ids: Collection[UUID],
        *,
        channel: str,
        campaign_id: UUID,
        run_id: UUID,
        recheck: Mapping[str, Any] | None = None,
    ) -> FactsReadNow:
        with self._reading.snapshot() as connection:
            position = _one_position(connection, (*DECIDES_ON, *(MEMBERSHIP if recheck is not None else ())))
            found = decision_facts(
                connection, member_ids, channel=channel, campaign_id=campaign_id, run_id=run_id
            )
            at = self._reading.clock.now()
            if recheck is not None:
                found = self._rechecked(connection, found, recheck, at)
            return FactsReadNow(
                position=position,
                at=at,
                facts=with_taken(connection, run_id, found),
                policies=adopted_policies(connection),
            )

    def _rechecked(
        self,
        connection: Connection[Any],
        facts: Mapping[UUID, DecisionFacts],
        criteria: Mapping[str, Any],
        at: datetime,
    ) -> dict[UUID, DecisionFacts]:
        people = {known.person.person_id for known in facts.values()}
        matching = self._audiences.matching(connection, criteria, at, people)
        return {
            member: replace(known, still_member=known.person.person_id in matching)
            for member, known in facts.items()
        }

    def waiting(self, run_id: UUID, now: datetime, limit: int) -> list[WaitingMember]:
        with self._reading.snapshot() as connection:
            return [WaitingMember(**row) for row in campaigns.waiting(connection, run_id, now, limit)]

    def anyone_open(self, run_id: UUID) -> bool:
        with self._reading.snapshot() as connection:
            return campaigns.anyone_open(connection, run_id)

    def addressees(self, contact_points: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Addressee]:
        profiles = {profile for profile, _ in contact_points}
        with self._reading.snapshot() as connection:
            found = {p.customer_id: p for p in customers.profiles(connection, self._reading.cipher, profiles)}
        return {
            (profile, point_id): _addressee(found[profile], point_id) for profile, point_id in contact_points
        }

    def handed_over(self, *, before_epoch: int) -> list[UUID]:
        with self._reading.snapshot() as connection:
            return campaigns.handed_over(connection, before_epoch=before_epoch)


def with_taken(
    connection: Connection[Any], run_id: UUID, facts: Mapping[UUID, DecisionFacts]
) -> dict[UUID, DecisionFacts]:
    """The same facts with the addresses that other members of the run get their message at."""
    addresses = {p.address_id for known in facts.values() for p in known.person.contact_points}
    rows: dict[UUID, list[dict[str, Any]]] = {address: [] for address in addresses}
    for row in campaigns.taken_addresses(connection, run_id, addresses):
        rows[row["address_id"]].append(row)
    return {
        member: replace(
            known,
            taken={
                point.address_id: row["position"]
                for point in known.person.contact_points
                for row in rows[point.address_id]
                if row["customer_id"] != member
            },
        )
        for member, known in facts.items()
    }


class PooledScheduleReading:
    """The ScheduleReading port: what the scheduler asks."""

    def __init__(self, reading: PooledReading) -> None:
        self._reading = reading

    def position(self) -> int:
        with self._reading.snapshot() as connection:
            return position_of(connection, ("schedules",))

    def due(self, now: datetime) -> list[Slot]:
        with self._reading.snapshot() as connection:
            return [Slot(**row) for row in schedules.due(connection, now)]


def _addressee(profile: customers.Profile, contact_point_id: UUID) -> Addressee:
    """Where the profile is written to, and the names that a template may use."""
    point = next((p for p in profile.contact_points if p.contact_point_id == contact_point_id), None)
    address = point.value if point is not None and isinstance(point.value, str) else None
    return Addressee(
        address=mail_address(address) if address and point and point.channel == "email" else address,
        values={
            "name": profile.name,
            "language": profile.language,
            "country": profile.country,
            "attributes": profile.attributes,
        },
    )


def mail_address(told: str) -> str:
    """The address as SMTP takes it: the local part as it was told, the domain in A-labels."""
    local, _, _ = told.rpartition("@")
    _, _, domain = LibraryNormalForms().email(told).rpartition("@")
    return f"{local}@{domain}"
