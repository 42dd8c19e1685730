"""What was known about everybody at a past moment: the log is folded once more, into temporary tables.

The tables are those of one connection, which only this question uses. They are gone when it ends, however it ends.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier

import domain.registry  # noqa: F401 - the batch has a view over every kind of fact
from application.moments import naming_facts
from application.previews.counting import PreviewAudience
from application.previews.past import Follower, KnownThen, PastPreview
from infrastructure.postgres.connections import RESTS_AT_MOST, as_role, translated
from infrastructure.read_models.known import KnownOnConnection
from infrastructure.replay_log.moments import last_position
from infrastructure.replay_log.past import decided_by
from infrastructure.replay_log.shadows import ROLE
from projections.decision_facts.reading import DECIDES_ON
from projections.engine import batch
from projections.engine.beside import BesideFold
from projections.engine.definitions import PROJECTIONS, projection
from projections.engine.shadow import SEARCH_PATH, prepare, with_dicts
from projections.people.reading import find_person

COUNTS_ON = ("identity", "audience")
"""The projections that criteria read. Segments and declared names are read from the log."""
EXPLAINS_ON = ("customers",)
"""The projection that says whether a person was registered."""
OF_CAMPAIGNS = ("campaigns",)
"""A preview without a campaign does not read what campaigns sent."""
_SESSION = "set statement_timeout = '120s'; set client_connection_check_interval = '5s'"
"""A statement folds one batch or reads the tables once. The server ends it soon if this process is gone."""
_TABLES = "select relname from pg_class where relnamespace = pg_my_temp_schema() and relkind = 'r'"
Skipped = Callable[[], Collection[tuple[str, int]]]
"""Returns the facts that operators skipped, each with its projection and position."""


class EverybodyInLog:
    """The EverybodyThen port. `currency` is the currency of amounts in criteria that name none."""

    def __init__(
        self, database_url: str, skipped: Skipped, currency: str, *, batch_size: int = batch.REBUILD_SIZE
    ) -> None:
        self._url = as_role(
            database_url, ROLE, SEARCH_PATH, idle_in_transaction_session_timeout=RESTS_AT_MOST
        )
        self._skipped = skipped
        self._currency = currency
        self._batch_size = batch_size

    @contextmanager
    def open(self, past: PastPreview, follower: Follower) -> Iterator[KnownThen]:
        with translated(), psycopg.connect(self._url, autocommit=True) as connection:
            follower.can_interrupt(connection.cancel_safe)
            connection.execute(_SESSION)
            upto = min(last_position(connection, past.moment), past.position)
            rules_version, smtputf8 = decided_by(connection, upto)
            self._fold(connection, past, upto, follower)
            with naming_facts(past.moment, upto), with_dicts(connection) as reading:
                yield KnownThen(
                    known=KnownOnConnection(reading, upto, self._currency, segments_upto=past.position),
                    person_id=lambda profile_id: _person_id(reading, profile_id),
                    rules_version=rules_version,
                    smtputf8=smtputf8,
                )

    def _fold(self, connection: Connection[Any], past: PastPreview, upto: int, follower: Follower) -> None:
        names = read_by(past.ask)
        prepare(connection, names)
        members = [projection(name) for name in names]
        fold = BesideFold(connection, members, SEARCH_PATH, self._skipped(), as_of=past.moment.as_of)
        vacuumed = 0
        follower.reached(0, upto)
        while fold.position < upto:
            fold.fold_to(min(fold.position + self._batch_size, upto))
            if fold.position >= 2 * vacuumed or fold.position == upto:
                _vacuum(connection)
                vacuumed = fold.position
            follower.reached(fold.position, upto)


def read_by(ask: PreviewAudience) -> list[str]:
    """Returns the projections that the preview reads, in the order of folding."""
    read = {*COUNTS_ON, *(EXPLAINS_ON if ask.explain is not None else ())}
    if ask.channel is not None:
        read |= {*DECIDES_ON} - {*OF_CAMPAIGNS}
    return [name for name in PROJECTIONS if name in read]


def _person_id(connection: Connection[Any], profile_id: UUID) -> UUID | None:
    person = find_person(connection, profile_id)
    return person.person_id if person is not None else None


def _vacuum(connection: Connection[Any]) -> None:
    """Frees the space of old rows and collects what the planner knows. Nobody else does so for temporary tables."""
    for (table,) in connection.execute(_TABLES).fetchall():
        connection.execute(SQL("vacuum (analyze) {}").format(Identifier("pg_temp", table)))
