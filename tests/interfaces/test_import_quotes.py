"""Stray quotes in CSV: they hide no row, and a cell of several lines stays whole."""

import csv
import io
import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interfaces.imports.rows import Layout, Row, RowFile
from tests.amounts import amount


def read(text: str, is_row: Any = lambda cells: True) -> list[Row]:
    return list(RowFile(io.BytesIO(text.encode()), Layout(), is_row=is_row))


def written(*cells: str) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def refusals(rows: list[Row]) -> list[tuple[int, int, str]]:
    """Of each refused row its line, the last line that is covered, and why."""
    return [
        (row.line, row.line + len(row.covers) - 1, row.refusal.code)
        for row in rows
        if row.refusal is not None
    ]


def taken(rows: list[Row]) -> list[list[str]]:
    return [list(row.cells.values()) for row in rows if row.refusal is None]


def test_a_quote_that_nothing_closes_costs_its_own_row_only() -> None:
    rows = read('a,b,c\n1,"x,3\n2,y,4\n3,z,5\n')
    assert refusals(rows) == [(2, 4, "stray_quote")]
    assert taken(rows) == [["2", "y", "4"], ["3", "z", "5"]]
    assert [row.number for row in rows] == [1, 2, 3]
    assert rows[0].lines == ['1,"x,3\n']
    assert "".join(rows[0].covers) == '1,"x,3\n2,y,4\n3,z,5\n'


def test_two_stray_quotes_that_hide_each_other_hide_no_row_between_them() -> None:
    rows = read('a,b,c\n1,"x,3\n2,y,4\n3,z",5\n6,w,7\n')
    assert refusals(rows) == [(2, 4, "stray_quote")]
    assert taken(rows) == [["2", "y", "4"], ["3", 'z"', "5"], ["6", "w", "7"]]


def test_a_stray_quote_before_a_quoted_cell_costs_its_own_row_only() -> None:
    for quoted in ('"w",4,6', '4,"w, z",6', '4,"",6', '4,",x",6', '4,"x ""y""",6', '4,6,"two\nlines"'):
        rows = read(f'a,b,c\n1,"x,3\n{quoted}\n7,v,8\n')
        assert [line for line, _, _ in refusals(rows)] == [2], quoted
        assert taken(rows) == [*csv.reader(io.StringIO(quoted)), ["7", "v", "8"]], quoted


def test_a_stray_quote_in_the_last_row_is_refused() -> None:
    rows = read('a,b\n1,2\n3,"4')
    assert refusals(rows) == [(3, 3, "stray_quote")]
    assert len(taken(rows)) == 1


def test_a_cell_of_several_lines_stays_whole() -> None:
    rows = read('a,b,c\n1,"Dear all,\nthe lamp, the cable\n\nand ""more"", Ana",3\n2,y,4\n')
    assert refusals(rows) == []
    assert taken(rows)[0] == ["1", 'Dear all,\nthe lamp, the cable\n\nand "more", Ana', "3"]


def test_a_line_inside_of_a_cell_is_a_row_only_if_the_import_takes_it() -> None:
    def is_row(cells: Mapping[str, str]) -> bool:
        return cells["a"].isdecimal()

    text = 'a,b\n1,"Dear all,\nthe lamp, the cable\nAna"\n2,"x\n3,y\nz"\n'
    rows = read(text, is_row)
    assert taken(rows) == [["1", "Dear all,\nthe lamp, the cable\nAna"], ["3", "y"]]
    assert refusals(rows) == [(5, 7, "stray_quote"), (7, 7, "wrong_cell_count")]


def test_a_row_that_the_import_refuses_is_no_part_of_a_cell_either() -> None:
    text = 'a,b,c\n1,"Dear all,\nthe lamp, the cable, the shade\nAna",3\n2,"x,3\n?,y,4\n5,z",6\n'
    rows = read(text, lambda cells: cells["a"].isdecimal())
    assert taken(rows)[0] == ["1", "Dear all,\nthe lamp, the cable, the shade\nAna", "3"]
    assert [row.line for row in rows] == [2, 5, 6, 7]


def test_a_wrong_row_with_a_cell_of_several_lines_is_one_refused_row() -> None:
    rows = read('a,b,c\n1,"two\nlines"\n2,y,4\n')
    assert refusals(rows) == [(2, 3, "wrong_cell_count")]
    assert "".join(rows[0].lines) == '1,"two\nlines"\n'


