"""What people type, as the API reads it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from interfaces.console.formats import Formats
from interfaces.console.typed_values import decimal_text, put, value_of

ES = Formats(language="es", time_zone="Europe/Madrid", now=datetime(2026, 11, 28, tzinfo=UTC))


@pytest.mark.parametrize(
    ("language", "typed", "read"),
    [
        ("es", "20", "20"),
        ("es", "20,5", "20.5"),
        ("es", "1.234,50", "1234.50"),
        ("es", "12.345.678,9", "12345678.9"),
        ("es", "20.00", "20.00"),
        ("es", "1.234", "1.234"),
        ("es", "1,234.50", "1,234.50"),
        ("es", "1.23,50", "1.23,50"),
        ("es", "a,b", "a,b"),
        ("en", "20.00", "20.00"),
        ("en", "1,234.50", "1234.50"),
        ("en", "20,00", "20,00"),
        ("en", "1,234", "1,234"),
    ],
)
def test_a_number_is_read_only_where_its_marks_leave_no_doubt(language: str, typed: str, read: str) -> None:
    assert decimal_text(typed, language) == read


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", " as it is ", " as it is "),
        ("money", " 20,50 ", "20.50"),
        ("number", "38,5", 38.5),
        ("number", "38", 38),
        ("number", "9" * 400, float("inf")),
        ("number", "x", "x"),
        ("yes_or_no", "false", False),
        ("yes_or_no", "perhaps", "perhaps"),
        ("lines", " Calle Mayor 1 \r\n\r\n2 izq. ", ["Calle Mayor 1", "2 izq."]),
        ("until", "2027-03-31", "2027-04-01T00:00:00+02:00"),
        ("until", "9999-12-31", "9999-12-31"),
        ("until", "tomorrow", "tomorrow"),
    ],
)
def test_each_kind_of_field_states_what_was_typed_or_leaves_the_refusal_to_the_api(
    kind: str, typed: str, value: Any
) -> None:
    assert value_of(kind, typed, ES) == value


def test_a_value_is_put_at_its_path() -> None:
    stated: dict[str, Any] = {"evidence": {"source": "shop"}}
    put(stated, ("evidence", "text"), "Yes.")
    put(stated, ("purpose",), "marketing")
    assert stated == {"evidence": {"source": "shop", "text": "Yes."}, "purpose": "marketing"}
