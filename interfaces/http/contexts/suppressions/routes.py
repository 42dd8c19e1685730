"""Suppressions of customers, addresses and domains."""

from typing import Any
from uuid import UUID

from application.requests import Answer
from application.suppressions.commands import ImposeSuppression, LiftSuppression
from domain.deciding.policy import policy_at
from domain.errors import InvalidInput
from domain.suppressions.errors import SuppressionNotFound
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.suppressions.schemas import (
    ImposeSuppressionIn,
    LiftSuppressionIn,
    SuppressionImposedOut,
    SuppressionShownOut,
    SuppressionsOut,
    SuppressionsQuery,
    SuppressionStoredOut,
)
from interfaces.http.current import services
from interfaces.http.paging import Position, page, place_of
from interfaces.http.paused import reads
from interfaces.http.people import person_named
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import NoQuery
from interfaces.http.schemas.fields.queried import with_hint
from projections.customers.places import places_of
from projections.decision_facts.reading import OF_CUSTOMERS
from projections.policies.reading import adopted_policies
from projections.suppression.listing import Asking, ImposedSuppression, imposed_suppressions

suppressions = Routes("suppressions", "What stops messages because somebody, or a refusal, said so.")
A_SUPPRESSION = "/api/suppressions/<uuid:suppression_id>"


@suppressions.command(
    "/api/suppressions", ImposeSuppressionIn, SuppressionImposedOut, status=201, location=A_SUPPRESSION
)
@action("suppressions:write")
def impose_suppression(body: Body) -> Answer:
    """Stops messages to a customer, registered or not, an address or a domain, until expiry or lifting."""
    return services().suppressions.impose_suppression(ImposeSuppression(**body), command_request())


@suppressions.command(f"{A_SUPPRESSION}/liftings", LiftSuppressionIn, SuppressionStoredOut)
@action("suppressions:write")
def lift_suppression(body: Body, suppression_id: UUID) -> Answer:
    """Lifts a suppression. Nothing else ends a suppression before its time."""
    command = LiftSuppression(suppression_id=suppression_id, **body)
    return services().suppressions.lift_suppression(command, command_request())


@suppressions.question("/api/suppressions", SuppressionsQuery, SuppressionsOut)
@action("suppressions:read")
@reads("suppression", "policies", given={"customer_id": OF_CUSTOMERS})
def list_suppressions(query: Body) -> dict[str, Any]:
    """Lists suppressions, also lifted and expired ones, the last imposed first."""
    limit, before = query["limit"], place_of(query.get("cursor"), Position)
    with services().reading.snapshot() as connection:
        imposed = imposed_suppressions(
            connection,
            _asking(connection),
            profiles=_profiles_meant(connection, query),
            reason_code=query.get("reason"),
            in_force=query.get("in_force"),
            before=before,
            limit=limit + 1,
        )
    return page(imposed, limit, lambda suppression: suppression.position)


@suppressions.question(A_SUPPRESSION, NoQuery, SuppressionShownOut)
@action("suppressions:read")
@reads("suppression", "policies")
def show_suppression(query: Body, suppression_id: UUID) -> ImposedSuppression:
    """Returns a suppression with its lifting."""
    with services().reading.snapshot() as connection:
        imposed = imposed_suppressions(connection, _asking(connection), suppression_id=suppression_id)
    if not imposed:
        raise SuppressionNotFound()
    return imposed[0]


def _asking(connection: Any) -> Asking:
    now = services().clock.now()
    policy = policy_at(adopted_policies(connection), now)
    return Asking(now=now, policy=policy, cipher=services().reading.cipher)


def _profiles_meant(connection: Any, query: Body) -> set[UUID] | None:
    """Returns the profiles that every given parameter names; None without such a parameter."""
    meant: list[set[UUID]] = []
    if "customer_id" in query:
        profiles = person_named(connection, query["customer_id"]).profiles
        meant.append({*profiles, *places_of(connection, profiles)})
    if "address" in query:
        meant.append({_address_meant(query["address"])})
    if "domain" in query:
        meant.append({services().suppressions.domain_id(query["domain"])})
    return set.intersection(*meant) if meant else None


def _address_meant(address: str) -> UUID:
    try:
        return services().suppressions.address_id(address)
    except InvalidInput as refused:
        raise with_hint(refused, address, "address") from None
