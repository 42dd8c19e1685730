"""Criteria: who belongs to an audience. Read and checked here, compiled to SQL where the audience is kept."""

from domain.criteria.parsing import parse
from domain.criteria.tree import AllOf, AnyOf, Compare, Criteria, Did, InSegment, Not, Spent, Value

__all__ = ["AllOf", "AnyOf", "Compare", "Criteria", "Did", "InSegment", "Not", "Spent", "Value", "parse"]
