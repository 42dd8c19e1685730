"""The adopted versions of each kind of policy, in plain Python, fact by fact."""

from collections.abc import Sequence
from typing import Any

from domain.policies.events import PolicyVersionAdopted, PolicyVersionWithdrawn
from tests.projections.log import Recorded

AS_ADOPTED = ("kind", "version", "takes_effect_at", "content", "note")


def policies(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    withdrawn: dict[tuple[str, int], dict[str, Any]] = {}
    for told in log:
        fact = told.fact
        if isinstance(fact, PolicyVersionAdopted):
            row = {
                **{name: getattr(fact, name) for name in AS_ADOPTED},
                "adopted_at": fact.occurred_at,
                "adopted_by": fact.actor,
                "position": told.position,
            }
            rows.setdefault((fact.kind, fact.version), row)
        if isinstance(fact, PolicyVersionWithdrawn):
            row = {
                "kind": fact.kind,
                "version": fact.version,
                "reason": fact.reason,
                "withdrawn_at": fact.occurred_at,
                "withdrawn_by": fact.actor,
            }
            withdrawn.setdefault((fact.kind, fact.version), row)
    return {
        "policy_version": list(rows.values()),
        "policy_withdrawal": list(withdrawn.values()),
    }
