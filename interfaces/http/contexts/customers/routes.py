"""Customers, and their contact points, external ids and links."""

from uuid import UUID

from application.customers.commands import (
    AddContactPoint,
    AddExternalId,
    CorrectCustomerDetails,
    GivenContactPoint,
    GivenExternalId,
    LinkProfile,
    RegisterCustomer,
    RemoveContactPoint,
    UnlinkProfile,
)
from application.requests import Answer
from interfaces import value_rules as rules
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.customers.schemas import (
    AddContactPointIn,
    AddExternalIdIn,
    ContactPointStoredOut,
    CorrectCustomerDetailsIn,
    CustomerCorrectedOut,
    CustomerStoredOut,
    ExternalIdStoredOut,
    LinkProfileIn,
    LinkStoredOut,
    RegisterCustomerIn,
)
from interfaces.http.current import services
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import StatementIn

customers = Routes("customers", "Who customers are and how to reach them.")
A_CUSTOMER = "/api/customers/<uuid:customer_id>"
STATEMENT = ("occurred_at", "brand", "division", "attributes")


@customers.command(
    "/api/customers",
    RegisterCustomerIn,
    CustomerStoredOut,
    status=201,
    location=A_CUSTOMER,
    rules=rules.CUSTOMER,
)
@action("customers:write")
def register_customer(body: Body) -> Answer:
    """Registers a person or an organisation."""
    return services().customers.register_customer(RegisterCustomer(**body), command_request())


@customers.command(
    A_CUSTOMER,
    CorrectCustomerDetailsIn,
    CustomerCorrectedOut,
    if_match=True,
    method="PATCH",
    rules=rules.CUSTOMER,
)
@action("customers:write")
def correct_customer_details(body: Body, customer_id: UUID) -> Answer:
    """Corrects details: null empties a field. A merged id stands for the canonical profile."""
    statement = {name: body.pop(name) for name in STATEMENT if name in body}
    command = CorrectCustomerDetails(customer_id=customer_id, details=body, **statement)
    return services().customers.correct_customer_details(command, command_request())


@customers.command(
    f"{A_CUSTOMER}/contact-points",
    AddContactPointIn,
    ContactPointStoredOut,
    status=201,
    rules=rules.CONTACT_POINT,
)
@action("customers:write")
def add_contact_point(body: Body, customer_id: UUID) -> Answer:
    """Adds a contact point, and links the profile that the address stands for."""
    given = GivenContactPoint(
        channel=body.pop("channel"), value=body.pop("value"), label=body.pop("label", None)
    )
    command = AddContactPoint(customer_id=customer_id, contact_point=given, **body)
    return services().customers.add_contact_point(command, command_request())


@customers.command(
    f"{A_CUSTOMER}/contact-points/<uuid:contact_point_id>", StatementIn, CustomerStoredOut, method="DELETE"
)
@action("customers:write")
def remove_contact_point(body: Body, customer_id: UUID, contact_point_id: UUID) -> Answer:
    """Removes a contact point of the customer or of a linked profile."""
    command = RemoveContactPoint(customer_id=customer_id, contact_point_id=contact_point_id, **body)
    return services().customers.remove_contact_point(command, command_request())


@customers.command(f"{A_CUSTOMER}/external-ids", AddExternalIdIn, ExternalIdStoredOut, status=201)
@action("customers:write")
def add_external_id(body: Body, customer_id: UUID) -> Answer:
    """Adds an external id, and links the profile that it stands for."""
    given = GivenExternalId(source=body.pop("source"), number=body.pop("number"))
    command = AddExternalId(customer_id=customer_id, external_id=given, **body)
    return services().customers.add_external_id(command, command_request())


@customers.command(f"{A_CUSTOMER}/links", LinkProfileIn, LinkStoredOut, status=201)
@action("customers:write")
def link_profile(body: Body, customer_id: UUID) -> Answer:
    """Links a profile that is the same person."""
    command = LinkProfile(customer_id=customer_id, **body)
    return services().customers.link_profile(command, command_request())


@customers.command(f"{A_CUSTOMER}/links/<uuid:profile_id>", StatementIn, LinkStoredOut, method="DELETE")
@action("customers:write")
def unlink_profile(body: Body, customer_id: UUID, profile_id: UUID) -> Answer:
    """Unlinks a profile that is not the same person. Everything is as before the link."""
    command = UnlinkProfile(customer_id=customer_id, profile_id=profile_id, **body)
    return services().customers.unlink_profile(command, command_request())
