"""Links in the OpenAPI document from a command to the operations that can follow it.

The paths determine the links. A creation at `/api/things` whose answer has `thing_id` links to all operations
below `/api/things/{thing_id}`. A command that changes a thing by If-Match links to the thing's other
operations, with the ETag of its answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from http import HTTPMethod
from typing import Any

from flask import Flask

from interfaces.http.answers import in_braces
from interfaces.http.blueprint import GIVES
from interfaces.http.preconditions import IF_MATCH
from interfaces.http.schemas.fields import Id

Document = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """A documented route. `path`: in OpenAPI notation, with parameters in braces."""

    path: str
    method: HTTPMethod
    view: Any

    @property
    def name(self) -> str:
        return str(self.view.__name__)

    @cached_property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    @property
    def thing(self) -> str:
        """The path up to its last parameter, which identifies the resource."""
        return self.path[: self.path.rfind("}") + 1]

    @property
    def asks_for_version(self) -> bool:
        return bool(self.view.__dict__.get(IF_MATCH))

    @property
    def ids(self) -> set[str]:
        """The names of the id fields that every answer has."""
        gives = self.view.__dict__.get(GIVES)
        fields = gives._declared_fields if gives else {}
        return {name for name, field in fields.items() if isinstance(field, Id) and field.required}


def add_links(document: Document, app: Flask) -> None:
    """Adds an operation id to each operation, and to its successful responses the links to next operations."""
    operations = list(_operations(document, app))
    for operation in operations:
        described = document["paths"][operation.path][operation.method.lower()]
        described["operationId"] = operation.name
        links = {other.name: _link(operation, other) for other in operations if _leads_to(operation, other)}
        for status, response in described["responses"].items():
            if links and status.startswith("2"):
                response["links"] = links


def _operations(document: Document, app: Flask) -> Iterator[Operation]:
    for rule in app.url_map.iter_rules():
        path = in_braces(rule.rule)
        for method in sorted(rule.methods or ()):
            if method.lower() in document["paths"].get(path, {}):
                yield Operation(path, HTTPMethod(method), app.view_functions[rule.endpoint])


def _leads_to(operation: Operation, other: Operation) -> bool:
    if operation.asks_for_version:
        alike = operation.parameters == other.parameters and operation != other
        return alike and other.path.startswith(operation.thing)
    below = other.path.startswith(operation.path + "/{")
    return operation.method is HTTPMethod.POST and below and _further(operation, other) <= operation.ids


def _further(operation: Operation, other: Operation) -> set[str]:
    return set(other.parameters) - set(operation.parameters)


def _link(operation: Operation, other: Operation) -> Document:
    made = _further(operation, other)
    parameters = {
        name: f"$response.body#/{name}" if name in made else f"$request.path.{name}"
        for name in other.parameters
    }
    if other.asks_for_version:
        parameters["If-Match"] = "$response.header.ETag"
    return {"operationId": other.name, "parameters": parameters}
