"""Criteria say who belongs to an audience. This package reads and checks them.

The projection `audience` compiles them to SQL.
"""

from domain.criteria.parsing import parse
from domain.criteria.tree import AllOf, AnyOf, Compare, Criteria, Did, InSegment, Not, Spent, Value

__all__ = ["AllOf", "AnyOf", "Compare", "Criteria", "Did", "InSegment", "Not", "Spent", "Value", "parse"]
