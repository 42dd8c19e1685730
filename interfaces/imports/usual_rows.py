"""Reads usual rows at once, without the steps that spell a file's rows as bodies over HTTP.

A row is usual if it is JSON, is a body already, names its own identity, and its schema reads it quickly.
"""

import marshmallow as ma

from interfaces.http.schemas.base import BodyIn
from interfaces.http.schemas.usual import Unusual
from interfaces.imports.columns import Columns
from interfaces.imports.plans import Plan
from interfaces.imports.rows import Row
from interfaces.imports.spelling import Spelling
from interfaces.imports.value_rules import Body


class UsualRows:
    """The usual rows of one file. A plan that changes rows has none."""

    def __init__(self, plan: Plan, schema: BodyIn, spelling: Spelling) -> None:
        self._schema = schema
        self._identity = plan.kind.identified_by
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
        if self._identity and self._identity[0] not in row.cells:
            return None
        try:
            loaded: Body = self._schema.read_usual({**self._given, **row.cells})
        except (Unusual, ma.ValidationError):
            return None
        return loaded
