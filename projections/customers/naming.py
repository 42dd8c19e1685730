"""The names and towns of customers as they are now, for the index of names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from domain.customers.details import Channel
from domain.customers.events import (
    ContactPointAdded,
    ContactPointRemoved,
    CustomerDetailsCorrected,
    CustomerRegistered,
)
from projections.sealed import Row, open_columns, open_places

NAMING = [
    fact.stored_name
    for fact in (CustomerRegistered, CustomerDetailsCorrected, ContactPointAdded, ContactPointRemoved)
]
"""The stored names of the facts after which a customer may have another name or town."""
_NAMED = """
select customer_id, name, array(
    select json_build_object('value', value) from contact_point p
    where p.customer_id = c.customer_id and channel = %(channel)s and removed_position is null and value is not null
) as addresses
from customer c
"""
_BY_FACTS = """
where customer_id = any(array(
    select customer_id from log.events
    where notification_id > %(after)s and notification_id <= %(upto)s and stored_name = any(%(naming)s)
))
"""
_IN_ORDER = "where customer_id >= %(first)s order by customer_id limit %(most)s"


@dataclass(frozen=True, kw_only=True)
class NamedCustomer:
    """The readable name of a customer and the cities and postal codes of the live postal addresses."""

    customer_id: UUID
    names: tuple[str, ...]
    towns: tuple[str, ...]


def named_by_facts(connection: Connection[Any], *, after: int, upto: int) -> list[Row]:
    """Returns the sealed names and towns of the customers whom these facts may have given others.

    `after` is excluded, `upto` included. Facts of the log are read that the connection's snapshot has.
    """
    given = {"after": after, "upto": upto, "naming": NAMING, "channel": Channel.POST}
    return connection.execute(f"{_NAMED}{_BY_FACTS}".encode(), given, prepare=False).fetchall()


def named_in_order(connection: Connection[Any], *, first: UUID, most: int) -> list[Row]:
    """Returns the sealed names and towns of the next customers from this id on, in the order of their ids."""
    return connection.execute(
        f"{_NAMED}{_IN_ORDER}".encode(), {"first": first, "most": most, "channel": Channel.POST}
    ).fetchall()


def opened(cipher: PersonalCipher, rows: list[Row]) -> Iterator[NamedCustomer]:
    """Yields the customers of these rows. What has no key any more is left out."""
    open_columns(cipher, rows, {"name": "name"})
    addresses = ((row["customer_id"], address) for row in rows for address in row["addresses"])
    open_places(cipher, ((customer, address, "value") for customer, address in addresses))
    for row in rows:
        yield NamedCustomer(
            customer_id=row["customer_id"],
            names=(row["name"],) if row["name"] is not None else (),
            towns=tuple(chain.from_iterable(_towns_in(address["value"]) for address in row["addresses"])),
        )


def _towns_in(address: Any) -> Iterable[str]:
    """Returns the city and the postal code of a postal address, if they are readable and stated."""
    stated = address if isinstance(address, dict) else {}
    return [stated[name] for name in ("city", "postal_code") if stated.get(name)]
