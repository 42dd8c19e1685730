"""Shadows: temporary read models beside the live ones, folded from the log up to an earlier position.

The temporary tables have the names of the live tables, so folds and readings run over them unchanged. Prepare a
connection once and use it for many questions: creating tables for each question would bloat PostgreSQL's catalogue.
"""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row, tuple_row
from psycopg.sql import SQL

from projections.engine import batch
from projections.engine.definitions import PROJECTIONS, projection

SEARCH_PATH = "pg_temp, pg_catalog"
"""The search path of a shadow's connection. It hides the live tables: a table without a shadow is an error."""

_BEGIN_FOLDING = f"select {batch.BY_INDEX}".encode()
_EMPTY = SQL("""
do $$
declare
    written record;
begin
    for written in
        select relname, pg_table_size(oid) > {} as is_large from pg_class
        where relnamespace = pg_my_temp_schema() and relkind = 'r' and pg_relation_size(oid) > 0
    loop
        execute format(
            case when written.is_large then 'truncate pg_temp.%I' else 'delete from pg_temp.%I' end, written.relname
        );
    end loop;
end $$
""").format(batch.LARGEST_BYTES)


def prepare(connection: Connection[Any], names: Collection[str]) -> None:
    """Creates the batch and the empty tables of these projections. Call this function once per connection."""
    with connection.transaction():
        batch.prepare(connection)
        for name in names:
            connection.execute(projection(name).tables.encode())


class Shadow:
    """The read models of some projections, folded from the log up to `position`.

    Needs a connection of its own: in autocommit mode, with `SEARCH_PATH` and rows as tuples, prepared and emptied.
    With `about`, the shadow folds only facts about these profile or stream ids; with `as_of`, only facts said at or
    before that instant.
    """

    def __init__(
        self,
        connection: Connection[Any],
        names: Collection[str],
        *,
        about: Collection[UUID] | None = None,
        as_of: datetime | None = None,
        batch_size: int = batch.REBUILD_SIZE,
    ) -> None:
        self._connection = connection
        self._about = about
        self._as_of = as_of
        self._size = batch_size
        self._folding = [projection(name) for name in PROJECTIONS if name in names]
        self.position = 0

    def fold_to(self, position: int) -> Iterator[int]:
        """Folds up to `position` and yields the position after each batch. A shadow never goes back.

        With `about`, everything goes into one batch: a few profiles or streams have few facts.
        """
        step = self._size if self._about is None else position
        while self.position < position:
            self._fold_batch(min(self.position + step, position))
            yield self.position

    def keep_only(self, names: Collection[str]) -> None:
        """Stops folding all projections but these. The tables of the others become out of date."""
        self._folding = [projection for projection in self._folding if projection.name in names]

    def reading(self) -> AbstractContextManager[Connection[Any]]:
        """Lends the connection to reading functions, with rows as dicts."""
        return with_dicts(self._connection)

    def _fold_batch(self, upto: int) -> None:
        # In a pipeline nobody waits for a statement whose result is not read.
        with self._connection.pipeline(), self._connection.transaction():
            self._connection.execute(_BEGIN_FOLDING)
            held = batch.fill(
                self._connection, after=self.position, upto=upto, about=self._about, as_of=self._as_of
            )
            for projection in self._folding:
                held.fold(projection, self._connection)
        self.position = upto


@contextmanager
def with_dicts(connection: Connection[Any]) -> Iterator[Connection[Any]]:
    """Lends a connection whose rows are tuples to reading functions, with rows as dicts."""
    connection.row_factory = dict_row
    try:
        yield connection
    finally:
        connection.row_factory = tuple_row


def empty(connection: Connection[Any]) -> None:
    """Deletes all rows of all shadow tables.

    Truncates only large tables: each truncate creates new files and waits until the disk has noted it.
    """
    connection.execute(_EMPTY)
