"""The request that accompanies every command, and the answer to every command."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from application.receipts import ReceiptClaim
from domain.errors import InFuture
from domain.facts import Circumstances

LONGEST_AHEAD = timedelta(minutes=5)
"""How far a source's clock may run ahead of ours."""


@dataclass(frozen=True, kw_only=True)
class IdempotencyKey:
    """A client's key of one request, and the fingerprint of that request's body."""

    subject: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A version that something was decided on. `aggregate_id`: whose, which is named where it was shown under
    another id."""

    version: int
    aggregate_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Request:
    """Who asks, when it came in, and the versions of which one must be the current one, where they named any
    (If-Match)."""

    actor: str
    received_at: datetime
    correlation_id: UUID
    causation_id: UUID | None = None
    expected: frozenset[Expected] | None = None
    idempotency_key: IdempotencyKey | None = None

    def expects(self, aggregate_id: UUID, version: int) -> bool:
        """Whether the request may act on this version of this aggregate."""
        return self.expected is None or any(
            one.version == version and one.aggregate_id in (None, aggregate_id) for one in self.expected
        )

    def circumstances(
        self, occurred_at: datetime | None = None, brand: str | None = None, division: str | None = None
    ) -> Circumstances:
        """The circumstances of a fact that this request states. InFuture beyond five minutes ahead."""
        if occurred_at is not None and occurred_at > self.received_at + LONGEST_AHEAD:
            raise InFuture(path="occurred_at", code="in_future")
        return Circumstances(
            occurred_at=occurred_at or self.received_at,
            actor=self.actor,
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
            brand=brand,
            division=division,
        )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command did. `body` names ids; `version` is the stream's, for the ETag.

    `created`: 201 instead of 200; `accepted`: 202, work goes on; `duplicate`: the same was recorded before.
    `unchanged`: nothing was stored, which the store says.
    """

    body: dict[str, Any] = field(default_factory=dict)
    position: int = 0
    version: int | None = None
    created: bool = False
    accepted: bool = False
    duplicate: bool = False
    replayed: bool = False
    unchanged: bool = False

    def claim(self, key: IdempotencyKey | None) -> ReceiptClaim | None:
        """The receipt to write with the facts, where the client sent a key."""
        if key is None:
            return None
        answer = {
            "body": self.body,
            "version": self.version,
            "created": self.created,
            "accepted": self.accepted,
            "duplicate": self.duplicate,
        }
        return ReceiptClaim(subject=key.subject, key=key.key, fingerprint=key.fingerprint, answer=answer)

    def at(self, position: int) -> "Answer":
        return replace(self, position=position, unchanged=False)
