"""The 360 of a person: everything the other projections know of all their linked profiles, in a fixed order.

It has no tables of its own. What it gives depends on the facts in force only, so that linking and unlinking
returns it to the same bytes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from domain.customers.events import (
    IdentifierContradicted,
    IdentifierReleased,
    IdentifierShared,
    ProfileLinked,
    ProfileUnlinked,
)
from projections.campaigns import reading as campaigns
from projections.complaints import reading as complaints
from projections.consent import reading as consent
from projections.customers import reading as customers
from projections.engine.runner import standings
from projections.identity.reading import canonical_ids, linked_position, members_of
from projections.orders import reading as orders
from projections.timeline import reading as timeline

RESTS_ON = ("identity", "customers", "consent", "complaints", "orders", "timeline", "campaigns")
RECENT = 10
NO_RESPONSE = ("delivered", "email_opened")
"""Kinds of touchpoints that say nothing about what the customer wants."""
_ABOUT_IDENTITY = [
    fact.stored_name
    for fact in (
        IdentifierContradicted,
        IdentifierReleased,
        IdentifierShared,
        ProfileLinked,
        ProfileUnlinked,
    )
]


@dataclass(frozen=True, kw_only=True)
class KnownPerson:
    """A person with a registered profile: the canonical id and all profiles, ascending."""

    person_id: UUID
    profiles: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class CampaignTotals:
    """What campaigns sent to a person, and how often the person answered one."""

    contacts: int
    responses: int
    last_contact_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Customer360:
    """Everything about a person. `position` is the newest fact's; `version` the canonical stream's."""

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
    consents: list[dict[str, Any]]
    complaints: complaints.ComplaintTotals
    orders: orders.OrderTotals
    touchpoints: dict[str, Any]
    campaigns: CampaignTotals
    position: int
    version: int


def find_person(connection: Connection[Any], customer_id: UUID) -> KnownPerson | None:
    """The person that any of their profiles' ids names; None where none of the profiles is registered."""
    person_id = canonical_ids(connection, [customer_id])[customer_id]
    profiles = members_of(connection, [person_id])[person_id]
    registered = connection.execute(
        "select 1 from customer where customer_id = any(%s) limit 1", [list(profiles)]
    ).fetchone()
    return KnownPerson(person_id=person_id, profiles=profiles) if registered else None


def customer_360(connection: Connection[Any], cipher: PersonalCipher, person: KnownPerson) -> Customer360:
    """The whole of what is known of a person."""
    registered = customers.profiles(connection, cipher, person.profiles)
    canonical = next(one for one in registered if one.customer_id == person.person_id)
    return Customer360(
        customer_id=person.person_id,
        profiles=person.profiles,
        kind=canonical.kind,
        **{name: _first_known(name, canonical, registered) for name in _DETAILS},
        registered_at=canonical.registered_at,
        attributes=_attributes(canonical, registered),
        contact_points=_contact_points(registered),
        external_ids=_external_ids(registered),
        consents=consent.said(connection, person.profiles),
        complaints=complaints.totals(connection, cipher, person.profiles),
        orders=orders.totals(connection, person.profiles),
        touchpoints=_touchpoints(connection, cipher, person.profiles),
        campaigns=_campaigns(connection, person.profiles),
        position=_position(connection, person),
        version=stream_version(connection, person.person_id, "customers"),
    )


def read_position(connection: Connection[Any]) -> int:
    """Up to which position everything in a 360 is known."""
    found = standings(connection)
    return min(found[name].position for name in RESTS_ON)


def stream_version(connection: Connection[Any], stream_id: UUID, projection: str) -> int:
    """The version of a stream that a projection has reached, 0 where it has none of its facts."""
    row = connection.execute(
        "select coalesce(max(originator_version), 0) as version from log.events"
        " where originator_id = %s and notification_id <= %s",
        [stream_id, standings(connection)[projection].position],
    ).fetchone()
    return int(row["version"]) if row is not None else 0


_DETAILS = ("name", "language", "country", "time_zone", "birth_date", "year_of_birth")


def _first_known(name: str, canonical: customers.Profile, registered: tuple[customers.Profile, ...]) -> Any:
    """The canonical profile's own, else the first registered one's that has it."""
    known = (getattr(one, name) for one in (canonical, *registered))
    return next((value for value in known if value is not None), None)


def _attributes(canonical: customers.Profile, registered: tuple[customers.Profile, ...]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for one in (*reversed(registered), canonical):
        merged |= one.attributes
    return {name: merged[name] for name in sorted(merged)}


def _contact_points(registered: tuple[customers.Profile, ...]) -> list[dict[str, Any]]:
    points = [(one.customer_id, point) for one in registered for point in one.contact_points]
    return [
        {
            "contact_point_id": point.contact_point_id,
            "customer_id": holder,
            "channel": point.channel,
            "value": point.value,
            "label": point.label,
            "added_at": point.added_at,
        }
        for holder, point in sorted(points, key=lambda held: held[1].added_position)
    ]


def _external_ids(registered: tuple[customers.Profile, ...]) -> list[dict[str, Any]]:
    return [
        {"customer_id": one.customer_id, "source": held.source, "number": held.number}
        for one in registered
        for held in one.external_ids
    ]


def _touchpoints(
    connection: Connection[Any], cipher: PersonalCipher, profiles: tuple[UUID, ...]
) -> dict[str, Any]:
    counted = timeline.counts(connection, profiles)
    return {
        "total": counted.total,
        "by_channel": counted.by_channel,
        "last_at": counted.last_at,
        "recent": timeline.recent_touchpoints(connection, cipher, profiles, limit=RECENT),
    }


def _campaigns(connection: Connection[Any], profiles: tuple[UUID, ...]) -> CampaignTotals:
    contacts = campaigns.contacts(connection, profiles)
    row = connection.execute(
        "select count(*) as responses from timeline_entry"
        " where customer_id = any(%s) and about = 'touchpoint' and detail ? 'campaign_id'"
        " and not (detail -> 'machine')::boolean and kind <> all(%s) and detail ->> 'direction' = 'inbound'",
        [list(profiles), list(NO_RESPONSE)],
    ).fetchone()
    return CampaignTotals(
        contacts=contacts["contacts"],
        responses=row["responses"] if row is not None else 0,
        last_contact_at=contacts["last_contact_at"],
    )


def _position(connection: Connection[Any], person: KnownPerson) -> int:
    """The newest fact's that this rests on: of a link only where it holds."""
    row = connection.execute(
        "select coalesce(max(notification_id), 0) as position from log.events"
        " where customer_id = any(%s) and topic <> all(%s) and notification_id <= %s",
        [list(person.profiles), _ABOUT_IDENTITY, read_position(connection)],
    ).fetchone()
    own = int(row["position"]) if row is not None else 0
    return max(own, linked_position(connection, [person.person_id])[person.person_id])
