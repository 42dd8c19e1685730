"""Lists of rows that one statement reads, so that a question about a person costs one round trip.

PostgreSQL writes each list as JSON, and msgspec reads it into typed rows. For many short lists this takes less time in
both processes than a statement for each list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypedDict, get_type_hints
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import tuple_row

Lists = dict[str, list[Any]]
"""The rows of each list, by its name."""


GIVEN = """
with given as materialized (
    select %(ids)s::uuid[] as ids
)"""
"""The beginning of a WITH clause about some ids. `given` hides from the planner how many they are.

A plan for a known number looks cheaper than a plan for any number, and PostgreSQL would make it anew for each question,
which takes longer than the question.
"""
OF_PROFILES = f"{GIVEN}, profile_requested as materialized (select unnest(ids) as profile_id from given)"
"""The WITH clause of lists about the profiles %(ids)s, which they call `profile_requested`."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A SELECT, and the type of its rows: a dataclass, or what `dict_like` returns."""

    select: str
    row: Any


def dict_like(dataclass: type, **more: Any) -> Any:
    """Returns the type of rows that are dicts with the fields of this dataclass and with these columns.

    For rows that are changed before they become objects, as by unsealing.
    """
    return TypedDict(dataclass.__name__, {**get_type_hints(dataclass), **more}, total=False)  # type: ignore[operator]


@dataclass(frozen=True)
class Together:
    """Several lists, by name. `scope` is the WITH clause that all their SELECTs may read."""

    scope: str
    lists: Mapping[str, Rows]

    def read(self, connection: Connection[Any], parameters: Mapping[str, Any]) -> Lists:
        """Returns the rows of all lists, as of one moment."""
        if "ids" in parameters:
            parameters = {**parameters, "ids": _array(parameters["ids"])}
        with connection.cursor(row_factory=tuple_row) as cursor:
            texts = cursor.execute(self._statement, parameters).fetchone() or ()
        return {
            name: read(text) if text else [] for (name, read), text in zip(self._readers, texts, strict=True)
        }

    @cached_property
    def _statement(self) -> bytes:
        lists = (f"(select json_agg(r)::text from ({rows.select}) r)" for rows in self.lists.values())
        return "\n".join((self.scope, "select", ",\n".join(lists))).encode()

    @cached_property
    def _readers(self) -> list[tuple[str, Any]]:
        return [(name, msgspec.json.Decoder(_list_of(rows.row)).decode) for name, rows in self.lists.items()]


def _array(ids: Iterable[UUID]) -> str:
    """Returns the ids as PostgreSQL writes an array. psycopg would look for the type of each element first."""
    return "{" + ",".join(map(str, ids)) + "}"


def _list_of(row: Any) -> Any:
    return list[row]
