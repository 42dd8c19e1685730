"""The OpenAPI document, generated from routes and schemas."""

from http import HTTPStatus
from inspect import getdoc
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from flask_smorest import Api
from flask_smorest.utils import prepare_response

from interfaces.http.contexts.segments.schemas import CriteriaField
from interfaces.http.manners import HEADERS, PROBLEMS
from interfaces.http.operation_links import add_links
from interfaces.http.positions_in_paths import PositionInPath
from interfaces.http.problems import MEDIA_TYPE
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.criteria import CRITERIA, criteria_schema
from interfaces.http.schemas.fields import TextOr
from interfaces.http.schemas.fields.coded import Coded
from interfaces.http.schemas.fields.structures import FREE, FREE_VALUE
from interfaces.http.schemas.problems import ProblemOut

DOCUMENT = "farley_openapi"
"""The name under which the app keeps the document."""
TITLE = "Farley"
VERSION = "0.1.0"
LICENSE = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
DESCRIPTION = """One memory per customer: touchpoints, orders, complaints and consents as facts that are never
changed. A command answers with the `position` of what it stored; a question may wait for one.
A UUID in the header `X-Correlation-Id` follows a request into the facts that it states. Every text in a body or
a query is read in NFC, without the white space and invisible marks at its edges."""


class FarleyApi(Api):  # type: ignore[misc] # flask-smorest has no types
    """Documents errors as problem details, and leaves error handling to the module `problems`."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_responses(self) -> None:
        for status in PROBLEMS:
            response: dict[str, Any] = {"description": HTTPStatus(status).phrase, "schema": ProblemOut}
            prepare_response(response, self.spec, MEDIA_TYPE)
            self.spec.components.response(f"Problem{status}", response)

    def _register_error_handlers(self) -> None:
        """None of flask-smorest's."""

    def _register_etag_headers(self) -> None:
        """None of flask-smorest's."""

    def _register_pagination_header(self) -> None:
        """None of flask-smorest's."""


def make_api(app: Flask) -> FarleyApi:
    """Returns the API with the document's header and components. Registered blueprints add their operations."""
    app.config.update(API_TITLE=TITLE, API_VERSION=VERSION, OPENAPI_VERSION="3.1.0")
    api = FarleyApi(
        app,
        spec_kwargs={
            "info": {
                "description": DESCRIPTION,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "security": [{"key": []}],
            "marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_schema_name),
        },
    )
    api.spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    for name, header in HEADERS.items():
        api.spec.components.parameter(name, header["in"], dict(header))
    api.spec.components.schema(CRITERIA, criteria_schema(getdoc(CriteriaField) or ""))
    api.spec.components.schema(FREE, FREE_VALUE)
    _describe_fields(api)
    api.register_converter(
        PositionInPath, lambda converter: {"type": "string", "pattern": f"^{converter.regex}$"}
    )
    return api


def document_of(api: FarleyApi, app: Flask) -> dict[str, Any]:
    """Returns the whole document; call it after all blueprints are registered.

    A schema class's docstring is the description of the schema."""
    for key, name in api.ma_plugin.converter.refs.items():
        schema_class, described = key[0], api.spec.components.schemas[name]
        described.setdefault("description", getdoc(schema_class))
        if issubclass(schema_class, BodyIn):
            described.update(_rules_of(schema_class))
            if example := vars(schema_class).get("example"):
                described["examples"] = [example]
        if issubclass(schema_class, BodyOut):  # later versions may add fields
            described.pop("additionalProperties", None)
    document: dict[str, Any] = api.spec.to_dict()
    add_links(document, app)
    return document


def _schema_name(schema: Any) -> str:
    """`RegisterCustomerIn` -> `RegisterCustomer`; answers' schemas keep their whole names."""
    name = (schema if isinstance(schema, type) else type(schema)).__name__
    return str(name.removesuffix("In"))


def _rules_of(schema_class: type[BodyIn]) -> dict[str, Any]:
    """Returns the rules between the fields of a schema, with the rules of its base classes, as JSON Schema."""
    bases = [vars(base).get("rules") for base in schema_class.__mro__]
    rules = [rule for rule in bases if rule]
    return rules[0] if len(rules) == 1 else {"allOf": rules} if rules else {}


def _describe_fields(api: FarleyApi) -> None:
    def describe(converter: Any, field: Any, **kwargs: Any) -> dict[str, Any]:
        if isinstance(field, TextOr):
            text = {**converter.field2property(field.text)}
            return {"oneOf": [text, converter.resolve_nested_schema(field.schema)]}
        return field.described() if isinstance(field, Coded) else {}

    api.ma_plugin.converter.add_attribute_function(describe)
