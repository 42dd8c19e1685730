"""The suppression policy, version by version."""

from typing import Any

from application.policies.commands import AdoptSuppressionPolicy, WithdrawSuppressionPolicy
from application.requests import Answer
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.policies.schemas import (
    AdoptSuppressionPolicyIn,
    SuppressionPoliciesOut,
    SuppressionPolicyStoredOut,
    SuppressionPolicyWithdrawnOut,
    WithdrawSuppressionPolicyIn,
)
from interfaces.http.current import services
from interfaces.http.paging import Position, page, place_of
from interfaces.http.paused import reads
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import PageQuery
from projections.policies.reading import policy_versions

policies = Routes("policies", "The numbers and lists that decisions go by.")


@policies.command(
    "/api/policies/suppression", AdoptSuppressionPolicyIn, SuppressionPolicyStoredOut, status=201
)
@action("policies:write")
def adopt_suppression_policy(body: Body) -> Answer:
    """Adopts a version of the suppression policy from now or a later instant on. Earlier decisions stay."""
    return services().policies.adopt_suppression_policy(AdoptSuppressionPolicy(**body), command_request())


@policies.command(
    "/api/policies/suppression/withdrawals", WithdrawSuppressionPolicyIn, SuppressionPolicyWithdrawnOut
)
@action("policies:write")
def withdraw_suppression_policy(body: Body) -> Answer:
    """Withdraws a planned version. A version that has taken effect can only be replaced by another."""
    command = WithdrawSuppressionPolicy(**body)
    return services().policies.withdraw_suppression_policy(command, command_request())


@policies.question("/api/policies/suppression", PageQuery, SuppressionPoliciesOut)
@action("policies:read")
@reads("policies")
def list_suppression_policies(query: Body) -> dict[str, Any]:
    """Lists all versions, the newest first, with their states."""
    limit, before = query["limit"], place_of(query.get("cursor"), Position)
    with services().reading.snapshot() as connection:
        versions = policy_versions(connection, services().clock.now(), before=before)
    return page(versions[: limit + 1], limit, lambda version: version.version)
