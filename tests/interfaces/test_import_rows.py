"""From a file to bodies: no database, no use case."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from domain.errors import InvalidInput
from interfaces.http.contexts.customers.schemas import RegisterCustomerIn
from interfaces.http.contexts.orders.schemas import PlaceOrderIn
from interfaces.http.contexts.touchpoints.schemas import RecordTouchpointIn
from interfaces.imports.columns import Columns
from interfaces.imports.dates import Dates
from interfaces.imports.headers import UnreadableFile
from interfaces.imports.naming import RowNames
from interfaces.imports.option_texts import UnusableOption
from interfaces.imports.options import Options, plan_of, spelling_of
from interfaces.imports.rows import Layout, Row, RowFile
from interfaces.imports.spelling import Spelling
from interfaces.imports.written import Written

BERLIN = "Europe/Berlin"


def read(data: bytes, **layout: Any) -> list[Row]:
    return list(RowFile(io.BytesIO(data), Layout(**layout)))


def refusals(found: Sequence[Row]) -> list[tuple[int, str, str]]:
    return [(row.line, row.refusal.path, row.refusal.code) for row in found if row.refusal is not None]


# Rows


def test_a_byte_order_mark_is_no_part_of_the_first_column() -> None:
    assert read(b"\xef\xbb\xbfa,b\r\n1,2\r\n") == [Row(line=2, cells={"a": "1", "b": "2"})]


def test_lines_are_counted_from_one_also_across_quoted_line_breaks_and_blank_lines() -> None:
    found = read(b'a,b\n"x\ny",1\n\nz,2\n')
    assert [(row.line, row.cells["b"]) for row in found] == [(2, "1"), (5, "2")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read_also_inside_of_quoted_cells(end: str) -> None:
    rows = read(f'a,b{end}"x{end}y",1{end}{end}z,2{end}'.encode())
    assert rows == [
        Row(line=2, cells={"a": f"x{end}y", "b": "1"}),
        Row(line=5, cells={"a": "z", "b": "2"}),
    ]


def test_line_ends_may_be_mixed_and_a_cr_may_stand_in_a_cell() -> None:
    rows = read(b'sep=;\ra;b\r\n1;2\r3;"4\r5"\n6;7')
    assert [tuple(row.cells.values()) for row in rows] == [("1", "2"), ("3", "4\r5"), ("6", "7")]
    assert [row.lines for row in rows] == [["1;2\r"], ['3;"4\r', '5"\n'], ["6;7"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32"])
def test_a_long_file_of_cr_lines_is_read_in_every_encoding(encoding: str) -> None:
    """The file is longer than a chunk, so that a CRLF falls between two chunks."""
    text = "name,note\r" + "".join(f"Zoë {number},x\r\n" for number in range(130_000)) + "Ana,\r"
    rows = read(text.encode(encoding), encoding=encoding)
    assert len(rows) == 130_001
    assert (rows[-1].line, rows[-1].cells) == (130_002, {"name": "Ana", "note": ""})


def test_json_lines_may_end_with_cr() -> None:
    rows = read(b'{"a": 1}\r{"a": 2}\r\r\n{"a": 3}', json_lines=True)
    assert [(row.line, row.cells["a"]) for row in rows] == [(1, 1), (2, 2), (4, 3)]


def test_a_row_that_csv_cannot_read_is_refused_in_our_own_words() -> None:
    rows = read(b'a,b\n"x"y,1\n"' + b"x" * 140_000 + b'",1\nz,2\n')
    assert [(row.line, row.refusal.code) for row in rows if row.refusal] == [
        (2, "malformed_row"),
        (3, "too_large"),
    ]
    assert "double a quote" in str(rows[0].refusal)
    assert "shorten it" in str(rows[1].refusal)


def test_a_line_of_empty_cells_is_no_row() -> None:
    found = read(b"a,b\n1,2\n,\n , ,\n3,4\n")
    assert [(row.line, row.number) for row in found] == [(2, 1), (5, 2)]


def test_runs_of_spaces_are_one_delimiter_and_a_header_may_be_given() -> None:
    found = read(b" 00004 0001 19970101  2   29.33\r\n", delimiter=" ", header=("m", "c", "d", "n", "v"))
    assert found == [Row(line=1, cells={"m": "00004", "c": "0001", "d": "19970101", "n": "2", "v": "29.33"})]


def test_a_row_with_another_number_of_cells_is_refused_and_the_next_is_read() -> None:
    found = read(b"a,b\n1\n1,2,3\n4,5\n")
    assert refusals(found) == [(2, "", "wrong_cell_count"), (3, "", "wrong_cell_count")]
    assert found[2].cells == {"a": "4", "b": "5"}


def test_bytes_of_another_encoding_refuse_their_row_only() -> None:
    found = read("name\nZoë\nAnna\n".encode("latin-1"))
    assert refusals(found) == [(2, "name", "wrong_encoding")]
    assert [row.cells["name"] for row in read("name\nZoë\n".encode("latin-1"), encoding="latin-1")] == ["Zoë"]


def test_a_quote_in_the_wrong_place_refuses_its_row_only() -> None:
    found = read(b'a,b\n"x"y,1\nz,2\n')
    assert refusals(found) == [(2, "", "malformed_row")]
    assert found[1].cells == {"a": "z", "b": "2"}


@pytest.mark.parametrize("header", [b"", b"\n", b"a,,b\n", b"a,b,a\n", b'"a"b\n', b'a,"b\n1,2\n', b"a;b\n"])
def test_an_unusable_header_refuses_the_file(header: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read(header)


@pytest.mark.parametrize(
    ("beginning", "message"),
    [
        (b"PK\x03\x04\x14\x00", "a spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old spreadsheet"),
        (b"\x1f\x8b\x08\x08", "gzip"),
        (b"%PDF-1.7\n", "PDF"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_what_to_do(beginning: bytes, message: str) -> None:
    for json_lines in (False, True):
        with pytest.raises(UnreadableFile, match=f"{message}.*export its rows as CSV"):
            read(beginning + b"\x00\n\xff,", json_lines=json_lines)


def test_a_header_in_another_encoding_is_refused_with_what_to_do() -> None:
    with pytest.raises(UnreadableFile, match="--encoding names another"):
        read("name,tel\xe9fono\nAna,1\n".encode("latin-1"))


def test_json_lines_are_objects_one_a_line() -> None:
    found = read(b'\xef\xbb\xbf{"a": {"b": [1]}}\n\n[1]\n{"a": \n{"a": NaN}\n', json_lines=True)
    assert found[0] == Row(line=1, cells={"a": {"b": [1]}})
    assert refusals(found) == [
        (3, "", "not_an_object"),
        (4, "", "malformed_json"),
        (5, "", "malformed_json"),
    ]


def test_a_line_longer_than_a_body_may_be_is_refused_without_being_read_whole() -> None:
    found = read(b'{"a": "' + b"x" * 3_000_000 + b'"}\n{"a": 1}\n', json_lines=True)
    assert refusals(found) == [(1, "", "too_large")]
    assert found[1].cells == {"a": 1}


# Names


def test_equal_rows_are_two_and_have_the_same_names_in_any_order() -> None:
    first, second = {"a": "1"}, {"a": "2"}
    names, again = RowNames(), RowNames()
    told = [names.name_of(row) for row in (first, second, first)]
    assert len(set(told)) == 3
    assert {again.name_of(row) for row in (first, first, second)} == set(told)


def test_one_key_column_is_the_name_and_several_cannot_be_confused() -> None:
    assert RowNames(["n"]).name_of({"n": "A-7"}) == "A-7"
    assert RowNames(["n"]).name_of({"n": 7}) == "7"
    two = RowNames(["a", "b"])
    assert two.name_of({"a": "1:2", "b": "3"}) != two.name_of({"a": "1", "b": "2:3"})


@pytest.mark.parametrize("cells", [{}, {"n": ""}, {"n": " "}, {"n": None}, {"n": {}}, {"n": True}])
def test_a_missing_key_is_refused_by_its_column(cells: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        RowNames(["n"]).name_of(cells)
    assert (refused.value.path, refused.value.code) == ("n", "missing_key")


# Bodies


def test_dots_nest_numbers_list_and_empty_cells_are_none() -> None:
    body = Columns().body(
        {
            "identifier.kind": "email",
            "lines.0.sku": "CD",
            "lines.2.sku": "LP",
            "lines.1.sku": "",
            "brand": "",
        },
        dotted=True,
    )
    assert body == {"identifier": {"kind": "email"}, "lines": [{"sku": "CD"}, {"sku": "LP"}]}


def test_a_column_may_be_renamed_go_to_several_fields_or_be_left_out() -> None:
    columns = Columns(paths={"id": ("number", "external_ids.0.number")}, mapped_only=True)
    body = columns.body({"id": "7", "other": "x"}, dotted=True)
    assert body == {"number": "7", "external_ids": [{"number": "7"}]}


def test_a_constant_in_an_item_needs_a_cell_in_that_item() -> None:
    columns = Columns(
        paths={"mail": ("contact_points.0.value",)},
        constants={"contact_points.0.channel": "email", "kind": "person", "evidence.source": "form"},
    )
    common = {"kind": "person", "evidence": {"source": "form"}}
    with_mail = {"contact_points": [{"value": "a@example.org", "channel": "email"}], **common}
    assert columns.body({"mail": "a@example.org"}, dotted=True) == with_mail
    assert columns.body({"mail": ""}, dotted=True) == common


def test_members_of_json_are_taken_as_they_are() -> None:
    cells = {"a.b": 1, "who": {"kind": "email"}, "0": []}
    columns = Columns(paths={"who": ("identifier",)}, constants={"identifier.value": "x"})
    body = columns.body(cells, dotted=False)
    assert body == {"a.b": 1, "identifier": {"kind": "email", "value": "x"}, "0": []}
    assert cells["who"] == {"kind": "email"}, "what was read stays as it was"


# Spelling


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("1997-07-01", "1997-06-30T22:00:00+00:00"),
        ("1997-07-01 09:30", "1997-07-01T07:30:00+00:00"),
        ("1997-01-01T09:30:15", "1997-01-01T08:30:15+00:00"),
        ("1997-07-01T09:30:00Z", "1997-07-01T09:30:00Z"),
        ("2026-10-25T02:30", "2026-10-25T00:30:00+00:00"),
        ("2026-03-29T02:30:00", "2026-03-29T01:00:00+00:00"),
        ("1870-01-01", "1869-12-31T23:06:32+00:00"),
        ("yesterday", "yesterday"),
        ("19970701T0930", "1997-07-01T07:30:00+00:00"),
        ("1997-182", "1997-06-30T22:00:00+00:00"),
        ("1997-07-01T24:00", "1997-07-01T22:00:00+00:00"),
    ],
)
def test_an_instant_without_an_offset_is_read_in_the_zone(written: str, read_as: str) -> None:
    assert Spelling(BERLIN).spell(PlaceOrderIn(), {"occurred_at": written}) == {"occurred_at": read_as}


def test_what_got_the_zone_is_counted() -> None:
    spelling = Spelling(BERLIN)
    for text in ("1997-07-01", "1997-07-01T00:00Z", "nonsense"):
        spelling.spell(PlaceOrderIn(), {"occurred_at": text})
    assert spelling.completed == 1


def test_a_pattern_reads_instants_and_dates() -> None:
    spelling = Spelling(BERLIN, dates=Dates(patterns=("%d.%m.%Y",)))
    body = spelling.spell(RegisterCustomerIn(), {"birth_date": "29.02.1980", "occurred_at": "01.07.1997"})
    assert body == {"birth_date": "1980-02-29", "occurred_at": "1997-06-30T22:00:00+00:00"}


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("31/12/2025", "2025-12-30T23:00:00+00:00"),
        ("2025-12-31", "2025-12-30T23:00:00+00:00"),
        ("2025-12-31T14:30", "2025-12-31T13:30:00+00:00"),
        ("2025-12-31 14:30:00", "2025-12-31T13:30:00+00:00"),
        ("20251231", "2025-12-30T23:00:00+00:00"),
        ("2025-12-31T14:30:00Z", "2025-12-31T14:30:00Z"),
    ],
)
def test_a_date_that_fits_no_pattern_is_read_as_iso_8601(written: str, read_as: str) -> None:
    spelling = Spelling(BERLIN, dates=Dates(patterns=("%d/%m/%Y",)))
    assert spelling.spell(PlaceOrderIn(), {"occurred_at": written}) == {"occurred_at": read_as}


@pytest.mark.parametrize(
    "written",
    [
        "30/02/2026",
        "32/01/2026",
        "1/13/2026",
        "30 Feb 2026",
        "2026-02-30",
        "2026-13-01T10:00:00Z",
        "2026-02-29 9:30",
    ],
)
def test_a_date_that_the_calendar_does_not_have_is_refused_as_such(written: str) -> None:
    spelling = Spelling(BERLIN, dates=Dates(patterns=("%d/%m/%Y", "%d %b %Y")))
    for schema, field in ((PlaceOrderIn, "occurred_at"), (RegisterCustomerIn, "birth_date")):
        with pytest.raises(InvalidInput, match=f"{written} .*no such date") as refused:
            spelling.spell(schema(), {field: written})
        assert (refused.value.path, refused.value.code) == (field, "no_date")


def test_words_are_flags_in_csv_only() -> None:
    schema = RecordTouchpointIn()
    assert Spelling(BERLIN).spell(schema, {"machine": Written("TRUE", "machine")}) == {"machine": True}
    assert Spelling(BERLIN).spell(schema, {"machine": "true"}) == {"machine": "true"}


# Options


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": "::"},
        {"delimiter": '"'},
        {"encoding": "no-such-encoding"},
        {"encoding": "cp037"},
        {"dates": ("%Q",)},
        {"dates": ("%d.%m.",)},
        {"dates": ("%H:%M",)},
        {"dates": ("born",)},
        {"dates": ("=%d.%m.%Y",)},
        {"decimal": ";"},
        {"encoding": "idna"},
        {"encoding": "base64"},
        {"zone": "Mars/Olympus"},
        {"zone": "../../etc/passwd"},
        {"paths": ("mail",)},
        {"paths": ("mail=",)},
        {"paths": ("mail=a..b",)},
        {"constants": ("=EUR",)},
        {"preset": "cdnow-customers"},
        {"file": Path("x.jsonl"), "delimiter": ";"},
        {"file": Path("x.jsonl"), "header": ("a",)},
    ],
)
def test_options_that_cannot_be_used_are_named_errors(options: dict[str, Any]) -> None:
    given = Options(**{"kind": "orders", "file": Path("x.csv"), **options})
    with pytest.raises(UnusableOption):
        spelling_of(given)
        plan_of(given)


def test_the_source_is_the_files_name_unless_it_is_named() -> None:
    assert plan_of(Options(kind="orders", file=Path("a/shop 1.csv"))).source == "shop 1"
    assert plan_of(Options(kind="orders", file=Path("a/shop.csv"), source="erp")).source == "erp"


def test_options_go_over_the_presets() -> None:
    given = Options(
        kind="orders",
        file=Path("x.txt"),
        preset="cdnow-orders",
        source="mine",
        paths=("dollars=lines.0.cost",),
        constants=("currency=EUR",),
    )
    plan = plan_of(given)
    assert (plan.source, plan.columns.constants["currency"]) == ("mine", "EUR")
    assert plan.columns.paths["dollars"] == ("lines.0.cost",)
    assert plan.columns.paths["customer"] == ("identifier.value",)
