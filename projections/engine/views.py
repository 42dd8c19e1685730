"""One typed SQL view per fact, generated from the annotations of its class.

The source relation decides their use: views over `log.facts` are the auditors' permanent views (schema `event`),
views over a connection's batch are the views that folds read.
"""

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_type_hints
from uuid import UUID

from domain.facts import FACTS, UPCASTS, Fact, personal_fields

SOURCE_COLUMNS = (
    "position",
    "recorded_at",
    "customer_id",
    "other_profile_id",
    "originator_id",
    "originator_version",
    "occurred_at",
    "said_at",
)
"""Columns that each view copies from the source relation."""

SQL_TYPES: dict[Any, str] = {
    str: "text",
    UUID: "uuid",
    Decimal: "numeric",
    datetime: "timestamptz",
    date: "date",
    bool: "boolean",
    int: "bigint",
}


def view_name(fact_class: type[Fact]) -> str:
    """Returns the view's name: `complaint_opened` for `ComplaintOpened`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", fact_class.__name__).lower()


def view_statements(source: str, prefix: str) -> Iterator[str]:
    """Yields a `create or replace view` statement for each fact class; `prefix` is "event." or "pg_temp."."""
    for stored_name, fact_class in sorted(FACTS.items()):
        columns = ", ".join((*SOURCE_COLUMNS, *_columns(stored_name, fact_class)))
        yield (
            f"create or replace view {prefix}{view_name(fact_class)} as\n"
            f"select {columns}\nfrom {source}\nwhere stored_name = '{stored_name}'"
        )


def columns_of(fact_class: type[Fact]) -> dict[str, str]:
    """Returns the SQL type of each field of a fact class that is not in `SOURCE_COLUMNS`, by field name."""
    hints = get_type_hints(fact_class)
    personal = personal_fields(fact_class)
    return {
        field.name: "text" if field.name in personal else _sql_type(hints[field.name])
        for field in fields(fact_class)
        if field.name not in SOURCE_COLUMNS
    }


def _columns(stored_name: str, fact_class: type[Fact]) -> Iterator[str]:
    for name, sql_type in columns_of(fact_class).items():
        expression = _expression(name, sql_type)
        for step in UPCASTS[stored_name]:
            if name in step.columns:
                older = f"coalesce((data ->> 'class_version')::int, 1) <= {step.from_version}"
                expression = f"case when {older} then {step.columns[name]} else {expression} end"
        yield f'{expression} as "{name}"'


def _expression(name: str, sql_type: str) -> str:
    if sql_type == "jsonb":
        return f"data -> '{name}'"
    return f"data ->> '{name}'" if sql_type == "text" else f"(data ->> '{name}')::{sql_type}"


def _sql_type(annotation: Any) -> str:
    options = [option for option in get_args(annotation) if option is not NoneType]
    kind = options[0] if NoneType in get_args(annotation) and len(options) == 1 else annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "text"
    return SQL_TYPES.get(kind, "jsonb")
