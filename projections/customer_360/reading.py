"""The 360 of a person: what the other projections know of all linked profiles of the person, in a fixed order.

The 360 has no tables of its own. It depends only on the facts in force, so linking and then unlinking two profiles
gives the same bytes as before.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from domain.customers.customer import Customer
from domain.deciding.consent import newest_by_scope
from domain.deciding.facts import ConsentStatement, DecisionFacts, Person
from domain.deciding.policy import SuppressionPolicy
from projections.campaigns import reading as campaigns
from projections.catalogue.reading import declared_purposes
from projections.complaints import reading as complaints
from projections.customers import reading as customers
from projections.decision_facts.reading import DECIDES_ON, decision_facts
from projections.history.reading import LINKING
from projections.orders import reading as orders
from projections.people.reading import with_holder
from projections.policies.reading import adopted_policies
from projections.responses import reading as responses
from projections.tallies import Tallied, tallied
from projections.timeline import reading as timeline
from projections.timeline.reading import About

RESTS_ON = ("identity", "customers", "consent", "complaints", "orders", "timeline", "campaigns", "responses")
READS = frozenset({*RESTS_ON, *DECIDES_ON})
"""The projections that a 360 with its verdicts reads."""
RECENT = 10


@dataclass(frozen=True, kw_only=True)
class CampaignTotals:
    """How many messages campaigns sent to a person, and how often the person responded."""

    contacts: int
    responses: int
    last_contact_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Customer360:
    """Everything about a person.

    `position`: the position of the newest fact. `version`: the version of the canonical profile's stream. `facts`,
    `policies` and `purposes`: what verdicts about the person rest on, read at the same moment.
    """

    customer_id: UUID
    profiles: tuple[UUID, ...]
    kind: str
    name: str | None
    language: str | None
    country: str | None
    time_zone: str | None
    birth_date: str | None
    year_of_birth: int | None
    registered_at: datetime
    attributes: dict[str, Any]
    contact_points: list[dict[str, Any]]
    external_ids: list[dict[str, Any]]
    consents: list[ConsentStatement]
    complaints: complaints.ComplaintTotals
    orders: orders.OrderTotals
    touchpoints: dict[str, Any]
    campaigns: CampaignTotals
    position: int
    version: int
    facts: DecisionFacts
    policies: tuple[SuppressionPolicy, ...]
    purposes: list[str]


def customer_360(
    connection: Connection[Any], cipher: PersonalCipher, customer_id: UUID, *, of_batch: bool = False
) -> Customer360 | None:
    """Returns the 360 of the person with this profile id, or None if none of the person's profiles is registered.

    `of_batch`: whether the connection is a shadow's, whose batch has all facts that count.
    """
    facts = decision_facts(connection, [customer_id])[customer_id]
    person = facts.person
    registered = customers.profiles(connection, cipher, person.profiles)
    if not registered:
        return None
    canonical = next(profile for profile in registered if profile.customer_id == person.person_id)
    counted = tallied(
        connection, person.profiles, orders.TALLY, timeline.TALLY, campaigns.CONTACTS, responses.RESPONSES
    )
    position, version = _newest(connection, person, of_batch)
    return Customer360(
        customer_id=person.person_id,
        profiles=person.profiles,
        kind=canonical.kind,
        **{name: _first_known(name, canonical, registered) for name in _DETAILS},
        registered_at=canonical.registered_at,
        attributes=_attributes(canonical, registered),
        contact_points=_contact_points(registered),
        external_ids=_external_ids(registered),
        consents=newest_by_scope(person.consents),
        complaints=complaints.totals(connection, cipher, person.profiles),
        orders=orders.totals_of(counted),
        touchpoints=_touchpoints(connection, cipher, person.profiles, counted),
        campaigns=_campaigns(counted),
        position=position,
        version=version,
        facts=facts,
        policies=adopted_policies(connection),
        purposes=declared_purposes(connection, in_batch=of_batch),
    )


_DETAILS = ("name", "language", "country", "time_zone", "birth_date", "year_of_birth")


def _first_known(
    name: str, canonical: customers.RegisteredProfile, registered: tuple[customers.RegisteredProfile, ...]
) -> Any:
    """Returns the canonical profile's value of a field, else the value of the first registered profile with one."""
    known = (getattr(profile, name) for profile in (canonical, *registered))
    return next((value for value in known if value is not None), None)


def _attributes(
    canonical: customers.RegisteredProfile, registered: tuple[customers.RegisteredProfile, ...]
) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for profile in (*reversed(registered), canonical):
        merged |= profile.attributes
    return {name: merged[name] for name in sorted(merged)}


def _contact_points(registered: tuple[customers.RegisteredProfile, ...]) -> list[dict[str, Any]]:
    points = [(profile, point) for profile in registered for point in profile.contact_points]
    return [with_holder(*held) for held in sorted(points, key=lambda held: held[1].added_position)]


def _external_ids(registered: tuple[customers.RegisteredProfile, ...]) -> list[dict[str, Any]]:
    return [with_holder(profile, number) for profile in registered for number in profile.external_ids]


def _touchpoints(
    connection: Connection[Any],
    cipher: PersonalCipher,
    profiles: tuple[UUID, ...],
    counted: list[Tallied],
) -> dict[str, Any]:
    recent = timeline.entries(connection, cipher, profiles, about=About.TOUCHPOINT, limit=RECENT)
    return {**vars(timeline.counts_of(counted)), "recent": recent}


def _campaigns(counted: list[Tallied]) -> CampaignTotals:
    contacts = campaigns.contacts_of(counted)
    return CampaignTotals(
        contacts=contacts.count,
        responses=responses.responses_counted(counted),
        last_contact_at=contacts.last_at,
    )


_NEWEST = """
select coalesce((
           select max(notification_id) from log.events
           where customer_id = any(%(profiles)s) and stored_name <> all(%(linking)s)
             and notification_id <= reached.everything), 0) as position,
       coalesce((
           select max(originator_version) from log.events
           where stream_id = %(stream)s and notification_id <= reached.customers), 0) as version
from (
    select min(position) filter (where name = any(%(rests_on)s)) as everything,
           min(position) filter (where name = 'customers') as customers
    from operation.projections
) reached
"""

_NEWEST_OF_BATCH = """
select coalesce(max(position) filter (
           where customer_id = any(%(profiles)s) and stored_name <> all(%(linking)s)), 0) as position,
       coalesce(max(originator_version) filter (where stream_id = %(stream)s), 0) as version
from pg_temp.event
"""


def _newest(connection: Connection[Any], person: Person, of_batch: bool) -> tuple[int, int]:
    """Returns the position of the newest fact in the 360 and the version of the canonical profile's stream.

    Of the facts about links, only those of links that hold count.
    """
    about = {"profiles": list(person.profiles), "stream": Customer.stream_of(person.person_id)}
    statement = _NEWEST_OF_BATCH if of_batch else _NEWEST
    parameters = {**about, "linking": LINKING, "rests_on": list(RESTS_ON)}
    rows = connection.execute(statement, parameters).fetchall()
    linked = max((link.position for link in person.links), default=0)
    return max(rows[0]["position"], linked), rows[0]["version"]
