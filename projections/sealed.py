"""Unseals the personal fields of many rows with one call of the cipher."""

from collections.abc import Iterable
from typing import Any

from application.personal import PersonalCipher, Sealed

Row = dict[str, Any]


def opened_texts(cipher: PersonalCipher, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Unseals rows that have `customer_id` and `sealed` (field -> token).

    Returns a dict (field -> text) for each row, in the order of the rows. A forgotten text is None.
    """
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
