"""Unseals the personal fields of many rows with one call of the cipher."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from application.personal import PersonalCipher, Sealed

Row = dict[str, Any]
Place = tuple[UUID, Row, str]
"""A column of a row, and the profile under whose key its token is sealed."""


def open_places(
    cipher: PersonalCipher, places: Iterable[Place], fields: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Replaces each token by its plain value, None if it is forgotten. Leaves places without a token.

    `fields`: the field of the fact that a column holds, where it has another name.
    """
    filled = [(owner, row, column) for owner, row, column in places if row[column] is not None]
    sealed = [
        Sealed(profile_id=owner, field=fields.get(column, column), token=row[column])
        for owner, row, column in filled
    ]
    values = cipher.unseal(sealed) if sealed else []
    for (_, row, column), value in zip(filled, values, strict=True):
        row[column] = value


def open_columns(cipher: PersonalCipher, rows: Iterable[Row], columns: Mapping[str, str]) -> None:
    """Replaces the tokens in these columns of rows that have `customer_id`. `columns` maps each to its field."""
    open_places(cipher, ((row["customer_id"], row, column) for row in rows for column in columns), columns)


def open_texts(cipher: PersonalCipher, rows: Iterable[Row]) -> None:
    """Replaces the tokens in `sealed` (field -> token) of rows that have `customer_id`."""
    open_places(
        cipher, ((row["customer_id"], row["sealed"], field) for row in rows for field in row["sealed"])
    )
