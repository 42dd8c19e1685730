"""The port of replays: the facts of the log, and read models that are folded from them alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore
from typing import Any

import psycopg
from psycopg import Connection

from application.deciding.ports import Known
from application.replaying.ports import OpenReplayLog, ReplayLog
from domain.errors import LogContradictsItself, StoreUnavailable
from infrastructure.read_models.known import KnownOnConnection
from infrastructure.replay_log.logged_runs import LoggedRuns
from infrastructure.replay_log.shadows import LONGEST_WAIT_SECONDS, MOST_REPLAYS, Shadows
from projections.decision_facts.reading import DECIDES_ON, rests_on
from projections.engine.shadow import Shadow

SHADOWED = frozenset(rests_on(membership=True))
"""The projections that deciding and membership rest on."""


def replay_log_opener(shadows: Shadows, currency: str) -> OpenReplayLog:
    """Returns the function that opens replay logs. `currency` is that of amounts in criteria that name none.

    Replays take turns. If too many began together, each would take one connection, and none would get its second.
    """
    turns = Semaphore(MOST_REPLAYS)

    @contextmanager
    def open_log() -> Iterator[ReplayLog]:
        """Opens two connections: one reads the decisions while the other folds.

        Raises StoreUnavailable if other replays of the process use all connections for too long.
        """
        with (
            _turn(turns),
            shadows.log() as log,
            shadows.log() as connection,
            shadows.shadow(connection, SHADOWED) as shadow,
        ):
            yield ReplayLogInDatabase(log, shadow, currency)

    return open_log


@contextmanager
def _turn(turns: Semaphore) -> Iterator[None]:
    if not turns.acquire(timeout=LONGEST_WAIT_SECONDS):
        raise StoreUnavailable("Other replays are running. Send the request again later.")
    try:
        yield
    finally:
        turns.release()


class ReplayLogInDatabase(LoggedRuns):
    """The ReplayLog port."""

    def __init__(self, log: Connection[Any], shadow: Shadow, currency: str) -> None:
        super().__init__(log)
        self._shadow = shadow
        self._currency = currency

    def fold_to(self, position: int) -> Iterator[int]:
        try:
            yield from self._shadow.fold_to(position)
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            raise LogContradictsItself(
                f"The log cannot be folded up to position {position}: {type(error).__name__}."
            ) from error

    def leave_membership(self) -> None:
        self._shadow.keep_only(DECIDES_ON)

    @contextmanager
    def known(self) -> Iterator[Known]:
        with self._shadow.reading() as connection:
            yield KnownOnConnection(connection, self._shadow.position, self._currency)
