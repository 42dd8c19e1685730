"""The responses to campaigns as PostgreSQL keeps them, for all processes that answer questions.

Whoever computes a response holds its row. Others wait for it, or answer with what the row has.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from application.kept_responses import KeptResponse, Older, ResponseBeingComputed
from application.places import Places
from application.reading import Reading
from domain.ports import Clock
from domain.responses import lift
from infrastructure.postgres.connections import borrowed
from projections.responses import reading

WAITS_AT_MOST = "5s"
"""How long a request waits for a response that another one computes."""
_BASIS = """
select jsonb_object_agg(name, jsonb_build_array(version, "position")) as basis,
       exists (select from campaign where campaign_id = %(campaign)s) as is_known
from operation.projections where name = any(%(names)s)
"""
_FIND = "select basis, computed_at, answer from operation.kept_responses where campaign_id = %s and code = %s"
_HOLD = "select from operation.kept_responses where campaign_id = %s for update"
_ADD = "insert into operation.kept_responses (campaign_id) values (%s) on conflict do nothing"
_KEEP = """
update operation.kept_responses set basis = %s, code = %s, computed_at = %s, answer = %s
where campaign_id = %s
returning basis, computed_at, answer
"""


Basis = Mapping[str, Sequence[int]]
"""What a response was computed from: by projection, the version of its tables and its position."""
_CODE = sha256(b"".join(Path(one.__file__ or "").read_bytes() for one in (reading, lift))).hexdigest()
"""Of the code that computes responses. What another version of Farley computed is not used."""


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """What is kept of a campaign."""

    basis: Basis | None
    computed_at: datetime | None
    answer: Any

    def covers(self, basis: Basis) -> bool:
        """Whether it was computed from the same tables at the same positions, or at later ones."""
        if self.basis is None or self.basis.keys() != basis.keys():
            return False
        pairs = ((self.basis[name], basis[name]) for name in basis)
        return all(had[0] == asked[0] and had[1] >= asked[1] for had, asked in pairs)

    def shown(self, basis: Basis) -> KeptResponse:
        assert self.computed_at is not None
        response = msgspec.convert(self.answer, reading.CampaignResponse)
        return KeptResponse(response=response, computed_at=self.computed_at, outdated=not self.covers(basis))


_NOTHING = _Kept(basis=None, computed_at=None, answer=None)


class KeptResponsesInDatabase:
    """The KeptResponses port."""

    def __init__(
        self, pool: ConnectionPool, reading: Reading, places: Places, clock: Clock, currency: str
    ) -> None:
        self._pool = pool
        self._reading = reading
        self._places = places
        self._clock = clock
        self._currency = currency

    @property
    def _code(self) -> str:
        """What else a response depends on: the code that computes it, and the currency of a lift without orders."""
        return f"{_CODE} {self._currency}"

    def response(self, campaign_id: UUID, older: Older) -> KeptResponse | None:
        basis, kept = self._basis(campaign_id), self._find(campaign_id)
        if basis is None:
            return None
        if kept.covers(basis) or (kept.basis is not None and older is Older.ALWAYS):
            return kept.shown(basis)
        if kept.basis is not None and older is Older.WHILE_COMPUTING:
            return self._computed(campaign_id, basis, waits=False) or kept.shown(basis)
        return self._computed(campaign_id, basis, waits=True)

    def _computed(self, campaign_id: UUID, basis: Basis, *, waits: bool) -> KeptResponse | None:
        """Computes and keeps the response, unless somebody did so meanwhile.

        Returns None if another one computes it and this one does not wait.
        """
        with self._turn(campaign_id, waits=waits) as connection:
            if connection is None:
                return None
            kept = _found(connection, campaign_id, self._code)
            if not kept.covers(basis):
                kept = self._compute(connection, campaign_id)
        return kept.shown(basis)

    def _compute(self, connection: Connection[Any], campaign_id: UUID) -> _Kept:
        with self._places.taken(), self._reading.snapshot() as models:
            basis = _basis_on(models, campaign_id)
            response = reading.campaign_response(models, campaign_id, currency=self._currency)
        with connection.cursor(row_factory=dict_row) as cursor:
            answer = Jsonb(msgspec.to_builtins(response))
            kept = cursor.execute(
                _KEEP, [Jsonb(basis), self._code, self._clock.now(), answer, campaign_id]
            ).fetchone()
        return _Kept(**kept) if kept is not None else _NOTHING

    @contextmanager
    def _turn(self, campaign_id: UUID, *, waits: bool) -> Iterator[Connection[Any] | None]:
        """Holds the campaign's row. Yields None if another one holds it and nobody `waits`."""
        with borrowed(self._pool) as connection:
            connection.execute(_ADD, [campaign_id])
            with connection.transaction():
                yield connection if _held(connection, campaign_id, waits=waits) else None

    def _basis(self, campaign_id: UUID) -> Basis | None:
        with self._reading.snapshot() as connection:
            return _basis_on(connection, campaign_id)

    def _find(self, campaign_id: UUID) -> _Kept:
        with borrowed(self._pool) as connection:
            return _found(connection, campaign_id, self._code)


def _found(connection: Connection[Any], campaign_id: UUID, code: str) -> _Kept:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_FIND, [campaign_id, code]).fetchone()
    return _Kept(**row) if row is not None else _NOTHING


def _held(connection: Connection[Any], campaign_id: UUID, *, waits: bool) -> bool:
    if not waits:
        row = connection.execute(f"{_HOLD} skip locked".encode(), [campaign_id]).fetchone()
        return row is not None
    connection.execute("select set_config('lock_timeout', %s, true)", [WAITS_AT_MOST])
    try:
        connection.execute(_HOLD.encode(), [campaign_id])
    except psycopg.errors.LockNotAvailable as error:
        raise ResponseBeingComputed() from error
    return True


def _basis_on(connection: Connection[Any], campaign_id: UUID) -> Basis | None:
    row = connection.execute(_BASIS, {"campaign": campaign_id, "names": list(reading.RESTS_ON)}).fetchone()
    assert row is not None
    return row["basis"] if row["is_known"] else None
