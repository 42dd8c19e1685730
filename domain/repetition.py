"""Tells whether a fact has the same content as an earlier fact."""

from dataclasses import fields
from typing import Any

from domain.facts import Fact, folded_names

TELLING = frozenset(field.name for field in fields(Fact))
"""The fields that are not content: a fact's place in its stream, its date, its actor and its request."""


def content(fact: Fact) -> dict[str, Any]:
    """Returns the content of a fact by field. The content includes customer, brand and division.

    Names that have a folded form are compared by it, so the content does not include their spelling.
    """
    left_out = TELLING.union(folded_names(type(fact)))
    return {field.name: getattr(fact, field.name) for field in fields(fact) if field.name not in left_out}
