"""The port of replays: the facts of the log, and read models that are folded from them alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore
from typing import Any

import psycopg
from psycopg import Connection

from application.deciding.ports import Known
from application.replaying.ports import ReplayLog
from domain.errors import LogContradictsItself, StoreUnavailable
from infrastructure.read_models.known import MEMBERSHIP, KnownOnConnection
from infrastructure.replay_log.logged_runs import LoggedRuns
from infrastructure.replay_log.shadows import LONGEST_WAIT_SECONDS, MOST_REPLAYS, Shadows
from projections.decision_facts.reading import DECIDES_ON
from projections.engine.shadow import Shadow

SHADOWED = frozenset({*DECIDES_ON, *MEMBERSHIP})
"""The projections that deciding and membership rest on."""


class ReplayLogsInDatabase:
    """Opens replay logs. `currency` is the currency of amounts in criteria that name none."""

    def __init__(self, shadows: Shadows, currency: str) -> None:
        self._shadows = shadows
        self._currency = currency
        self._turns = Semaphore(MOST_REPLAYS)
        """Without turns, replays that begin together take one connection each, and none gets its second."""

    @contextmanager
    def opened(self) -> Iterator[ReplayLog]:
        """Opens two connections: one reads the decisions while the other folds.

        Raises StoreUnavailable if other replays of the process use all connections for too long.
        """
        with (
            self._turn(),
            self._shadows.log() as log,
            self._shadows.log() as connection,
            self._shadows.shadow(connection, SHADOWED) as shadow,
        ):
            yield ReplayLogInDatabase(log, shadow, self._currency)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=LONGEST_WAIT_SECONDS):
            raise StoreUnavailable("Other replays are running. Send the request again later.")
        try:
            yield
        finally:
            self._turns.release()


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
