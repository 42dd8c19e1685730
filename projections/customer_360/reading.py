"""The 360 of a person: what the other projections know of all linked profiles of the person, in a fixed order.

One statement reads it.
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
from domain.policies.suppression import policy_of
from projections.campaigns import reading as campaigns
from projections.catalogue.reading import DECLARED_PURPOSES, PURPOSES_OF_BATCH, purposes_of
from projections.complaints import reading as complaints
from projections.customers import reading as customers
from projections.decision_facts import reading as decision_facts
from projections.decision_facts.reading import facts_from
from projections.engine.reached import LOG_ALONE, STANDINGS, Reached, reached_of
from projections.history.reading import LINKING
from projections.orders import reading as orders
from projections.people.reading import with_holder
from projections.policies.reading import ADOPTED
from projections.responses import reading as responses
from projections.tallies import Tallied, counted
from projections.timeline import reading as timeline
from projections.together import Rows, Together

RESTS_ON = ("identity", "customers", "consent", "complaints", "orders", "timeline", "campaigns", "responses")
READS = tuple(dict.fromkeys((*RESTS_ON, *decision_facts.DECIDES_ON)))
"""The projections that a 360 with its verdicts reads."""


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
    `policies` and `purposes`: what verdicts about the person rest on, read at the same moment. `reached`: how far the
    read models were. The 360 of a past moment has the version of the profile that was asked for; nobody is shown it.
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
    reached: Reached


def customer_360(
    connection: Connection[Any], cipher: PersonalCipher, customer_id: UUID, *, of_batch: bool = False
) -> Customer360 | None:
    """Returns the 360 of the person with this profile id, or None if none of the person's profiles is registered.

    `of_batch`: whether the connection is a shadow's, whose batch has all facts that count.
    """
    asked = {"ids": [customer_id], "stream": Customer.stream_of(customer_id)}
    lists = (_OF_BATCH if of_batch else _TOGETHER).read(connection, asked)
    reached = reached_of(lists["standings"])
    registered = customers.unsealed(cipher, lists["registered"])
    if not registered:
        return None
    facts, tallied, (newest,) = facts_from(lists)[customer_id], lists["counted"], lists["newest"]
    person = facts.person
    canonical = next(profile for profile in registered if profile.customer_id == person.person_id)
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
        complaints=complaints.totals(cipher, lists["complaint"]),
        orders=orders.totals_of(tallied),
        touchpoints=_touchpoints(cipher, lists["recent"], tallied),
        campaigns=_campaigns(tallied),
        position=_position(newest, person),
        version=newest.version if of_batch else _version(connection, newest, customer_id, person),
        facts=facts,
        policies=tuple(map(policy_of, lists["adopted"])),
        purposes=purposes_of(lists["purposes"]),
        reached=reached,
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
    cipher: PersonalCipher, rows: list[dict[str, Any]], counted: list[Tallied]
) -> dict[str, Any]:
    recent = timeline.unsealed(cipher, rows)
    return {**vars(timeline.counts_of(counted)), "recent": recent}


def _campaigns(counted: list[Tallied]) -> CampaignTotals:
    contacts = campaigns.contacts_of(counted)
    return CampaignTotals(
        contacts=contacts.count,
        responses=responses.responses_counted(counted),
        last_contact_at=contacts.last_at,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Newest:
    """The position of the newest fact that is no link, and the version of the stream %(stream)s.

    `customers`: the position up to which the projection `customers` has folded.
    """

    position: int
    version: int
    customers: int


def _position(newest: Newest, person: Person) -> int:
    """Returns the position of the newest fact in the 360. Of facts about links, only those of links that hold count."""
    return max([newest.position, *(link.position for link in person.links)])


def _version(connection: Connection[Any], newest: Newest, asked_for: UUID, person: Person) -> int:
    """Returns the version of the canonical profile's stream, as of the moment at which the 360 was read."""
    if person.person_id == asked_for:
        return newest.version
    stream = {"stream": Customer.stream_of(person.person_id), "upto": newest.customers}
    rows: list[Version] = _OF_CANONICAL.read(connection, stream)["version"]
    return rows[0].version


# The newest fact of each profile is looked up apart. For the maximum of all at once PostgreSQL would go through the log
# from its end until it meets one of them.
_NEWEST = f"""
select coalesce((
           select max(newest.notification_id)
           from profile_requested p cross join lateral (
               select notification_id from log.events
               where customer_id = p.profile_id and stored_name not in ({", ".join(map(repr, LINKING))})
                 and notification_id <= reached.everything
               order by notification_id desc limit 1
           ) newest), 0) as position,
       coalesce((
           select max(originator_version) from log.events
           where stream_id = %(stream)s and notification_id <= reached.customers), 0) as version,
       reached.customers
from (
    select min(position) filter (where name in ({", ".join(map(repr, RESTS_ON))})) as everything,
           min(position) filter (where name = 'customers') as customers
    from operation.projections
) reached
"""
_NEWEST_OF_BATCH = f"""
select coalesce(max(position) filter (
           where customer_id = any(array(select profile_id from profile_requested))
             and stored_name not in ({", ".join(map(repr, LINKING))})), 0) as position,
       coalesce(max(originator_version) filter (where stream_id = %(stream)s), 0) as version,
       coalesce(max(position), 0) as customers
from pg_temp.event
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """The version of a stream."""

    version: int


_OF_CANONICAL = Together(
    "",
    {
        "version": Rows(
            select="""
            select coalesce(max(originator_version), 0) as version from log.events
            where stream_id = %(stream)s and notification_id <= %(upto)s
            """,
            row=Version,
        )
    },
)
_TOGETHER = Together(
    decision_facts.SCOPE,
    {
        **decision_facts.LISTS,
        "registered": customers.REGISTERED,
        "counted": counted(orders.TALLY, timeline.TALLY, campaigns.CONTACTS, responses.RESPONSES),
        "complaint": complaints.NEWEST,
        "recent": timeline.RECENT_TOUCHPOINTS,
        "adopted": ADOPTED,
        "purposes": DECLARED_PURPOSES,
        "newest": Rows(select=_NEWEST, row=Newest),
        "standings": STANDINGS,
    },
)
_OF_BATCH = Together(
    decision_facts.SCOPE,
    {
        **_TOGETHER.lists,
        "purposes": PURPOSES_OF_BATCH,
        "newest": Rows(select=_NEWEST_OF_BATCH, row=Newest),
        "standings": LOG_ALONE,
    },
)
