"""The RunReading port in memory: what the read models would say, by the plain folds of tests/projections/reference.

tests/in_memory/test_reading.py holds it to the read models in the database.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from application.deciding.ports import AlikePeople, AudienceAt, KnownFacts, RunInProgress
from application.dispatch.ports import OpenRun, WaitingMember
from application.rendering import Addressee
from application.store import Store
from domain.catalogue.attribute_types import AttributeScope
from domain.catalogue.catalogue import CATALOGUE, Catalogue
from domain.criteria import Criteria, parse
from domain.criteria.future import refuse_future
from domain.criteria.money import refuse_other_amounts
from domain.customers.details import Channel
from domain.deciding.decision import DecisionQuestion
from domain.deciding.facts import DecisionFacts
from domain.messages.message import ENDED
from domain.policies.events import PolicyKind
from domain.policies.suppression import policy_of
from domain.policies.versions import Version
from infrastructure.read_models.runs import mail_address
from tests.projections.log import Recorded
from tests.projections.reference import campaign_questions
from tests.projections.reference.audience import audience
from tests.projections.reference.campaigns import Tables, folded
from tests.projections.reference.consent import consent
from tests.projections.reference.criteria import meets, people
from tests.projections.reference.customers import customers
from tests.projections.reference.decision_facts import Gathering, Row
from tests.projections.reference.identity import identity
from tests.projections.reference.policies import policies
from tests.projections.reference.suppression import suppression

CURRENCY = "EUR"


class Models:
    """Everything that the read models know once they have folded this much of the log."""

    def __init__(self, log: list[Recorded]) -> None:
        self.log = log

    @property
    def position(self) -> int:
        return len(self.log)

    @cached_property
    def campaigns(self) -> Tables:
        return folded(self.log)

    @cached_property
    def tables(self) -> Mapping[str, list[Row]]:
        of_people = {
            name: rows
            for reference in (identity, customers, consent, suppression)
            for name, rows in reference(self.log).items()
        }
        return of_people | {name: list(rows.values()) for name, rows in self.campaigns.items()}

    @cached_property
    def audience(self) -> Mapping[str, list[Row]]:
        return audience(self.log)

    @cached_property
    def policies(self) -> Mapping[str, list[Row]]:
        return policies(self.log)


@dataclass(frozen=True, kw_only=True)
class GatheringFrom(Gathering):
    """Gathers from tables that others ask, too."""

    tables: Mapping[str, list[Row]]


class MemoryKnown:
    """The part of the Known port that runs ask."""

    def __init__(self, models: Models, store: Store) -> None:
        self.position = models.position
        self._models = models
        self._store = store

    def facts(
        self,
        person_ids: Collection[UUID],
        *,
        campaign_id: UUID | None = None,
        run_id: UUID | None = None,
        recheck: AudienceAt | None = None,
    ) -> KnownFacts:
        gathering = GatheringFrom(
            log=self._models.log, campaign=campaign_id, run=run_id, tables=self._models.tables
        )
        facts = {one: gathering.facts_of(one) for one in person_ids}
        if run_id is not None:
            facts = {
                one: replace(known, taken=self._taken(run_id, one, known)) for one, known in facts.items()
            }
        if recheck is not None:
            facts = self._rechecked(facts, recheck)
        return KnownFacts(position=self.position, facts=facts, policies=self._policies())

    def alike(
        self,
        person_ids: Collection[UUID],
        question: DecisionQuestion,
        at: datetime,
        *,
        run_id: UUID | None = None,
    ) -> AlikePeople:
        """Puts everybody apart: the twin decides about each person."""
        return AlikePeople(groups=(), apart=list(person_ids))

    def open_run(self, campaign_id: UUID) -> RunInProgress | None:
        tables = self._models.campaigns
        runs = [tables["run"][one] for one in campaign_questions.open_runs(tables, campaign_id)]
        return RunInProgress(run_id=runs[-1]["run_id"], ends_at=runs[-1]["ends_at"]) if runs else None

    def check(self, criteria: Mapping[str, Any], at: datetime) -> None:
        self._parsed(criteria)
        refuse_other_amounts(criteria, CURRENCY)
        refuse_future(criteria, at)

    def members(self, audience: AudienceAt) -> list[UUID]:
        criteria = self._parsed(audience.criteria)
        return sorted(
            person.person_id
            for person in people(self._models.audience)
            if meets(person, criteria, audience.at, CURRENCY)
        )

    def matching(self, audience: AudienceAt, person_ids: Collection[UUID]) -> set[UUID]:
        return set(self.members(audience)) & set(person_ids)

    def _taken(self, run_id: UUID, member: UUID, known: DecisionFacts) -> dict[UUID, int | None]:
        """The addresses of other members' messages."""
        addresses = {point.address_id for point in known.person.contact_points}
        taken = campaign_questions.taken(self._models.campaigns, run_id, addresses)
        return {
            address: position
            for address, other, position in taken
            if other != member and not self._point_is_gone(run_id, other)
        }

    def _point_is_gone(self, run_id: UUID, member: UUID) -> bool:
        """Whether a member whose message has not left lost the contact point of the handover, or of the decision."""
        message = self._models.campaigns["message"].get((run_id, member))
        decision = self._models.campaigns["run_decision"].get((run_id, member))
        if message is not None and message["address_id"] is not None:
            return message["outcome"] == "deferred" and self._is_removed(message, *Channel)
        campaigns = self._models.campaigns
        campaign = campaigns["campaign"][campaigns["run"][run_id]["campaign_id"]]
        return decision is not None and self._is_removed(decision, campaign["channel"])

    def _is_removed(self, chosen: Mapping[str, Any], *channels: str) -> bool:
        """Whether the customer's contact points with the chosen address, on one of these channels, are all removed."""
        removed = [
            row["removed_position"] is not None
            for row in self._models.tables["contact_point"]
            if (row["customer_id"], row["address_id"]) == (chosen["customer_id"], chosen["address_id"])
            and row["channel"] in channels
        ]
        return bool(removed) and all(removed)

    def _rechecked(
        self, facts: Mapping[UUID, DecisionFacts], audience: AudienceAt
    ) -> dict[UUID, DecisionFacts]:
        members = set(self.members(audience))
        return {
            one: replace(known, still_member=known.person.person_id in members)
            for one, known in facts.items()
        }

    def _policies(self) -> Any:
        """The adopted versions of the suppression policy that were not withdrawn."""
        withdrawn = {(row["kind"], row["version"]) for row in self._models.policies["policy_withdrawal"]}
        return tuple(
            policy_of(Version(**{name: row[name] for name in ("version", "takes_effect_at", "content")}))
            for row in sorted(self._models.policies["policy_version"], key=lambda row: row["version"])
            if row["kind"] == PolicyKind.SUPPRESSION and (row["kind"], row["version"]) not in withdrawn
        )

    def _parsed(self, criteria: Mapping[str, Any]) -> Criteria:
        catalogue = self._store.find(Catalogue, CATALOGUE)
        declared = catalogue.attributes.items() if catalogue is not None else ()
        plain = {
            name: one.type
            for (scope, name), one in declared
            if scope == AttributeScope.CUSTOMER and not one.personal
        }
        return parse(criteria, declared=plain, segment=lambda _: None)


