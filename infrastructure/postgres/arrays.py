"""Arrays in PostgreSQL's binary format, and the elements of which they are joined.

psycopg looks at every element of a list to find its type, and writes it as text, which PostgreSQL has to parse. For
the arrays of an append, whose types are known, that takes longer than all else that the client does for the statement.
"""

import struct
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEADER = struct.Struct("!iiIii")
"""The number of dimensions, whether there may be nulls, the type of the elements, their number, the first index."""
_NUMBER = struct.Struct("!iq")
_SHORT_NUMBER = struct.Struct("!ii")
_LENGTH = struct.Struct("!i")
_NULL = _LENGTH.pack(-1)
_UUID = _LENGTH.pack(16)
_JSONB_VERSION = b"\x01"
BYTEA, BIGINT, INT, TEXT, UUIDS, JSONB = 17, 20, 23, 25, 2950, 3802
"""The ids of the types."""


class Elements(NamedTuple):
    """Some elements of an array of this type."""

    type_id: int
    number: int
    data: bytes


class Array(bytes):
    """An array. The statement has to name its type."""


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Any) -> bytes:
        return bytes(obj)


psycopg.adapters.register_dumper(Array, _ArrayDumper)


def joined(parts: Sequence[Elements]) -> Array:
    """Returns the array of all these elements."""
    number = sum(part.number for part in parts)
    header = _HEADER.pack(1, 1, parts[0].type_id, number, 1)
    return Array(header + b"".join([part.data for part in parts]))


def of_numbers(values: Collection[int]) -> Elements:
    return Elements(BIGINT, len(values), b"".join([_NUMBER.pack(8, value) for value in values]))


def of_short_numbers(values: Collection[int]) -> Elements:
    return Elements(INT, len(values), b"".join([_SHORT_NUMBER.pack(4, value) for value in values]))


def of_uuids(values: Collection[UUID | None]) -> Elements:
    data = b"".join([_NULL if value is None else _UUID + value.bytes for value in values])
    return Elements(UUIDS, len(values), data)


def of_bytes(values: Collection[bytes | None]) -> Elements:
    return _with_lengths(BYTEA, values)


def of_texts(values: Collection[str | None]) -> Elements:
    return _with_lengths(TEXT, [None if value is None else value.encode() for value in values])


def of_json(values: Collection[str | None]) -> Elements:
    """`values`: JSON texts."""
    data = [None if value is None else _JSONB_VERSION + value.encode() for value in values]
    return _with_lengths(JSONB, data)


def _with_lengths(type_id: int, values: Collection[bytes | None]) -> Elements:
    data = b"".join([_NULL if value is None else _LENGTH.pack(len(value)) + value for value in values])
    return Elements(type_id, len(values), data)
