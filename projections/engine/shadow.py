"""The log folded once more, beside the live read models, as it stood at some position.

The tables are temporary and bear the names of the live ones, so folds and readings run over them unchanged. A
connection is made ready once and used for one question after the other: tables made for each would bloat the
catalogue.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row, tuple_row
from psycopg.sql import SQL, Identifier, Literal

from projections.engine import batch
from projections.engine.definitions import PROJECTIONS, projection

SEARCH_PATH = "pg_temp, pg_catalog"
"""Of such a connection: a name that has no shadow is not there at all."""

_TABLES = "select relname from pg_class where relnamespace = pg_my_temp_schema() and relkind = 'r' order by 1"
_HAS_ROWS = SQL("select {name} where exists (select from pg_temp.{table})")


def prepare(connection: Connection[Any], names: Collection[str]) -> None:
    """Makes the batch and the empty tables of these projections, once per connection."""
    with connection.transaction():
        batch.prepare(connection)
        for name in names:
            connection.execute(projection(name).tables.encode())


class Shadow:
    """The read models of some projections, folded from the log up to `position`.

    Needs a prepared connection of its own, emptied: autocommit, `SEARCH_PATH`, rows as tuples. `about`: only the
    facts of these profiles and streams are folded.
    """

    def __init__(
        self,
        connection: Connection[Any],
        names: Collection[str],
        *,
        about: Collection[UUID] | None = None,
        batch_size: int = batch.REBUILD_SIZE,
    ) -> None:
        self._connection = connection
        self._about = about
        self._size = batch_size
        self._folding = [projection(name) for name in PROJECTIONS if name in names]
        self.position = 0

    def fold_to(self, position: int) -> Iterator[int]:
        """Folds on until `position`; yields how far it has come. It never goes back.

        What is about a few is few facts, wherever they stand: one batch.
        """
        step = self._size if self._about is None else position
        while self.position < position:
            self._fold_batch(min(self.position + step, position))
            yield self.position

    def keep_only(self, names: Collection[str]) -> None:
        """From here on only these are folded; what the others hold is out of date."""
        self._folding = [one for one in self._folding if one.name in names]

    @contextmanager
    def reading(self) -> Iterator[Connection[Any]]:
        """The connection as readings want it: rows are dicts."""
        self._connection.row_factory = dict_row
        try:
            yield self._connection
        finally:
            self._connection.row_factory = tuple_row

    def _fold_batch(self, upto: int) -> None:
        with self._connection.transaction():
            held = batch.fill(self._connection, after=self.position, upto=upto, about=self._about)
            for one in self._folding:
                if one.topics & held.topics:
                    one.fold(self._connection)
        self.position = upto


def empty(connection: Connection[Any]) -> None:
    """No rows in any shadow. Only tables that have some are touched: emptying one costs a new file."""
    tables = [row[0] for row in connection.execute(_TABLES)]
    questions = [_HAS_ROWS.format(name=Literal(table), table=Identifier(table)) for table in tables]
    filled = connection.execute(SQL(" union all ").join(questions)).fetchall()
    if filled:
        names = SQL(", ").join(Identifier("pg_temp", name) for (name,) in filled)
        connection.execute(SQL("truncate {}").format(names))
