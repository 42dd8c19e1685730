"""What one request appends to the log, how `log.append` takes it, and what comes of it."""

import json
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast
from uuid import UUID

import psycopg
from eventsourcing.persistence import IntegrityError, PersistenceError, StoredEvent

from application.receipts import Receipt, ReceiptClaim, ReceiptExists
from domain.errors import KeyReused
from infrastructure.postgres import arrays
from infrastructure.postgres.arrays import Array, Elements

APPEND = """
select * from log.append(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::uuid[], %s::uuid[], %s::int[],
                         %s::text[], %s::text[], %s::bytea[], %s::jsonb[], %s::uuid[], %s::bigint[], %s::int[], %s)
"""
"""Rows: request, first_position, outdated, earlier_fingerprint, earlier_answer, earlier_position. The request 0 has the
position of the first stored fact; others are the requests of which nothing was stored."""
APPEND_HELD = """
select * from log.append_held(%s, %s, %s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::uuid[], %s::uuid[],
                              %s::int[], %s::text[], %s::text[], %s::bytea[], %s::jsonb[], %s::uuid[], %s::bigint[],
                              %s::int[], %s)
"""
"""The same for `log.append_held`, whose first arguments are the name and the epoch of a lease."""


class PremiseOutdated(IntegrityError):
    """A stream on which a request rests has new facts."""


class Premise(NamedTuple):
    """A stream, and the last version of it on which a request rests."""

    stream_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class Append:
    """The facts of one request, with its receipt and its premises."""

    events: Sequence[StoredEvent]
    receipt: ReceiptClaim | None = None
    premises: Sequence[Premise] = ()

    def size(self) -> int:
        return len(self.events)

    def names(self) -> set[Hashable]:
        """Returns its streams and its Idempotency-Key: no two appends of a group may have one in common."""
        names: set[Hashable] = {event.originator_id for event in self.events}
        if self.receipt is not None:
            names.add((self.receipt.subject, self.receipt.key))
        return names

    @cached_property
    def elements(self) -> tuple[Elements, ...]:
        """The elements of the arrays of `log.append`, but for the numbers of requests.

        They are made in the request's own thread: what cannot be encoded fails no other request.
        """
        events, premises = self.events, self.premises
        return (
            arrays.of_uuids([cast(UUID, event.originator_id) for event in events]),
            arrays.of_numbers([event.originator_version for event in events]),
            arrays.of_texts([event.topic for event in events]),
            arrays.of_bytes([event.state for event in events]),
            arrays.of_uuids([getattr(event, "customer_id", None) for event in events]),
            arrays.of_uuids([getattr(event, "other_profile_id", None) for event in events]),
            *(_NO_RECEIPT if self.receipt is None else _elements_of(self.receipt)),
            arrays.of_uuids([premise.stream_id for premise in premises]),
            arrays.of_numbers([premise.version for premise in premises]),
        )


def _elements_of(receipt: ReceiptClaim) -> tuple[Elements, ...]:
    return (
        arrays.of_texts([receipt.subject]),
        arrays.of_texts([receipt.key]),
        arrays.of_bytes([receipt.fingerprint]),
        arrays.of_json([json.dumps(receipt.answer)]),
    )


_NO_RECEIPT = (
    arrays.of_texts([None]),
    arrays.of_texts([None]),
    arrays.of_bytes([None]),
    arrays.of_json([None]),
)


def encoded(append: Append) -> Append:
    """Returns the append after its elements were made."""
    _ = append.elements
    return append


def arguments_of(appends: Sequence[Append]) -> list[Array]:
    """Returns the arguments of `log.append` but the last, the instant that a test brings."""
    *of_events, subjects, keys, fingerprints, answers, streams, versions = map(
        arrays.joined, zip(*(append.elements for append in appends), strict=True)
    )
    numbered = list(enumerate(appends, 1))
    requests = arrays.of_short_numbers([number for number, append in numbered for _ in append.events])
    resting = arrays.of_short_numbers([number for number, append in numbered for _ in append.premises])
    receipts = (subjects, keys, fingerprints, answers)
    return [*of_events, arrays.joined([requests]), *receipts, streams, versions, arrays.joined([resting])]


def of_library(error: psycopg.DatabaseError) -> Exception:
    """Returns the library's error for an append that PostgreSQL refuses, chained to PostgreSQL's own."""
    library: Exception = error
    if isinstance(error, psycopg.errors.UniqueViolation):
        library = IntegrityError("two facts of this request have the same place in their stream")
    elif isinstance(error, psycopg.DataError):
        library = PersistenceError(str(error))
    if library is not error:
        library.__cause__ = error
    return library


def outcomes(appends: Sequence[Append], rows: Iterable[tuple[Any, ...]]) -> Iterator[int | Exception]:
    """Yields the position of the first fact of each append, or its error. `rows` are those of `log.append`."""
    returned = {request: values for request, *values in rows}
    position: int = returned.pop(0)[0]
    for number, append in enumerate(appends, 1):
        if number in returned:
            yield _refusal(append, *returned[number][1:])
        else:
            yield position
            position += append.size()


def _refusal(
    append: Append,
    outdated: bool,
    earlier_fingerprint: bytes | None,
    earlier_answer: dict[str, Any],
    earlier_position: int,
) -> Exception:
    if append.receipt is not None and earlier_fingerprint is not None:
        return earlier_receipt(append.receipt, earlier_fingerprint, earlier_answer, earlier_position)
    if outdated:
        return PremiseOutdated("a stream on which this request rests has new facts")
    return IntegrityError("a stream of this request has new facts")


def earlier_receipt(
    claim: ReceiptClaim, fingerprint: bytes, answer: dict[str, Any], position: int
) -> Exception:
    """Returns the error for a request whose key was used before: with the earlier answer, or KeyReused."""
    if bytes(fingerprint) != claim.fingerprint:
        return KeyReused(position=str(position))
    return ReceiptExists(Receipt(answer=answer, position=position))
