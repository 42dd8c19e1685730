"""The adopted versions of the suppression policy, in plain Python, fact by fact."""

from collections.abc import Sequence
from typing import Any

from domain.policies.events import SuppressionPolicyAdopted, SuppressionPolicyWithdrawn
from tests.projections.log import Recorded

AS_ADOPTED = ("version", "takes_effect_at", "cooling_off_days", "stops", "expires_after_days", "note")


def policies(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[int, dict[str, Any]] = {}
    withdrawn: dict[int, dict[str, Any]] = {}
    for told in log:
        fact = told.fact
        if isinstance(fact, SuppressionPolicyAdopted):
            row = {
                **{name: getattr(fact, name) for name in AS_ADOPTED},
                "credit_purposes": list(fact.credit_purposes),
                "adopted_at": fact.occurred_at,
                "adopted_by": fact.actor,
                "position": told.position,
            }
            rows.setdefault(fact.version, row)
        if isinstance(fact, SuppressionPolicyWithdrawn):
            row = {
                "version": fact.version,
                "reason": fact.reason,
                "withdrawn_at": fact.occurred_at,
                "withdrawn_by": fact.actor,
                "position": told.position,
            }
            withdrawn.setdefault(fact.version, row)
    return {
        "suppression_policy": list(rows.values()),
        "suppression_policy_withdrawal": list(withdrawn.values()),
    }
