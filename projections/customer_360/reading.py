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
from domain.customers.customer import Customer
from projections.campaigns import reading as campaigns
from projections.complaints import reading as complaints
from projections.consent import reading as consent
from projections.customers import reading as customers
from projections.engine.runner import standings
from projections.history.reading import LINKING, version_folded
from projections.identity.reading import linked_position
from projections.orders import reading as orders
from projections.people.reading import KnownPerson, held_by
from projections.responses.reading import responses_of
from projections.timeline import reading as timeline

RESTS_ON = ("identity", "customers", "consent", "complaints", "orders", "timeline", "campaigns", "responses")
RECENT = 10


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
        version=version_folded(connection, Customer.stream_of(person.person_id), "customers"),
    )


def read_position(connection: Connection[Any]) -> int:
    """Up to which position everything in a 360 is known."""
    found = standings(connection)
    return min(found[name].position for name in RESTS_ON)


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
    points = [(one, point) for one in registered for point in one.contact_points]
    return [held_by(*held) for held in sorted(points, key=lambda held: held[1].added_position)]


def _external_ids(registered: tuple[customers.Profile, ...]) -> list[dict[str, Any]]:
    return [held_by(one, number) for one in registered for number in one.external_ids]


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
    return CampaignTotals(
        contacts=contacts["contacts"],
        responses=responses_of(connection, profiles),
        last_contact_at=contacts["last_contact_at"],
    )


def _position(connection: Connection[Any], person: KnownPerson) -> int:
    """The newest fact's that this rests on: of a link only where it holds."""
    row = connection.execute(
        "select coalesce(max(notification_id), 0) as position from log.events"
        " where customer_id = any(%s) and topic <> all(%s) and notification_id <= %s",
        [list(person.profiles), LINKING, read_position(connection)],
    ).fetchone()
    own = int(row["position"]) if row is not None else 0
    return max(own, linked_position(connection, [person.person_id])[person.person_id])
