"""Tables as CSV: what a spreadsheet would compute is text."""

import csv
import io
from typing import Any

import pytest

from interfaces.http.csv import csv_lines


def read(*rows: list[Any]) -> list[list[str]]:
    text = b"".join(csv_lines(rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("cell", ["=1+1", "+49 30", "-5", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_a_cell_that_is_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert read(["a", cell]) == [["a", f"'{cell}"]]


@pytest.mark.parametrize("cell", ["", "1+1", "Müller", 'a "b", c', "a\nb", "'=1", 5, -5])
def test_every_other_cell_comes_back_as_it_was(cell: Any) -> None:
    assert read(["a", cell]) == [["a", str(cell)]]


def test_what_no_encoding_has_is_replaced_and_many_rows_come_in_pieces() -> None:
    assert read(["\udcff"]) == [["?"]]
    rows = [[str(number)] for number in range(1_234)]
    assert read(*rows) == rows
    assert len(list(csv_lines(rows))) == 4
