"""Rows whose personal fields are tokens become readable, many at a time."""

from collections.abc import Iterable
from typing import Any

from application.personal import PersonalCipher, Sealed

Row = dict[str, Any]


def opened_texts(cipher: PersonalCipher, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The texts of rows with `customer_id` and `sealed` (field -> token), by field; None once forgotten."""
    held = list(rows)
    asked = [
        (index, Sealed(profile_id=row["customer_id"], field=field, token=token))
        for index, row in enumerate(held)
        for field, token in row["sealed"].items()
    ]
    opened: list[dict[str, Any]] = [{} for _ in held]
    values = cipher.unseal([sealed for _, sealed in asked]) if asked else []
    for (index, sealed), value in zip(asked, values, strict=True):
        opened[index][sealed.field] = value
    return opened
