"""The elements of arrays as PostgreSQL reads them, separated by commas, and whole arrays made of them.

psycopg looks at every element of a list to find its type. For the arrays of an append, whose types are known, that
takes longer than all else that the client does for the statement.
"""

from collections.abc import Iterable
from uuid import UUID


def joined(elements: Iterable[str]) -> str:
    """Returns one array of the elements of several."""
    return f"{{{','.join(part for part in elements if part)}}}"


def of_numbers(values: Iterable[int]) -> str:
    return ",".join(map(str, values))


def of_uuids(values: Iterable[UUID | None]) -> str:
    return ",".join("null" if value is None else value.hex for value in values)


def of_bytes(values: Iterable[bytes | None]) -> str:
    return ",".join("null" if value is None else _hexadecimal(value) for value in values)


def of_texts(values: Iterable[str | None]) -> str:
    return ",".join("null" if value is None else _quoted(value) for value in values)


def _hexadecimal(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
