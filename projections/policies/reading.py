"""The versions of the suppression policy, and which version is in effect."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from domain.campaigns.events import MessageClass
from domain.deciding.policy import FIRST_POLICY, IMPOSABLE, SuppressionPolicy, policy_at
from domain.policies.events import PolicyKind
from domain.policies.suppression import policy_of
from domain.policies.versions import Version, VersionState
from projections.together import Rows, Together

_VERSIONS = """
select a.*, w.withdrawn_at, w.withdrawn_by, w.reason as withdrawal_reason
from policy_version a left join policy_withdrawal w on w.kind = a.kind and w.version = a.version
where a.kind = %s
order by a.version
"""


@dataclass(frozen=True, kw_only=True)
class ReasonPolicy:
    """The message classes that a reason stops, in the order of `MessageClass`.

    `expires_after_days` is None if a suppression for this reason does not expire.
    """

    stops: tuple[str, ...]
    expires_after_days: int | None


@dataclass(frozen=True, kw_only=True)
class PolicyVersion:
    """A version with all its content.

    The first version comes with Farley and holds from the beginning. Nobody adopted it, so `takes_effect_at` and the
    fields about its adoption are None.
    """

    version: int
    state: VersionState
    takes_effect_at: datetime | None
    cooling_off_days: dict[str, int]
    reasons: dict[str, ReasonPolicy]
    credit_purposes: tuple[str, ...]
    note: str | None
    adopted_at: datetime | None
    adopted_by: str | None
    position: int | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawal_reason: str | None


ADOPTED = Rows(
    select=f"""
    select a.version, a.takes_effect_at, a.content from policy_version a
    where a.kind = '{PolicyKind.SUPPRESSION}' and not exists (
        select from policy_withdrawal w where w.kind = a.kind and w.version = a.version)
    order by a.version
    """,
    row=Version,
)
"""The adopted versions of the suppression policy that were not withdrawn, without the first version."""
_ADOPTED = Together("", {"adopted": ADOPTED})


def adopted_policies(connection: Connection[Any]) -> tuple[SuppressionPolicy, ...]:
    """Returns the adopted versions that were not withdrawn, ordered by version, without the first version."""
    return tuple(map(policy_of, _ADOPTED.read(connection, {})["adopted"]))


def policy_versions(
    connection: Connection[Any], now: datetime, *, before: int | None = None
) -> list[PolicyVersion]:
    """Returns all versions including the first, the newest first; `before`: only versions below this one."""
    adopted = {row["version"]: row for row in connection.execute(_VERSIONS, [PolicyKind.SUPPRESSION])}
    policies = (FIRST_POLICY, *map(_policy, adopted.values()))
    in_effect = policy_at(adopted_policies(connection), now)
    return [
        _version(policy, _state(policy, row, in_effect, now), row)
        for policy in reversed(policies)
        if before is None or policy.version < before
        for row in (adopted.get(policy.version, {}),)
    ]


def _policy(row: Mapping[str, Any]) -> SuppressionPolicy:
    return policy_of(Version(**{name: row[name] for name in ("version", "takes_effect_at", "content")}))


def _state(
    policy: SuppressionPolicy, row: Mapping[str, Any], in_effect: SuppressionPolicy, now: datetime
) -> VersionState:
    if row.get("withdrawn_at") is not None:
        return VersionState.WITHDRAWN
    if policy.version == in_effect.version:
        return VersionState.IN_EFFECT
    return VersionState.PLANNED if policy.takes_effect_at > now else VersionState.PAST


def _version(policy: SuppressionPolicy, state: VersionState, row: Mapping[str, Any]) -> PolicyVersion:
    return PolicyVersion(
        version=policy.version,
        state=state,
        takes_effect_at=row.get("takes_effect_at"),
        cooling_off_days={severity: span.days for severity, span in policy.cooling_off.items()},
        reasons={reason: _reason(policy, reason) for reason in IMPOSABLE},
        credit_purposes=tuple(sorted(policy.credit_purposes)),
        note=row.get("note"),
        adopted_at=row.get("adopted_at"),
        adopted_by=row.get("adopted_by"),
        position=row.get("position"),
        withdrawn_at=row.get("withdrawn_at"),
        withdrawn_by=row.get("withdrawn_by"),
        withdrawal_reason=row.get("withdrawal_reason"),
    )


def _reason(policy: SuppressionPolicy, reason: str) -> ReasonPolicy:
    lasts = policy.expires_after.get(reason)
    stopped = policy.stops[reason]
    return ReasonPolicy(
        stops=tuple(message_class for message_class in MessageClass if message_class in stopped),
        expires_after_days=None if lasts is None else lasts.days,
    )
