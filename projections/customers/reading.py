"""Customers and their contact points. Personal fields are readable while their keys exist."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from projections.sealed import Place, open_columns, open_places
from projections.together import GIVEN, OF_PROFILES, Rows, Together, dict_like

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ShownContactPoint:
    """A live contact point. `value` is None if the key was destroyed.

    `domain_ids`: what stands for the domain of an e-mail address and its parents. `mailability`: by which next hops
    mail reaches it.
    """

    contact_point_id: UUID
    channel: str
    address_id: UUID
    value: str | dict[str, Any] | None
    label: str | None
    region: str | None
    added_at: datetime
    added_position: int
    domain_ids: tuple[UUID, ...]
    mailability: str | None


@dataclass(frozen=True, kw_only=True)
class ExternalId:
    """A number that another system gave the customer. `number` is None if the key was destroyed."""

    profile_id: UUID
    source: str
    number: str | None


@dataclass(frozen=True, kw_only=True)
class RegisteredProfile:
    """A registered customer with the newest value of each field.

    `contact_points`: the live contact points, in the order in which they were added.
    """

    customer_id: UUID
    kind: str
    name: str | None
    language: str | None
    country: str | None
    time_zone: str | None
    birth_date: str | None
    year_of_birth: int | None
    attributes: dict[str, Any]
    registered_at: datetime
    registered_position: int
    position: int
    contact_points: tuple[ShownContactPoint, ...]
    external_ids: tuple[ExternalId, ...]


def profiles(
    connection: Connection[Any], cipher: PersonalCipher, profile_ids: Collection[UUID]
) -> tuple[RegisteredProfile, ...]:
    """Returns those of these profiles that are registered, in the order of their registrations."""
    lists = _OF_PROFILES.read(connection, {"ids": list(profile_ids)})
    return unsealed(cipher, lists["registered"])


def unsealed(cipher: PersonalCipher, rows: list[Row]) -> tuple[RegisteredProfile, ...]:
    """Returns the profiles of these rows of REGISTERED."""
    open_places(cipher, [place for row in rows for place in _sealed_in(row)])
    return tuple(_profile(row) for row in rows)


def _profile(row: Row) -> RegisteredProfile:
    parts: Row = {
        "attributes": _merged(row.pop("attributes")),
        "contact_points": tuple(ShownContactPoint(**point) for point in row.pop("contact_points")),
        "external_ids": tuple(ExternalId(**number) for number in row.pop("external_ids")),
    }
    return RegisteredProfile(**row, **parts)


def names(
    connection: Connection[Any], cipher: PersonalCipher, customer_ids: Collection[UUID]
) -> dict[UUID, str | None]:
    """Returns the name of each of these customers that is registered; None if it has none, or its key is destroyed."""
    rows = connection.execute(
        "select customer_id, name from customer where customer_id = any(%s)", [list(customer_ids)]
    ).fetchall()
    open_columns(cipher, rows, {"name": "name"})
    return {row["customer_id"]: row["name"] for row in rows}


HOLDERS = """
select customer_id as id from contact_point
where address_id = any(array(select unnest(ids) from given)) and removed_position is null
union
select customer_id from external_id where profile_id = any(array(select unnest(ids) from given))
"""
"""The ids of the customers who hold one of the addresses or external ids %(ids)s now."""


def find_by_address(connection: Connection[Any], address_id: UUID) -> tuple[UUID, ...]:
    """Returns the ids of the customers who hold this address or external id now, ascending."""
    rows = connection.execute(f"{GIVEN}{HOLDERS}order by 1".encode(), {"ids": [address_id]})
    return tuple(row["id"] for row in rows)


def attributes_in_the_clear(connection: Connection[Any], names: Collection[str]) -> set[str]:
    """Returns those of the names that are plain attributes of at least one customer.

    Reads the customers once, however many names there are.
    """
    rows = connection.execute(
        """
        select distinct held.attribute from customer, jsonb_object_keys(attributes) as held(attribute)
        where held.attribute = any(%s)
        """,
        [list(names)],
    )
    return {row["attribute"] for row in rows}


REGISTERED = Rows(
    select="""
select customer_id, kind, name, language, country, time_zone, birth_date, year_of_birth, registered_at,
       registered_position, position,
       array(select to_jsonb(told) from (
           select attributes, personal_attributes from customer_statement a
           where a.customer_id = c.customer_id order by a.said_at, a.position) told) as attributes,
       array(select to_jsonb(point) from (
           select contact_point_id, channel, address_id, value, label, region, added_at, added_position,
                  domain_ids, mailability
           from contact_point p where p.customer_id = c.customer_id and removed_position is null
           order by added_position) point) as contact_points,
       array(select to_jsonb(known) from (
           select profile_id, source, number from external_id e
           where e.customer_id = c.customer_id order by e.position) known) as external_ids
from customer c where customer_id = any(array(select profile_id from profile_requested))
order by registered_position
""",
    row=dict_like(
        RegisteredProfile,
        attributes=list[dict[str, Any]],
        contact_points=list[dict_like(ShownContactPoint)],  # type: ignore[misc]
        external_ids=list[dict_like(ExternalId)],  # type: ignore[misc]
    ),
)
"""Each registered profile with its attributes, contact points and external ids."""
_OF_PROFILES = Together(OF_PROFILES, {"registered": REGISTERED})


def _sealed_in(row: Row) -> Iterator[Place]:
    """Yields the places of a profile that may hold a token."""
    places = [(row, "name"), (row, "birth_date")]
    places += [(attributes, "personal_attributes") for attributes in row["attributes"]]
    places += [(point, "value") for point in row["contact_points"]]
    places += [(number, "number") for number in row["external_ids"]]
    return ((row["customer_id"], place, field) for place, field in places)


def _merged(rows: Iterable[Row]) -> dict[str, Any]:
    """Returns the newest value of each attribute, plain or personal. A null removes the attribute."""
    merged: dict[str, Any] = {}
    for row in rows:
        merged |= row["attributes"] | (row["personal_attributes"] or {})
    return {name: value for name, value in merged.items() if value is not None}
