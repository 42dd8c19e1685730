"""The Moments port. For a past moment it folds the facts that concern one person or stream, from the log alone."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.moments import Moment, ReadModels, naming_facts
from domain.catalogue.catalogue import CATALOGUE, Catalogue
from domain.policies.events import PolicyKind
from domain.policies.versions import stream_id_of
from infrastructure.read_models.pool import PooledReading
from infrastructure.replay_log.closures import concerned
from infrastructure.replay_log.past import decided_by, position_at
from infrastructure.replay_log.shadows import Shadows
from projections.engine.runner import head

OF_EVERYBODY = (stream_id_of(PolicyKind.SUPPRESSION), Catalogue.stream_of(CATALOGUE))
"""The streams on which the verdicts about every person rest."""
About = Callable[[Connection[Any], int], Collection[UUID]]
"""Returns the profiles and streams whose facts are needed, those up to a position."""


class MomentsInLog:
    """Reads the live tables for now, and shadows for the past."""

    def __init__(self, reading: PooledReading, shadows: Shadows) -> None:
        self._reading = reading
        self._shadows = shadows

    @contextmanager
    def of_person(self, moment: Moment, profile_id: UUID, names: Collection[str]) -> Iterator[ReadModels]:
        def about(connection: Connection[Any], upto: int) -> Collection[UUID]:
            return concerned(connection, profile_id, upto).union(OF_EVERYBODY)

        with self._opened(moment, names, about) as models:
            yield models

    @contextmanager
    def of_stream(self, moment: Moment, stream_id: UUID, names: Collection[str]) -> Iterator[ReadModels]:
        with self._opened(moment, names, lambda *_: {stream_id}) as models:
            yield models

    @contextmanager
    def _opened(self, moment: Moment, names: Collection[str], about: About) -> Iterator[ReadModels]:
        if moment.is_past:
            with self._folded(moment, names, about) as models:
                yield models
        else:
            with self._reading.snapshot() as connection:
                yield ReadModels(moment=moment, connection=connection)

    @contextmanager
    def _folded(self, moment: Moment, names: Collection[str], about: About) -> Iterator[ReadModels]:
        with self._shadows.log() as connection:
            upto = last_position(connection, moment)
            rules_version, smtputf8 = decided_by(connection, upto)
            concerned_ids = about(connection, upto)
            with self._shadows.shadow(connection, names, concerned_ids, moment.as_of) as shadow:
                for _ in shadow.fold_to(upto):
                    pass
                with naming_facts(moment, upto), shadow.reading() as reading:
                    yield ReadModels(
                        moment=moment,
                        connection=reading,
                        position=upto,
                        rules_version=rules_version,
                        smtputf8=smtputf8,
                    )


def last_position(connection: Connection[Any], moment: Moment) -> int:
    """Returns the last position that counts: what was recorded later was not known then."""
    return head(connection) if moment.known_at is None else position_at(connection, moment.known_at)