class MemoryReading:
    """Knows what the last call of `fold` has folded."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.models = Models([])

    def fold(self) -> None:
        log, known = self._store.log, self.models.log
        if len(known) < len(log):
            new = zip(log[len(known) :], self._store.recorded_at[len(known) :], strict=True)
            told = [
                Recorded(position=position, recorded_at=at, fact=fact)
                for position, (fact, at) in enumerate(new, start=len(known) + 1)
            ]
            self.models = Models([*known, *told])

    @contextmanager
    def open(self, *, membership: bool = False, whole: bool = False) -> Iterator[MemoryKnown]:
        yield MemoryKnown(self.models, self._store)

    def position(self, *, membership: bool = False) -> int:
        return self.models.position

    def head(self) -> int:
        head: int = self._store.head()
        return head

    def open_runs(self, now: datetime) -> list[OpenRun]:
        """The oldest first, promotional ones last."""
        tables = self.models.campaigns
        found = []
        for run_id in campaign_questions.runs_to_advance(tables, now):
            campaign_id = tables["run"][run_id]["campaign_id"]
            promotional = tables["campaign"][campaign_id]["message_class"] == "promotional"
            found.append(OpenRun(run_id=run_id, campaign_id=campaign_id, promotional=promotional))
        return sorted(found, key=lambda run: run.promotional)

    def anything_open(self) -> bool:
        return bool(campaign_questions.open_runs(self.models.campaigns))

    def waiting(self, run_id: UUID, now: datetime, limit: int) -> list[WaitingMember]:
        waiting = campaign_questions.waiting(self.models.campaigns, run_id, now)[:limit]
        return [WaitingMember(member_id=member, deferred=deferred) for member, deferred in waiting]

    def anyone_open(self, run_id: UUID) -> bool:
        """Whether a member of the recorded audience has no final outcome."""
        tables = self.models.campaigns
        outcomes = campaign_questions.outcomes(tables, run_id)
        ended = sum(outcomes[outcome] for outcome in ENDED)
        size = tables["run_audience"].get(run_id, {"size": 0})["size"]
        return any(one == run_id for one, _ in tables["run_open"]) or size > ended

    def addressees(self, contact_points: Collection[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Addressee]:
        return {point: self._addressee(*point) for point in contact_points}

    def handed_over(self, *, before_epoch: int) -> list[UUID]:
        rows = self.models.campaigns["message"].values()
        return sorted(row["message_id"] for row in rows if row["handed_over"] and row["epoch"] < before_epoch)

    def _addressee(self, profile: UUID, contact_point_id: UUID) -> Addressee:
        tables = self.models.tables
        (customer,) = (row for row in tables["customer"] if row["customer_id"] == profile)
        told = [
            row["value"]
            for row in tables["contact_point"]
            if (row["customer_id"], row["contact_point_id"]) == (profile, contact_point_id)
            and row["removed_position"] is None
        ]
        values = {name: customer[name] for name in ("name", "language", "country")}
        return Addressee(
            address=mail_address(told[0]) if told else None,
            values={**values, "attributes": self._attributes(profile)},
        )

    def _attributes(self, profile: UUID) -> dict[str, Any]:
        """Plain and personal ones, each as it was told last."""
        told = [row for row in self.models.tables["customer_statement"] if row["customer_id"] == profile]
        merged: dict[str, Any] = {}
        for row in sorted(told, key=lambda row: (row["said_at"], row["position"])):
            merged |= row["attributes"] | (row["personal_attributes"] or {})
        return {name: value for name, value in merged.items() if value is not None}
