"""The blueprints: one module for each route name in CONTEXTS, and the modules of the service itself."""

from importlib import import_module

from flask import Blueprint

from domain.contexts import CONTEXTS

OF_THE_SERVICE = ("health",)
NOT_DOCUMENTED = ("docs", "assets")
"""Modules that are not part of the OpenAPI document."""


def documented() -> tuple[Blueprint, ...]:
    names = (name for context in CONTEXTS for name in context.routes)
    return tuple(map(_blueprint, (*names, *OF_THE_SERVICE)))


def plain() -> tuple[Blueprint, ...]:
    return tuple(map(_blueprint, NOT_DOCUMENTED))


def _blueprint(name: str) -> Blueprint:
    blueprint: Blueprint = getattr(import_module(f"{__name__}.{name}"), name)
    return blueprint
