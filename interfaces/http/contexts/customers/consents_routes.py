"""Consents and withdrawals. A withdrawal needs no registered customer."""

from uuid import UUID

from application.customers.commands import GrantConsent, WithdrawConsent
from application.requests import Answer
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.customers.consents_schemas import (
    ConsentWithdrawnOut,
    GrantConsentIn,
    GrantConsentOfIn,
    WithdrawConsentIn,
    WithdrawConsentOfIn,
)
from interfaces.http.contexts.customers.schemas import CustomerStoredOut
from interfaces.http.current import services
from interfaces.http.requests_in import command_request

consents = Routes("consents", "What customers allow and forbid.")


@consents.command("/api/customers/<uuid:customer_id>/consents", GrantConsentIn, CustomerStoredOut)
@action("consents:write")
def grant_consent(body: Body, customer_id: UUID) -> Answer:
    """Records consent to a purpose on a channel or at one contact point, also a linked profile's."""
    return services().customers.grant_consent(
        GrantConsent(customer_id=customer_id, **body), command_request()
    )


@consents.command("/api/customers/<uuid:customer_id>/withdrawals", WithdrawConsentIn, ConsentWithdrawnOut)
@action("consents:write")
def withdraw_consent(body: Body, customer_id: UUID) -> Answer:
    """Records a withdrawal; an omitted field means all. The contact point may be a linked profile's."""
    return services().customers.withdraw_consent(
        WithdrawConsent(customer_id=customer_id, **body), command_request()
    )


@consents.command("/api/consents", GrantConsentOfIn, CustomerStoredOut)
@action("consents:write")
def grant_consent_of(body: Body) -> Answer:
    """Records consent of the customer that `customer_id` or `identifier` names."""
    return services().customers.grant_consent(GrantConsent(**body), command_request())


@consents.command("/api/withdrawals", WithdrawConsentOfIn, ConsentWithdrawnOut)
@action("consents:write")
def withdraw_consent_of(body: Body) -> Answer:
    """Records a withdrawal of the customer that `customer_id` or `identifier` names, registered or not."""
    return services().customers.withdraw_consent(WithdrawConsent(**body), command_request())
