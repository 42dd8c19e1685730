"""What an installation declares: purposes and attributes."""

from collections.abc import Callable, Sequence
from typing import Any

from application.catalogue.commands import DeclareAttribute, DeclarePurpose
from application.requests import Answer
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.current import services
from interfaces.http.paging import page, place_of
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.catalogue import (
    AttributesOut,
    AttributeStoredOut,
    DeclareAttributeIn,
    DeclarePurposeIn,
    PurposesOut,
    PurposeStoredOut,
)
from interfaces.http.schemas.common import PageQuery

catalogue = Routes("catalogue", "Purposes and attributes that may be named.")


@catalogue.route("/api/purposes", methods=["POST"])
@action("catalogue:write")
@catalogue.command(DeclarePurposeIn, PurposeStoredOut, status=201)
def declare_purpose(body: Body) -> Answer:
    """Declares a purpose. Consents and campaigns may name it from now on."""
    return services().catalogue.declare_purpose(DeclarePurpose(**body), command_request())


@catalogue.route("/api/purposes", methods=["GET"])
@action("catalogue:read")
@catalogue.question(PageQuery, PurposesOut)
def list_purposes(query: Body) -> dict[str, Any]:
    """Lists the declared purposes by name."""
    return _part(services().catalogue.purposes(), query, lambda purpose: purpose.name)


@catalogue.route("/api/attributes", methods=["POST"])
@action("catalogue:write")
@catalogue.command(DeclareAttributeIn, AttributeStoredOut, status=201)
def declare_attribute(body: Body) -> Answer:
    """Declares an attribute and its type. Values that are not personal are stored in the clear from now on."""
    return services().catalogue.declare_attribute(DeclareAttribute(**body), command_request())


@catalogue.route("/api/attributes", methods=["GET"])
@action("catalogue:read")
@catalogue.question(PageQuery, AttributesOut)
def list_attributes(query: Body) -> dict[str, Any]:
    """Lists the declared attributes by scope and name."""
    attributes = services().catalogue.attributes()
    return _part(attributes, query, lambda attribute: f"{attribute.scope} {attribute.name}")


def _part(declared: Sequence[Any], query: Body, key: Callable[[Any], str]) -> dict[str, Any]:
    """Returns a page of the whole catalogue, which is small and ordered by key."""
    after = place_of(query.get("cursor"), str) or ""
    left = [one for one in declared if key(one) > after]
    return page(left[: query["limit"] + 1], query["limit"], key)
