"""The consents, complaints and suppressions of profiles, as decisions need them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection

from domain.deciding.facts import ConsentStatement, StoppingComplaint, StoppingSuppression
from projections.consent import reading as consent

_COMPLAINTS = """
select complaint_id, customer_id, severity, status, outcome, closed_at, position, opened_position
from complaint_stop where customer_id = any(%s) order by position
"""
# Includes expired suppressions: only the policy decides whether a suppression has expired.
_SUPPRESSIONS = """
select customer_id, reason_code, scope, only_channel as channel, only_purpose_folded as purpose_folded,
       only_brand_folded as brand_folded, imposed_at, until, position
from imposed_suppression where customer_id = any(%s) and lifted_position is null order by position
"""


@dataclass(frozen=True, kw_only=True)
class Statements:
    """Consents, complaints and suppressions by profile id, in the log's order.

    `opened`: the position of each complaint's opening, by complaint id.
    """

    consents: Mapping[UUID, list[ConsentStatement]]
    complaints: Mapping[UUID, list[StoppingComplaint]]
    opened: Mapping[UUID, int]
    suppressions: Mapping[UUID, list[StoppingSuppression]]


def statements_of(
    connection: Connection[Any],
    profiles: Collection[UUID],
    domains: Collection[UUID],
    addresses: Mapping[tuple[UUID, UUID], UUID],
) -> Statements:
    """Reads the consents, complaints and suppressions of these profiles, and the suppressions of these domains.

    `addresses`: the address id of each contact point, by (profile id, contact point id).
    """
    consents, complaints = defaultdict[UUID, list[Any]](list), defaultdict[UUID, list[Any]](list)
    suppressions, opened = defaultdict[UUID, list[Any]](list), dict[UUID, int]()
    for row in consent.statements(connection, profiles):
        address_id = addresses.get((row["customer_id"], row["contact_point_id"]))
        consents[row["customer_id"]].append(ConsentStatement(**row, address_id=address_id))
    for row in connection.execute(_COMPLAINTS, [list(profiles)]):
        opened[row["complaint_id"]] = row.pop("opened_position")
        complaints[row["customer_id"]].append(msgspec.convert(row, StoppingComplaint))
    for row in connection.execute(_SUPPRESSIONS, [[*profiles, *domains]]):
        suppressions[row["customer_id"]].append(msgspec.convert(row, StoppingSuppression))
    return Statements(consents=consents, complaints=complaints, opened=opened, suppressions=suppressions)
