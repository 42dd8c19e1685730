"""The declarations of an installation, read from the stream of its catalogue.

This projection has no tables of its own: declarations are few, and none is ever withdrawn.
"""

from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from domain.catalogue.attribute_types import AttributeScope
from domain.catalogue.catalogue import CATALOGUE, Catalogue
from domain.catalogue.events import AttributeDeclared, NameDeclared
from domain.catalogue.names import FIRST_PURPOSES, NameKind

_DECLARED = SQL("""
select data ->> 'name' as name from {}
where stream_id = %s and stored_name = %s and data ->> 'kind' = %s order by position
""")
_PLAIN = """
select data ->> 'name' as name, data ->> 'type' as type from log.facts
where stream_id = %s and stored_name = %s and data ->> 'scope' = %s and not (data ->> 'personal')::boolean
"""


def declared_purposes(connection: Connection[Any], *, in_batch: bool = False) -> list[str]:
    """Returns the purposes that consents and campaigns may name, in the order of their declarations.

    `in_batch`: only those whose declaration is in the batch of this connection.
    """
    facts = Identifier("pg_temp", "event") if in_batch else Identifier("log", "facts")
    parameters = [Catalogue.stream_of(CATALOGUE), NameDeclared.stored_name, NameKind.PURPOSE]
    names = [row["name"] for row in connection.execute(_DECLARED.format(facts), parameters)]
    return list(dict.fromkeys([*(purpose.name for purpose in FIRST_PURPOSES), *names]))


def plain_customer_attributes(connection: Connection[Any]) -> dict[str, str]:
    """Returns the type of each declared customer attribute that is stored in the clear, by name."""
    rows = connection.execute(
        _PLAIN, [Catalogue.stream_of(CATALOGUE), AttributeDeclared.stored_name, AttributeScope.CUSTOMER]
    )
    return {row["name"]: row["type"] for row in rows}
