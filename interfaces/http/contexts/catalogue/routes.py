"""What an installation declares: purposes, topics, brands, divisions and attributes."""

from collections.abc import Callable, Sequence
from typing import Any

from application.catalogue.commands import DeclareAttribute, DeclareName
from application.requests import Answer
from domain.catalogue.names import NameKind
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.catalogue.schemas import (
    AttributesOut,
    AttributeStoredOut,
    DeclareAttributeIn,
    DeclareNameIn,
    NamesOut,
    NameStoredOut,
)
from interfaces.http.current import services
from interfaces.http.paging import page, place_of
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import PageQuery

catalogue = Routes("catalogue", "Purposes, topics, brands, divisions and attributes that may be named.")


def _add_names(kind: NameKind) -> None:
    """Adds the two routes of one kind of names."""

    def declare(body: Body) -> Answer:
        return services().catalogue.declare_name(DeclareName(kind=kind, **body), command_request())

    def names(query: Body) -> dict[str, Any]:
        return _part(services().catalogue.names(kind), query, lambda declared: declared.name)

    declare.__name__, names.__name__ = f"declare_{kind}", f"list_{kind.plural}"
    declare.__doc__ = (
        f"Declares a {kind}. Facts and campaigns may name it from now on, in any spelling of its case."
    )
    names.__doc__ = f"Lists the declared {kind.plural} by name."
    path = f"/api/{kind.plural}"
    catalogue.command(path, DeclareNameIn, NameStoredOut, status=201)(action("catalogue:write")(declare))
    catalogue.question(path, PageQuery, NamesOut)(action("catalogue:read")(names))


for each_kind in NameKind:
    _add_names(each_kind)


@catalogue.command("/api/attributes", DeclareAttributeIn, AttributeStoredOut, status=201)
@action("catalogue:write")
def declare_attribute(body: Body) -> Answer:
    """Declares an attribute and its type. Values that are not personal are stored in the clear from now on."""
    return services().catalogue.declare_attribute(DeclareAttribute(**body), command_request())


@catalogue.question("/api/attributes", PageQuery, AttributesOut)
@action("catalogue:read")
def list_attributes(query: Body) -> dict[str, Any]:
    """Lists the declared attributes by scope and name."""
    attributes = services().catalogue.attributes()
    return _part(attributes, query, lambda attribute: f"{attribute.scope} {attribute.name}")


def _part(declared: Sequence[Any], query: Body, key: Callable[[Any], str]) -> dict[str, Any]:
    """Returns a page of the whole catalogue, which is small and ordered by key."""
    after = place_of(query.get("cursor"), str) or ""
    left = [entry for entry in declared if key(entry) > after]
    return page(left[: query["limit"] + 1], query["limit"], key)
