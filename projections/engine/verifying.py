"""Verifies projections: folds the log afresh into temporary tables and compares them with the tables that serve."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from projections.engine import batch
from projections.engine.beside import BesideFold, skipped
from projections.engine.definitions import Projection, folded_together
from projections.engine.runner import standings
from projections.engine.shadow import SEARCH_PATH

_SNAPSHOT = """
set transaction isolation level repeatable read, read only;
select operation.use_serving_tables()
"""
_TABLES = """
select t.tablename from operation.projections p
join pg_tables t on t.schemaname = operation.schema_of(p.name, p.version)
where p.name = %s order by 1
"""
_HASH = """
select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0),
       coalesce(sum(hashtextextended(t::text, 1)::numeric), 0)
from {} as t
"""

TableHash = tuple[Any, ...]
"""The number of rows of a table, and two sums of their hashes, in whatever order the rows are."""


@dataclass(frozen=True, kw_only=True)
class TableDifference:
    """A table whose rows differ from those of a fresh fold up to the same position."""

    projection: str
    table: str
    position: int
    rows: int
    rows_afresh: int


@dataclass(frozen=True, kw_only=True)
class _Served:
    """The serving tables of a projection at one position: a hash of each, by name."""

    position: int
    hashes: dict[str, TableHash]


class Verification:
    """Compares projections, and those that they need or that need them, with a fresh fold.

    Live folding goes on meanwhile. Needs a connection like a Runner's, with a prepared batch. Close it afterwards.
    """

    def __init__(self, connection: Connection[Any], names: Collection[str]) -> None:
        self._connection = connection
        self._members = folded_together(names)
        self._fold = BesideFold(connection, self._members, SEARCH_PATH, skipped(connection))
        self.differences: list[TableDifference] = []
        self.positions: dict[str, int] = {}
        """The position at which each projection was compared."""

    def run(self, *, batch_size: int = batch.REBUILD_SIZE) -> Iterator[tuple[int, int]]:
        """Folds and compares. Yields (position reached, last position to fold).

        Raises CannotBeFolded for a fact that a projection has folded and cannot fold afresh.
        """
        self._create_tables()
        by_name = standings(self._connection)
        yield from self._fold_to(min(by_name[member.name].position for member in self._members), batch_size)
        served = self._read_served()
        for position in sorted({tables.position for tables in served.values()}):
            yield from self._fold_to(position, batch_size)
            self._compare({name: tables for name, tables in served.items() if tables.position == position})

    def _create_tables(self) -> None:
        with self._connection.transaction():
            self._connection.execute("select set_config('search_path', %s, true)", [SEARCH_PATH])
            for member in self._members:
                self._connection.execute(member.tables.encode())

    def _fold_to(self, end: int, size: int) -> Iterator[tuple[int, int]]:
        while self._fold.position < end:
            self._fold.fold_to(min(self._fold.position + size, end))
            yield self._fold.position, end

    def _read_served(self) -> dict[str, _Served]:
        """Returns the serving tables of each projection, all as one snapshot sees them."""
        with self._connection.transaction():
            self._connection.execute(_SNAPSHOT, prepare=False)
            by_name = standings(self._connection)
            return {
                member.name: _Served(
                    position=by_name[member.name].position, hashes=self._hashes_of_served(member)
                )
                for member in self._members
            }

    def _hashes_of_served(self, member: Projection) -> dict[str, TableHash]:
        tables = [row[0] for row in self._connection.execute(_TABLES, [member.name])]
        return {table: self._hash(sql.Identifier(table)) for table in tables}

    def _compare(self, served: dict[str, _Served]) -> None:
        """Compares projections that serve at the position that the fold has reached. They fold no further."""
        for name, tables in served.items():
            self.positions[name] = tables.position
            for table, live in tables.hashes.items():
                fresh = self._hash(sql.Identifier("pg_temp", table))
                if fresh != live:
                    self.differences.append(
                        TableDifference(
                            projection=name,
                            table=table,
                            position=tables.position,
                            rows=live[0],
                            rows_afresh=fresh[0],
                        )
                    )
        self._fold.leave_out(served)

    def _hash(self, table: sql.Identifier) -> TableHash:
        row = self._connection.execute(sql.SQL(_HASH).format(table)).fetchone()
        assert row is not None
        return tuple(row)
