"""Who customers are and how to reach them, personal fields readable where their keys are still there."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher, Sealed

Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ContactPoint:
    """A live contact point; `value` is None once the key is gone."""

    contact_point_id: UUID
    channel: str
    address_id: UUID
    value: str | dict[str, Any] | None
    label: str | None
    region: str | None
    added_at: datetime
    added_position: int


@dataclass(frozen=True, kw_only=True)
class ExternalId:
    """A number another system gave; `number` is None once the key is gone."""

    profile_id: UUID
    source: str
    number: str | None


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A registered customer as last told, with live contact points in the order in which they were added."""

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
    contact_points: tuple[ContactPoint, ...]
    external_ids: tuple[ExternalId, ...]


def profiles(
    connection: Connection[Any], cipher: PersonalCipher, profile_ids: Collection[UUID]
) -> tuple[Profile, ...]:
    """Those of these profiles that are registered, in the order in which they were."""
    wanted = {"ids": list(profile_ids)}
    customers = connection.execute(_CUSTOMERS, wanted).fetchall()
    attributes = connection.execute(_ATTRIBUTES, wanted).fetchall()
    contact_points = connection.execute(_CONTACT_POINTS, wanted).fetchall()
    external_ids = connection.execute(_EXTERNAL_IDS, wanted).fetchall()
    _unseal(
        cipher,
        (customers, "name"),
        (customers, "birth_date"),
        (attributes, "personal_attributes"),
        (contact_points, "value"),
        (external_ids, "number"),
    )
    told = _by_customer(attributes)
    points, numbers = _by_customer(contact_points), _by_customer(external_ids)
    return tuple(
        Profile(
            **row,
            attributes=_merged(told.get(row["customer_id"], [])),
            contact_points=tuple(ContactPoint(**one) for one in points.get(row["customer_id"], [])),
            external_ids=tuple(ExternalId(**one) for one in numbers.get(row["customer_id"], [])),
        )
        for row in customers
    )


def find_by_address(connection: Connection[Any], address_id: UUID) -> tuple[UUID, ...]:
    """The customers who hold this address or number now, ascending."""
    rows = connection.execute(
        """
        select customer_id from contact_point where address_id = %(address)s and removed_position is null
        union
        select customer_id from external_id where profile_id = %(address)s
        order by 1
        """,
        {"address": address_id},
    )
    return tuple(row["customer_id"] for row in rows)


_CUSTOMERS = """
select customer_id, kind, name, language, country, time_zone, birth_date, year_of_birth, registered_at,
       registered_position, position
from customer where customer_id = any(%(ids)s) order by registered_position
"""
_ATTRIBUTES = """
select customer_id, attributes, personal_attributes
from attributes_told where customer_id = any(%(ids)s) order by position
"""
_CONTACT_POINTS = """
select customer_id, contact_point_id, channel, address_id, value, label, region, added_at, added_position
from contact_point where customer_id = any(%(ids)s) and removed_position is null order by added_position
"""
_EXTERNAL_IDS = """
select customer_id, profile_id, source, number
from external_id where customer_id = any(%(ids)s) order by position
"""


def _unseal(cipher: PersonalCipher, *places: tuple[Rows, str]) -> None:
    """Puts what the tokens say in their place, all at once; each column is named as its field in the fact."""
    cells = [(row, field) for rows, field in places for row in rows if row[field] is not None]
    sealed = [Sealed(profile_id=row["customer_id"], field=field, token=row[field]) for row, field in cells]
    for (row, field), value in zip(cells, cipher.unseal(sealed), strict=True):
        row[field] = value


def _by_customer(rows: Rows) -> dict[UUID, Rows]:
    """The rows of each customer, without the customer's id."""
    found: dict[UUID, Rows] = {}
    for row in rows:
        found.setdefault(row.pop("customer_id"), []).append(row)
    return found


def _merged(told: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The newest value of each attribute, plain or personal; a null removed it."""
    merged: dict[str, Any] = {}
    for row in told:
        merged |= row["attributes"] | (row["personal_attributes"] or {})
    return {name: value for name, value in merged.items() if value is not None}
