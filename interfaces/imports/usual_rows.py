"""Reads usual rows at once, without the steps that spell a file's rows as bodies over HTTP.

A row is usual if it is JSON, is a body already, and its schema reads it quickly.
"""

import marshmallow as ma

from domain.plain_text import stored_tree
from interfaces.http.schemas.base import BodyIn
from interfaces.http.schemas.usual import Unusual, reader_of_field
from interfaces.imports.columns import Columns
from interfaces.imports.naming import RowNames
from interfaces.imports.plans import Plan
from interfaces.imports.rows import Row
from interfaces.imports.spelling import Spelling
from interfaces.value_rules import Body

_ANY_IDENTITY = "00000000-0000-0000-0000-000000000000"
"""Every schema reads this text as the identity of a row."""


class UsualRows:
    """The usual rows of one file. A plan that changes rows has none."""

    def __init__(self, plan: Plan, schema: BodyIn, spelling: Spelling, names: RowNames) -> None:
        self._plan = plan
        self._schema = schema
        self._names = names
        self._identified_by = frozenset(plan.kind.identified_by)
        self._given = plan.given
        self._has_any = (
            plan.layout.json_lines
            and plan.columns == Columns(nulls=plan.columns.nulls)
            and plan.derive is None
            and not plan.key
            and spelling.reads_instants_as_http
        )

    def loaded(self, row: Row) -> Body | None:
        """Returns what the schema loads from the row's body, or None if the row is not usual."""
        if not self._has_any or not row.is_plain:
            return None
        body = {**self._given, **row.cells}
        needs_name = bool(self._identified_by) and self._identified_by.isdisjoint(body)
        if needs_name:
            body[self._plan.kind.identified_by[0]] = _ANY_IDENTITY
        try:
            loaded: Body = self._schema.read_usual(body)
        except (Unusual, ma.ValidationError):
            return None
        return loaded | self._identity_of(row) if needs_name else loaded

    def _identity_of(self, row: Row) -> Body:
        """Returns the identity that the row's name gives it. To be called once for a row: equal rows are counted."""
        field, name = self._plan.kind.identified_by[0], self._names.name_of(stored_tree(row.cells))
        read = reader_of_field(self._schema.fields[field])
        return {field: read(self._plan.kind.identity(self._plan.source, name))}
