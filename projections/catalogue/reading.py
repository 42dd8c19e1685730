"""The declarations of an installation, read from the stream of its catalogue.

This projection has no tables of its own: declarations are few, and none is ever withdrawn.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from domain.catalogue.attribute_types import AttributeScope
from domain.catalogue.catalogue import CATALOGUE, Catalogue
from domain.catalogue.events import AttributeDeclared, NameDeclared
from domain.catalogue.names import FIRST_PURPOSES, NameKind
from projections.together import Rows


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredName:
    """A name that an installation declared."""

    name: str


def _purposes_in(facts: str) -> Rows:
    """Returns the declarations of purposes in this relation, in their order."""
    select = f"""
    select data ->> 'name' as name from {facts}
    where stream_id = '{Catalogue.stream_of(CATALOGUE)}' and stored_name = '{NameDeclared.stored_name}'
      and data ->> 'kind' = '{NameKind.PURPOSE}' order by position
    """
    return Rows(select=select, row=DeclaredName)


DECLARED_PURPOSES, PURPOSES_OF_BATCH = _purposes_in("log.facts"), _purposes_in("pg_temp.event")
"""The declarations of purposes, in the log or in the batch of a shadow."""
_PLAIN = """
select data ->> 'name' as name, data ->> 'type' as type from log.facts
where stream_id = %s and stored_name = %s and data ->> 'scope' = %s and not (data ->> 'personal')::boolean
"""


def purposes_of(rows: Iterable[DeclaredName]) -> list[str]:
    """Returns the purposes that consents and campaigns may name, in the order of their declarations.

    `rows`: those of DECLARED_PURPOSES or PURPOSES_OF_BATCH.
    """
    return list(dict.fromkeys([*(purpose.name for purpose in FIRST_PURPOSES), *(row.name for row in rows)]))


def plain_customer_attributes(connection: Connection[Any]) -> dict[str, str]:
    """Returns the type of each declared customer attribute that is stored in the clear, by name."""
    rows = connection.execute(
        _PLAIN, [Catalogue.stream_of(CATALOGUE), AttributeDeclared.stored_name, AttributeScope.CUSTOMER]
    )
    return {row["name"]: row["type"] for row in rows}