def test_two_rows_next_to_each_other_with_a_stray_quote_each_are_two_rows() -> None:
    rows = read('a,b,c\n1,"x,3\n2,z",4\n5,w,6\n', lambda cells: "\n" not in cells["b"])
    assert [row.number for row in rows] == [1, 2, 3]
    assert taken(rows)[-1] == ["5", "w", "6"]


def test_reading_takes_no_quadratic_time() -> None:
    text = "a,b,c\n" + "".join(f'{number},"x ""{number}"",3\n' for number in range(20_000))
    rows = read(text)
    assert len(rows) == 20_000


RIGHT_CELLS = ("x", "", 'say "hi", all', "red, green", "two\nlines, or\nthree", "\nAna")
CELLS_OF_A_ROW = st.sampled_from(RIGHT_CELLS)
CELLS = st.text(st.sampled_from('ab1 ,\n"'), max_size=6)


@settings(derandomize=True, max_examples=amount(300, quick=100))
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8))
def test_what_a_program_wrote_well_is_read_back(table: list[tuple[str, str, str]]) -> None:
    """Whatever its cells hold, as long as no line inside of one is a row that the import takes."""
    text = "".join(written(*row) for row in [("id", "b", "c"), *(("#", *row[1:]) for row in table)])
    rows = read(text, lambda cells: cells["id"] == "#")
    assert taken(rows) == [["#", *row[1:]] for row in table]


@pytest.mark.parametrize("seed", range(200))
def test_planted_quotes_lose_no_right_row_and_all_rows_are_counted(seed: int) -> None:
    def is_row(cells: Mapping[str, str]) -> bool:
        # two spoilt rows next to each other can be one row of well-formed CSV: only its cells tell
        return cells["id"].isdecimal() and all(
            "\n" not in text or text == words[-1] for text in cells.values()
        )

    chance = random.Random(seed)
    words = ("x", "Ana", "", 'say "hi", all', "red, green", "7", "two\nlines, or\nthree")
    table = [
        [str(number), chance.choice(words), chance.choice(words)] for number in range(chance.randint(2, 12))
    ]
    texts = [written(*row) for row in table]
    spoilt = set(chance.sample(range(len(table)), chance.randint(1, 2)))
    for number in spoilt:
        while '"' in texts[number]:  # a quote inside of a quoted row may leave no trace of where it ends
            table[number][1:] = [chance.choice(("x", "", "7")), chance.choice(("x", "Ana"))]
            texts[number] = ",".join(table[number]) + "\n"
        at = chance.choice([0, len(table[number][0]) + 1, len(texts[number]) - 1])
        texts[number] = texts[number][:at] + '"' + texts[number][at:]
    rows = read("id,b,c\n" + "".join(texts), is_row)
    right = [row for number, row in enumerate(table) if number not in spoilt]
    assert [cells for cells in taken(rows) if cells in right] == right
    assert len(rows) == len(table)


@settings(derandomize=True, max_examples=amount(300, quick=100))
@given(
    st.lists(st.tuples(CELLS_OF_A_ROW, CELLS_OF_A_ROW), min_size=1, max_size=6),
    st.integers(min_value=0),
    st.sampled_from(["", "\ufeff", "sep=,\n"]),
)
def test_a_stray_quote_before_a_first_cell_costs_its_own_row_only_however_many_lines_it_has(
    table: list[tuple[str, str]], at: int, front: str
) -> None:
    texts = [written(str(number), *row) for number, row in enumerate(table)]
    spoilt = at % len(texts)
    texts[spoilt] = '"' + texts[spoilt]
    rows = read(
        front + "id,b,c\n" + "".join(texts),
        lambda cells: cells["id"].isdecimal() and {cells["b"], cells["c"]} <= set(RIGHT_CELLS),
    )
    assert [row.number for row in rows if row.refusal] == [spoilt + 1]
    assert taken(rows) == [[str(number), *row] for number, row in enumerate(table) if number != spoilt]
    assert "".join(rows[spoilt].lines) == texts[spoilt]


def test_a_stray_quote_before_a_first_cell_of_several_lines_costs_its_own_row_only() -> None:
    rows = read('a,b\n""two\nlines",1\nx,2\n', lambda cells: cells["a"] in ("two\nlines", "x"))
    assert [list(row.lines) for row in rows] == [['""two\n', 'lines",1\n'], ["x,2\n"]]
    assert taken(rows) == [["x", "2"]]


def test_a_row_without_a_closing_quote_hides_no_row_with_a_plain_quote() -> None:
    rows = read('a,b,c\n"1,"x,3\n2,4" pipe,z\n3,y,5\n', lambda cells: cells["a"].isdecimal())
    assert taken(rows) == [["2", '4" pipe', "z"], ["3", "y", "5"]]
