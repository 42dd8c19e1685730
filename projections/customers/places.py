"""The ids of the addresses and domains at which profiles can be reached."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from psycopg import Connection

_PLACES = """
select distinct place
from contact_point, unnest(array[address_id::text] || array(select jsonb_array_elements_text(domain_ids))) as place
where customer_id = any(%s) and removed_position is null
"""


def places_of(connection: Connection[Any], profile_ids: Collection[UUID]) -> frozenset[UUID]:
    """Returns the ids of the addresses at which these profiles can be reached now, shared ones too, and of the
    domains and parent domains of these addresses. A suppression may be about each of them.
    """
    rows = connection.execute(_PLACES, [list(profile_ids)]).fetchall()
    return frozenset(UUID(row["place"]) for row in rows)
