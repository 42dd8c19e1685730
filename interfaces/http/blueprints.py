"""The blueprints of the contexts, by the route names in CONTEXTS, and those of the service itself."""

from importlib import import_module

from flask import Blueprint

from domain.contexts import CONTEXTS, Context

OF_THE_SERVICE = ("health",)
NOT_DOCUMENTED = ("docs", "assets")
"""Routes of the service that are not part of the OpenAPI document."""


def documented() -> tuple[Blueprint, ...]:
    contexts = (_of_context(context, route) for context in CONTEXTS for route in context.routes)
    return (*contexts, *map(_of_service, OF_THE_SERVICE))


def plain() -> tuple[Blueprint, ...]:
    return tuple(map(_of_service, NOT_DOCUMENTED))


def _of_context(context: Context, route: str) -> Blueprint:
    module = "routes" if route == context.name else f"{route}_routes"
    return _blueprint(f"contexts.{context.name}.{module}", route)


def _of_service(route: str) -> Blueprint:
    return _blueprint(f"service.{route}_routes", route)


def _blueprint(module: str, name: str) -> Blueprint:
    blueprint: Blueprint = getattr(import_module(f"interfaces.http.{module}"), name)
    return blueprint
