"""The request that accompanies every command, and the answer to every command."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from application.receipts import ReceiptClaim
from domain.errors import InFuture
from domain.facts import Circumstances
from domain.ports import Ids

_MADE_BY = UUID("8c0e5c9e-5a55-4d1c-8a1b-0b1f5d5c7a41")
"""The namespace of the ids of what requests make beside the log."""
LONGEST_AHEAD = timedelta(minutes=5)
"""How far a source's clock may run ahead of Farley's clock."""


@dataclass(frozen=True, kw_only=True)
class IdempotencyKey:
    """The Idempotency-Key of one request, and the fingerprint of the request's body."""

    subject: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A version that If-Match names. `aggregate_id` is set if the aggregate was shown under another id."""

    version: int
    aggregate_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Request:
    """Who sent the request and when it arrived.

    `expected` are the versions from If-Match, if there are any. One of them must be the current version.
    """

    actor: str
    received_at: datetime
    correlation_id: UUID
    causation_id: UUID | None = None
    expected: frozenset[Expected] | None = None
    idempotency_key: IdempotencyKey | None = None

    def expects(self, aggregate_id: UUID, version: int) -> bool:
        """Whether the request may act on this version of this aggregate."""
        return self.expected is None or any(
            expected.version == version and expected.aggregate_id in (None, aggregate_id)
            for expected in self.expected
        )

    def new_id(self, ids: Ids) -> UUID:
        """Returns the id of what this request makes beside the log: the same for a repeated Idempotency-Key."""
        claimed = self.idempotency_key
        return ids.new() if claimed is None else uuid5(_MADE_BY, f"{claimed.subject}\n{claimed.key}")

    def circumstances(
        self, occurred_at: datetime | None = None, brand: str | None = None, division: str | None = None
    ) -> Circumstances:
        """Returns the circumstances of a fact that this request states.

        Raises InFuture if `occurred_at` is more than five minutes ahead.
        """
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
    """The result of a command. `body` contains ids. `version` is the version of the stream, for the ETag.

    `created` means status 201 instead of 200. `accepted` means 202, because work continues. `duplicate` means that
    the same fact was recorded before, `may_be_double` that the new fact may be a double of an earlier one. The store
    sets `unchanged` if it stored nothing.
    """

    body: dict[str, Any] = field(default_factory=dict)
    position: int = 0
    version: int | None = None
    created: bool = False
    accepted: bool = False
    duplicate: bool = False
    may_be_double: bool = False
    replayed: bool = False
    unchanged: bool = False

    def claim(self, key: IdempotencyKey | None) -> ReceiptClaim | None:
        """Returns the receipt to write with the facts, or None if the client sent no key."""
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
