"""Lists of suppressions, with their liftings."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from application.personal import PersonalCipher
from domain.deciding.policy import YIELD_TO_LIFTING_ONLY, SuppressionPolicy
from domain.suppressions.events import SuppressionScope
from projections.sealed import open_columns

PERSONAL = {"address": "address", "note": "note", "lift_reason": "reason"}
"""The columns with personal data, and the field of the fact that each column holds."""
A_SECOND = timedelta(seconds=1)

_SUPPRESSIONS = """
select * from (
    select s.*,
           case when reason_code <> all(%(lifted_only)s)
                then coalesce(until, imposed_at + ((%(expires_after)s::jsonb ->> reason_code) || ' seconds')::interval)
           end as expires_at
    from imposed_suppression s
    where (%(suppression_id)s::uuid is null or suppression_id = %(suppression_id)s)
      and (%(profiles)s::uuid[] is null or customer_id = any(%(profiles)s))
      and (%(reason_code)s::text is null or reason_code = %(reason_code)s)
      and (%(before)s::bigint is null or "position" < %(before)s)
) s
cross join lateral (
    select lifted_position is null and (expires_at is null or %(now)s < expires_at) as in_force
) f
where %(in_force)s::boolean is null or in_force = %(in_force)s
order by "position" desc limit %(limit)s
"""


@dataclass(frozen=True, kw_only=True)
class ShownScope:
    """What a suppression applies to.

    `kind` says which one of `customer_id`, `address` and `domain` is set. A forgotten address or domain is None.
    """

    kind: SuppressionScope
    customer_id: UUID | None
    address: str | None
    domain: str | None
    channel: str | None
    purpose: str | None
    brand: str | None


@dataclass(frozen=True, kw_only=True)
class ImposedSuppression:
    """A suppression with its lifting, if any. A forgotten text is None.

    `profile_id`: the customer, or the profile of the address or the domain. `expires_at`: when the
    suppression ends by itself, by its own `until` or by the policy in effect. `in_force`: neither lifted nor expired.
    """

    suppression_id: UUID
    profile_id: UUID
    scope: ShownScope
    reason_code: str
    until: datetime | None
    expires_at: datetime | None
    note: str | None
    imposed_at: datetime
    imposed_by: str
    message_id: UUID | None
    in_force: bool
    lifted_at: datetime | None
    lifted_by: str | None
    lift_reason: str | None
    position: int


@dataclass(frozen=True, kw_only=True)
class Asking:
    """The instant and the policy that decide what is in force, and the cipher that unseals personal texts."""

    now: datetime
    policy: SuppressionPolicy
    cipher: PersonalCipher


def imposed_suppressions(
    connection: Connection[Any],
    asking: Asking,
    *,
    profiles: Collection[UUID] | None = None,
    suppression_id: UUID | None = None,
    reason_code: str | None = None,
    in_force: bool | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[ImposedSuppression]:
    """Returns the suppressions that match all given filters, the last imposed first.

    `before`: the position of the last suppression on the previous page.
    """
    parameters = {
        "profiles": None if profiles is None else list(profiles),
        "suppression_id": suppression_id,
        "reason_code": reason_code,
        "in_force": in_force,
        "before": before,
        "limit": limit,
        "now": asking.now,
        "lifted_only": sorted(YIELD_TO_LIFTING_ONLY),
        "expires_after": Jsonb(
            {code: span // A_SECOND for code, span in asking.policy.expires_after.items()}
        ),
    }
    rows = connection.execute(_SUPPRESSIONS, parameters).fetchall()
    open_columns(asking.cipher, rows, PERSONAL)
    return list(map(_suppression, rows))


def _suppression(row: dict[str, Any]) -> ImposedSuppression:
    plain = {name: row[name] for name in ImposedSuppression.__dataclass_fields__ if name in row}
    named = {"profile_id": row["customer_id"], "scope": _scope(row), "imposed_by": row["actor"]}
    return ImposedSuppression(**plain | named)


def _scope(row: dict[str, Any]) -> ShownScope:
    kind, address = SuppressionScope(row["scope"]), row["address"]
    return ShownScope(
        kind=kind,
        customer_id=row["customer_id"] if kind == SuppressionScope.CUSTOMER else None,
        address=address if kind == SuppressionScope.ADDRESS else None,
        domain=address if kind == SuppressionScope.DOMAIN else None,
        channel=row["only_channel"],
        purpose=row["only_purpose"],
        brand=row["only_brand"],
    )
