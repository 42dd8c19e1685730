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


DECLARED_PURPOSES = Rows(
    select=f"""
    select data ->> 'name' as name from log.facts
    where stream_id = '{Catalogue.stream_of(CATALOGUE)}' and stored_name = '{NameDeclared.stored_name}'
      and data ->> 'kind' = '{NameKind.PURPOSE}' order by position
    """,
    row=DeclaredName,
)
"""The declarations of purposes, in their order."""
_PLAIN = """
select data ->> 'name' as name, data ->> 'type' as type from log.facts
where stream_id = %s and stored_name = %s and data ->> 'scope' = %s and not (data ->> 'personal')::boolean
"""


def purposes_of(rows: Iterable[DeclaredName]) -> list[str]:
    """Returns the purposes that consents and campaigns may name, in the order of their declarations.

    `rows`: those of DECLARED_PURPOSES.
    """
    return list(dict.fromkeys([*(purpose.name for purpose in FIRST_PURPOSES), *(row.name for row in rows)]))


def plain_customer_attributes(connection: Connection[Any]) -> dict[str, str]:
    """Returns the type of each declared customer attribute that is stored in the clear, by name."""
    rows = connection.execute(
        _PLAIN, [Catalogue.stream_of(CATALOGUE), AttributeDeclared.stored_name, AttributeScope.CUSTOMER]
    )
    return {row["name"]: row["type"] for row in rows}
