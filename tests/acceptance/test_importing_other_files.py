"""Files as other programs write them: read, or refused in words that say what to do."""

import json
import re
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from application.catalogue.commands import DeclareAttribute
from interfaces.http.contexts.touchpoints.schemas import RecordTouchpointIn
from interfaces.imports.headers import UnreadableFile
from interfaces.imports.option_texts import UnusableOption
from interfaces.imports.report import Report
from interfaces.imports.rows import Layout, RowFile
from interfaces.imports.spelling import Spelling
from interfaces.imports.written import Written
from tests.acceptance.filled import run_farley
from tests.acceptance.importing import counts, load, nothing_changes, reasons, refusals, written
from tests.acceptance.samples import sample
from tests.world import World

CUSTOMERS: dict[str, Any] = {"constants": ("kind=person",)}
ORDERS: dict[str, Any] = {
    "paths": ("no=number", "day=occurred_at", "mail=identifier.value", "amount=lines.0.amount"),
    "constants": ("identifier.kind=email", "lines.0.sku=CD", "lines.0.quantity=1", "currency=EUR"),
}
HEADER = "no,day,mail,amount\n"
GOOD = "1,2026-03-01T10:00:00Z,ana@example.org,9.90\n"


def message_of(report: Report) -> str:
    return str(report.first_refused[0].errors[0]["message"])


def amounts(world: World) -> list[str]:
    world.fold()
    with world.reading() as connection:
        found = connection.execute("select amount from purchase order by number").fetchall()
    return [str(row["amount"]) for row in found]


def declared(world: World, **types: str) -> None:
    for name, type_ in types.items():
        command = DeclareAttribute(name=name, scope="customer", type=type_)
        world.services.catalogue.declare_attribute(command, world.request())


def attributes(world: World) -> list[dict[str, Any]]:
    """Of all customers, in an order of their own: customers are registered side by side."""
    world.fold()
    with world.reading() as connection:
        found = connection.execute("select attributes from customer").fetchall()
    return sorted((row["attributes"] for row in found), key=str)


def test_a_row_that_registers_the_profile_of_an_address_is_refused(world: World) -> None:
    rows = "customer_id,kind\nb3f1c2d4-0a1b-8c2d-9e3f-4a5b6c7d8e9f,person\n"
    report = load(world, "customers", rows)
    assert (counts(report), refusals(report)) == ((0, 0, 1), [(2, "customer_id", "reserved")])


# Numbers and flags


def test_declared_attributes_come_as_their_types_from_cells_and_constants(world: World) -> None:
    declared(world, score="number", vip="boolean", born="date", seen="instant", note="text")
    rows = (
        "attributes.score,attributes.vip,attributes.born,attributes.seen,attributes.note\n"
        "7.5,yes,19800229,2026-03-01 10:00, 007\n"
        "-3,0,1980-060,20260301T100000Z,1\n"
        "many,maybe,yesterday,now,x\n"
    )
    report = load(world, "customers", rows, **CUSTOMERS)
    names = ("score", "vip", "born", "seen")
    assert refusals(report) == [(4, f"attributes.{name}", "wrong_type") for name in names]
    assert attributes(world) == [
        {"vip": False, "born": "1980-02-29", "note": "1", "seen": "2026-03-01T10:00:00+00:00", "score": -3},
        {"vip": True, "born": "1980-02-29", "note": "007", "seen": "2026-03-01T10:00:00+00:00", "score": 7.5},
    ]


def test_a_constant_of_a_declared_attribute_has_its_type_in_json_lines_too(world: World) -> None:
    declared(world, score="number", vip="boolean")
    constants = {"constants": ("attributes.score=1,5", "attributes.vip=sí"), "decimal": ","}
    assert counts(load(world, "customers", [{"kind": "person"}], **constants)) == (1, 0, 0)
    assert attributes(world) == [{"score": 1.5, "vip": True}]


@pytest.mark.parametrize(
    ("word", "flag"),
    [
        ("true", True),
        ("YES", True),
        ("sí", True),
        ("Si\u0301", True),
        ("1", True),
        ("false", False),
        ("No", False),
        ("0", False),
    ],
)
def test_words_for_true_and_false(word: str, flag: bool) -> None:
    body = {"machine": Written(word, "machine")}
    assert Spelling("UTC").spell(RecordTouchpointIn(), body) == {"machine": flag}


def test_a_decimal_comma_is_read_where_it_is_named_and_else_refused_with_what_to_do(world: World) -> None:
    rows = HEADER + GOOD.replace("9.90", '"1.234,50"') + GOOD.replace("1,", "2,", 1).replace("9.90", '"7,5"')
    unnamed = load(world, "orders", rows, **ORDERS)
    assert refusals(unnamed)[1] == (3, "lines.0.amount", "invalid_number")
    assert "--decimal ," in message_of(unnamed)
    assert counts(load(world, "orders", rows, **ORDERS, decimal=",")) == (2, 0, 0)
    assert amounts(world) == ["1234.50", "7.50"]
    wrong = HEADER + GOOD.replace("1,", "3,", 1)
    assert refusals(load(world, "orders", wrong, **ORDERS, decimal=",")) == [
        (2, "lines.0.amount", "invalid_number")
    ]


def test_zeros_after_the_minor_units_change_nothing(world: World) -> None:
    rows = (
        "no,day,mail,amount,currency\n"
        "1,2026-03-01,ana@example.org,1000.00,JPY\n"
        "2,2026-03-01,ana@example.org,19.9900,EUR\n"
    )
    options = {**ORDERS, "constants": ORDERS["constants"][:-1]}
    assert counts(load(world, "orders", rows, **options)) == (2, 0, 0)
    assert amounts(world) == ["1000", "19.99"]


def test_an_order_with_a_voucher_comes_from_a_file(world: World) -> None:
    rows = (
        "number,identifier.value,lines.0.sku,lines.0.quantity,lines.0.amount,lines.1.sku,lines.1.quantity,lines.1.amount\n"
        "1,ana@example.org,CD,1,20.00,VOUCHER,1,-5.00\n"
        "2,ana@example.org,CD,1,20.00,VOUCHER,1,-20.01\n"
    )
    report = load(world, "orders", rows, constants=("identifier.kind=email",))
    assert refusals(report) == [(3, "lines", "negative")]
    assert amounts(world) == ["15.00"]


# Dates


def test_dates_may_have_several_patterns_and_a_column_its_own(world: World) -> None:
    declared(world, born="date", met="date")
    rows = "attributes.born,attributes.met\n02/29/80,01.03.2026\n12/31/1999,2026/03/02\n"
    dates = ("%d.%m.%Y", "%Y/%m/%d", "attributes.born=%m/%d/%y", "attributes.born=%m/%d/%Y")
    assert counts(load(world, "customers", rows, **CUSTOMERS, dates=dates)) == (2, 0, 0)
    assert attributes(world) == [
        {"met": "2026-03-01", "born": "1980-02-29"},
        {"met": "2026-03-02", "born": "1999-12-31"},
    ]


def test_a_date_of_zeros_is_refused_with_what_to_do_and_can_be_read_as_none(world: World) -> None:
    rows = "name,birth_date\nAna,0/0/00\nBen,0000-00-00\nEva,00.00.0000\n"
    report = load(world, "customers", rows, **CUSTOMERS)
    assert refusals(report) == [(line, "birth_date", "no_date") for line in (2, 3, 4)]
    assert message_of(report) == "0/0/00 is no date: --null '0/0/00' reads it as an empty cell."
    nulls = ("0/0/00", "0000-00-00", "00.00.0000")
    assert counts(load(world, "customers", rows, **CUSTOMERS, null=nulls)) == (3, 0, 0)


def test_a_declared_date_in_another_notation_is_refused_with_what_to_do(world: World) -> None:
    declared(world, born="date", seen="instant", score="number")
    rows = "attributes.born,attributes.seen,attributes.score\n1.2.1980,1.2.2026 9:30,x\n"
    messages = [
        error["message"] for error in load(world, "customers", rows, **CUSTOMERS).first_refused[0].errors
    ]
    assert ["--dates PATTERN" in message for message in messages] == [True, True, False]


# Columns


def test_two_columns_for_one_field_are_refused_and_can_be_joined(world: World) -> None:
    declared(world, full="text")
    rows = "nombre,apellido\nAna, García \nBen,\n\\N,Ruiz\n"
    before = world.web.store.head()
    twice = ("nombre=attributes.full", "apellido=attributes.full")
    with pytest.raises(UnreadableFile, match=r"--map nombre\+apellido=FIELD joins them"):
        load(world, "customers", rows, **CUSTOMERS, paths=twice)
    with pytest.raises(UnreadableFile, match="one field"):
        load(world, "customers", "name,nombre\nAna,Ana\n", **CUSTOMERS, paths=("nombre=name",))
    assert world.web.store.head() == before
    joined = ("nombre+apellido=attributes.full",)
    assert counts(load(world, "customers", rows, **CUSTOMERS, paths=joined)) == (3, 0, 0)
    assert [one["full"] for one in attributes(world)] == ["Ana García", "Ben", "Ruiz"]


@pytest.mark.parametrize(
    ("header", "options", "message"),
    [
        ("kind", {"constants": ("kind=person",)}, "column kind and --set kind=person are one field: leave one"),
        ("first,last", {"constants": ("kind=person", "name=Z"), "paths": ("first+last=name",)},
         r"column first\+last and --set name=Z are one field"),
        ("kind,attributes.a.b", {"constants": ("attributes.a=x",)}, "column attributes.a.b and --set attributes.a=x"),
        ("name", {"constants": ("kind=person", "kind=company")},
         "--set kind=person and --set kind=company are one field: leave one"),
        ("name", {"constants": ("evidence.source=x", "evidence=y")}, "--set evidence.source=x and --set evidence=y"),
        ("kind", {"constants": ("contact_points.2.channel=email",)},
         "--set contact_points.2.channel=email has no effect: no column gives .* contact_points.2"),
        ("kind,contact_points.1.value", {"constants": ("contact_points.2.channel=email",)}, "has no effect"),
    ],
)  # fmt: skip
def test_a_constant_for_a_field_that_has_a_value_or_for_no_item_is_refused(
    world: World, header: str, options: dict[str, Any], message: str
) -> None:
    before = world.web.store.head()
    with pytest.raises((UnreadableFile, UnusableOption), match=message):
        load(world, "customers", f"{header}\n{header}\n", **options)
    assert world.web.store.head() == before


def test_a_member_of_json_and_a_constant_for_one_field_refuse_their_row(world: World) -> None:
    rows = [{"kind": "company"}, {"name": "Ana"}, {"kind": None}, {"attributes": "x"}]
    report = load(world, "customers", rows, constants=("kind=person", "attributes.a=1"))
    assert refusals(report) == [(1, "kind", "two_values"), (4, "attributes.a", "two_values")]
    assert "--set kind" in message_of(report)
    with pytest.raises(UnusableOption, match=r"--set lines.3.sku=CD has no effect"):
        load(world, "orders", [{}], constants=("lines.3.sku=CD",))


def test_two_members_of_json_for_one_field_refuse_their_row(world: World) -> None:
    rows = [{"kind": "person", "name": "Ana", "nombre": "Ana"}, {"kind": "person", "nombre": "Ben"}]
    report = load(world, "customers", rows, paths=("nombre=name",))
    assert refusals(report) == [(1, "name", "two_columns")]
    assert report.accepted == 1


def test_a_column_that_the_file_has_not_is_named(world: World) -> None:
    for option in ({"paths": ("nome=name",)}, {"key": ("nome",)}, {"dates": ("nome=%d.%m.%Y",)}):
        with pytest.raises(UnreadableFile, match="no column nome; its columns are name"):
            load(world, "customers", "name\nAna\n", **CUSTOMERS, **option)


# Plans that no row can fit


@pytest.mark.parametrize(
    ("kind", "header", "options", "message"),
    [
        ("customers", "name,kind", {"paths": ("nome=name",)}, "no column nome"),
        ("customers", "name", {}, "No column gives kind"),
        ("customers", "kind,note", {}, "Columns that are no field of customers: note. --map COLUMN=FIELD"),
        ("customers", "kind,name.first", {}, "no field of customers: name.first. "),
        ("customers", "kind,mail", {"paths": ("mail=contact_points",)},
         "--map mail=contact_points names no field .*: contact_points.0.channel, "),
        ("customers", "kind,number", {"paths": ("number=external_ids.0.value",)},
         "--map number=external_ids.0.value names no .*: external_ids.0.source, external_ids.0.number. No"),
        ("customers", "kind,email", {"paths": ("email=email",)},
         "--map email=email names no field .*: occurred_at, brand, .*birth_date, .*contact_points.0.value, "),
        ("customers", "kind,nmae", {"paths": ("nmae=nmae.x",)}, "--map nmae=nmae.x names no field .*: name.$"),
        ("customers", "kind,nmae", {"paths": ("nmae=nmae", "nmae=nam")},
         "--map nmae=nam names no field .*--map nmae=nmae names no field "),
        ("customers", "kind,nmae", {"paths": ("nmae=nmae.x", "nmae=nmae.y")}, r"nmae=nmae\.x .* nmae=nmae\.y "),
        ("customers", "kind,nmae,n.y", {"paths": ("nmae=n.x",)}, "nmae=n.x names .*no field of customers: n.y. "),
        ("customers", "kind,nmae", {}, "no field of customers: nmae. "),
        ("customers", "kind,contact_points.0.value", {}, "No column gives contact_points.0.channel"),
        ("consents", "identifier.kind,identifier.value,occurred_at", {}, "purpose, evidence, channel or contact_"),
        ("withdrawals", "occurred_at", {}, "No column gives customer_id or identifier"),
        ("orders", HEADER.strip(), {**ORDERS, "paths": ORDERS["paths"][:-1], "mapped_only": True},
         "No column gives lines"),
        ("orders", HEADER.strip(), {**ORDERS, "constants": ORDERS["constants"][1:]},
         "No column gives identifier.kind"),
        ("customers", "kind,born", {"dates": ("born=%d.%m.%Y",), "mapped_only": True, "paths": ("kind=kind",)},
         "--dates names born, which is not mapped"),
        ("customers", "kind", {"dates": ("born=%d.%m.%Y",)}, "no column born"),
        ("customers", "name", {"constants": ("kind=robot",)}, "--set kind=robot: This must be one of: person"),
        ("customers", "kind", {"constants": ("birth_date=1.2.1980",)}, "--set birth_date=1.2.1980: "),
        ("customers", "kind", {"constants": ("colour.dark=red",)}, "--set colour.dark=red: This field is not"),
        ("customers", "kind", {"constants": ("country=XX",)}, "--set country=XX: A country is"),
        ("customers", "kind", {"constants": ("attributes.score=x",)}, "--set attributes.score=x: Declared as"),
        ("orders", HEADER.strip(), {**ORDERS, "constants": (*ORDERS["constants"], "occurred_at=2999-01-01")},
         "--set occurred_at=2999-01-01: "),
        ("consents", "identifier.value,occurred_at",
         {"constants": ("identifier.kind=email", "channel=email", "purpose=gossip", "evidence.source=form")},
         "--set purpose=gossip: "),
        ("complaints", "product", {"preset": "cfpb-complaints"}, r"no column .*consumer_disputed"),
    ],
)  # fmt: skip
def test_a_plan_that_no_row_can_fit_stops_before_the_first_row(
    world: World, kind: str, header: str, options: dict[str, Any], message: str
) -> None:
    declared(world, score="number")
    before = world.web.store.head()
    rows = header + "\n" + ",".join("x" for _ in header.split(",")) + "\n"
    with pytest.raises((UnreadableFile, UnusableOption), match=message):
        load(world, kind, rows, **options)
    assert world.web.store.head() == before


def test_a_constant_that_no_row_can_have_stops_an_import_of_json_too(world: World) -> None:
    with pytest.raises(UnusableOption, match="--set currency=euro: A currency is"):
        load(world, "orders", [{}], constants=("currency=euro", "lines.3.sku=CD"))


def test_all_reasons_why_no_row_can_fit_are_named_at_once(world: World) -> None:
    with pytest.raises(UnreadableFile, match=r"customers: note, colour\. .*No column gives kind"):
        load(world, "customers", "note,colour\nx,y\n")


def test_a_pattern_of_dates_may_be_for_joined_columns(world: World) -> None:
    rows = "day,time,identifier.kind,identifier.value\n01.03.2026,9:30,email,ana@example.org\n"
    options: dict[str, Any] = {"paths": ("day+time=occurred_at",), "dates": ("day+time=%d.%m.%Y %H:%M",)}
    assert counts(load(world, "withdrawals", rows, **options)) == (1, 0, 0)


# Shapes


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\r\nno;day;mail;amount\r\n1;2026-03-01T10:00:00Z;ana@example.org;9.90\r\n",
        "\ufeffsep=,\n" + HEADER + GOOD,
        "no,day,mail,amount,\n1,2026-03-01T10:00:00Z,ana@example.org,9.90,\n",
        "no,day,mail,amount,,,\n1,2026-03-01T10:00:00Z,ana@example.org,9.90\n",
        HEADER + GOOD.replace("\n", ",,\n"),
        HEADER.replace("mail", " mail\u00a0") + GOOD.replace("9.90", "9.90 "),
    ],
)
def test_a_line_about_the_separator_and_delimiters_after_the_last_column_are_read(
    world: World, text: str
) -> None:
    assert counts(load(world, "orders", text, **ORDERS)) == (1, 0, 0)
    assert amounts(world) == ["9.90"]


def test_a_line_about_the_separator_counts_as_a_line_and_stands_before_refused_rows(world: World) -> None:
    report = load(world, "orders", "sep=;\nno;day;mail;amount\n1;never;ana@example.org;1\n", **ORDERS)
    assert refusals(report) == [(3, "occurred_at", "invalid_instant")]
    assert written(report) == "sep=;\nno;day;mail;amount\n1;never;ana@example.org;1\n"


def test_refused_rows_of_a_file_with_cr_lines_are_written_with_cr(world: World) -> None:
    bad = '2,never,ana@example.org,"1.\r90"\n'
    report = load(world, "orders", (HEADER + GOOD + bad).replace("\n", "\r"), **ORDERS)
    assert counts(report) == (1, 0, 1)
    assert written(report) == (HEADER + bad).replace("\n", "\r")


def test_null_and_backslash_n_are_empty_cells_and_so_are_the_texts_that_are_named(world: World) -> None:
    declared(world, a="text", b="text", c="text")
    rows = "attributes.a,attributes.b,attributes.c\nNULL,\\N,x\n"
    assert counts(load(world, "customers", rows, **CUSTOMERS)) == (1, 0, 0)
    assert counts(load(world, "customers", rows, **CUSTOMERS, source="other", null=("x",))) == (1, 0, 0)
    assert attributes(world) == [{"c": "x"}, {}]


def test_short_and_long_rows_are_refused_with_what_to_do(world: World) -> None:
    short, long = "2,2026-03-01T10:00:00Z\n", "3,2026-03-01T10:00:00Z,ana@example.org,9,90\n"
    report = load(world, "orders", HEADER + GOOD + short + long, **ORDERS)
    assert refusals(report) == [(3, "", "wrong_cell_count"), (4, "", "wrong_cell_count")]
    said = [refused.errors[0]["message"] for refused in report.first_refused]
    assert "give each column a cell" in said[0]
    assert "in quotes" in said[1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_utf_16_is_read_with_and_without_a_mark(world: World, encoding: str) -> None:
    declared(world, name="text")
    text = "attributes.name\r\nZoë\r\nऊ\r\nÑandú\u0a0a\r\n"
    assert counts(load(world, "customers", text.encode(encoding), **CUSTOMERS)) == (3, 0, 0)
    assert [one["name"] for one in attributes(world)] == ["Zoë", "Ñandú\u0a0a", "ऊ"]


def test_utf_16_can_be_named_and_refused_rows_are_written_in_it(world: World) -> None:
    text = "имя,kind\r\nЗоя,robot\r\n"
    options: dict[str, Any] = {"encoding": "utf-16-le", "paths": ("имя=name",)}
    report = load(world, "customers", text.encode("utf-16-le"), **options)
    assert refusals(report) == [(2, "kind", "unknown_word")]
    assert report.refused_rows is not None
    assert report.refused_rows.rows.getvalue() == text.encode("utf-16-le")  # type: ignore[attr-defined]


def test_broken_utf_16_refuses_its_row_only(world: World) -> None:
    data = "name\nAna\n".encode("utf-16-le") + b"\x00\xd8x\x00\n\x00" + "Eva\n".encode("utf-16-le") + b"\x00"
    report = load(world, "customers", data, **CUSTOMERS)
    assert refusals(report) == [(3, "name", "wrong_encoding"), (5, "name", "wrong_encoding")]


def test_a_header_in_one_column_says_which_delimiter_to_name(world: World) -> None:
    with pytest.raises(UnreadableFile, match="--delimiter ';'"):
        load(world, "customers", "name;kind\nAna;person\n")
    with pytest.raises(UnreadableFile, match="--delimiter tab"):
        load(world, "customers", "name\tkind\nAna\tperson\n")
    with pytest.raises(UnreadableFile, match="take the quotes around the lines away"):
        load(world, "customers", '"name,kind"\n"Ana,person"\n')


# Margins


def test_texts_from_a_file_have_no_margins_and_one_unicode_form(world: World) -> None:
    declared(world, name="text")
    rows = "attributes.name, attributes.note \n Jose\u0301\u00a0,x\n\u3000,y\n"
    assert counts(load(world, "customers", rows, **CUSTOMERS, source=" cafe\u0301 ")) == (2, 0, 0)
    assert attributes(world) == [{"name": "José"}, {}]
    same = "attributes.name,attributes.note\nJosé,x\n,y\n"
    assert nothing_changes(world, "customers", same, **CUSTOMERS, source="café")


# Refused rows


def wrong_cells(report: Report) -> list[tuple[str | None, str, str]]:
    """The column, the field and the code of each error of the only refused row."""
    (refused,) = report.first_refused
    return [(error.get("column"), error["path"], error["code"]) for error in refused.errors]


def test_a_refused_customer_names_every_wrong_cell_in_the_order_of_the_columns(world: World) -> None:
    declared(world, score="number")
    rows = "born,mobile,mail,mail2,attributes.score,land\n31.12.1999,12,nobody,,many,XX\n"
    options: dict[str, Any] = {
        "paths": (
            "born=birth_date",
            "mobile=contact_points.0.value",
            "mail2=contact_points.1.value",
            "mail=contact_points.2.value",
            "land=country",
        ),
        "constants": (
            "kind=person",
            "contact_points.0.channel=sms",
            *(f"contact_points.{index}.channel=email" for index in (1, 2)),
        ),
    }
    report = load(world, "customers", rows, **options)
    assert wrong_cells(report) == [
        ("born", "birth_date", "invalid_date"),
        ("mobile", "contact_points.0.value", "invalid"),
        ("mail", "contact_points.2.value", "invalid"),
        ("attributes.score", "attributes.score", "wrong_type"),
        ("land", "country", "invalid_country"),
    ]
    assert "--dates PATTERN" in message_of(report)


def test_a_number_without_its_country_is_refused_with_the_variable_that_names_it(
    database: Any, tmp_path: Path
) -> None:
    options: dict[str, Any] = {
        "paths": ("mobile=contact_points.0.value",),
        "constants": ("kind=person", "contact_points.0.channel=sms"),
    }
    with closing(World(database, tmp_path, FARLEY_REGION="")) as world:
        report = load(world, "customers", "mobile\n030 123456\n", **options)
    assert wrong_cells(report) == [("mobile", "contact_points.0.value", "no_country_code")]
    assert message_of(report).endswith("FARLEY_REGION names the country of numbers without one.")


def test_a_refused_order_names_every_wrong_cell(world: World) -> None:
    rows = HEADER + ",2999-01-01,nobody,9.999\n"
    report = load(world, "orders", rows, **ORDERS, key=("no",))
    assert wrong_cells(report) == [
        ("no", "no", "missing_key"),
        ("day", "occurred_at", "in_future"),
        ("mail", "identifier.value", "invalid"),
        ("amount", "lines.0.amount", "too_many_digits"),
    ]


def test_a_refused_consent_names_every_wrong_cell(world: World) -> None:
    rows = "mail,day,channel,purpose,evidence.source,expires_at\nnobody,,fax,gossip,,never\n"
    paths = ("mail=identifier.value", "day=occurred_at")
    report = load(world, "consents", rows, paths=paths, constants=("identifier.kind=email",))
    assert wrong_cells(report) == [
        ("mail", "identifier.value", "invalid"),
        ("day", "occurred_at", "missing"),
        ("channel", "channel", "unknown_word"),
        ("purpose", "purpose", "undeclared_name"),
        ("evidence.source", "evidence", "missing"),
        ("expires_at", "expires_at", "invalid_instant"),
    ]


def test_cells_in_another_encoding_are_named_together_with_the_other_wrong_cells(world: World) -> None:
    data = "name,kind,country\nZoë,hombre,España\n".encode("latin-1")
    report = load(world, "customers", data)
    assert wrong_cells(report) == [
        ("name", "name", "wrong_encoding"),
        ("kind", "kind", "unknown_word"),
        ("country", "country", "wrong_encoding"),
    ]


def test_a_refused_row_of_json_names_every_wrong_field(world: World) -> None:
    row: dict[str, Any] = {"kind": "robot", "birth_date": 7, "country": "XX", "colour": "red"}
    assert [(path, code) for _, path, code in wrong_cells(load(world, "customers", [row]))] == [
        ("kind", "unknown_word"),
        ("birth_date", "invalid_date"),
        ("colour", "unknown_field"),
        ("country", "invalid_country"),
    ]


def test_a_stray_quote_costs_its_own_row_and_the_report_says_which_lines_it_covered(world: World) -> None:
    rows = [f'{number},2026-03-01T10:00:00Z,ana@example.org,"{number}.90"\n' for number in range(1, 1_500)]
    rows[700] = '"' + rows[700].replace('"', "")
    rows[1_200] = '1201,2026-03-01T10:00:00Z,ana@example.org,9.90"\n'
    report = load(world, "orders", HEADER + "".join(rows), **ORDERS)
    assert counts(report) == (1_497, 0, 2)
    assert [(line, code) for line, _, code in refusals(report)] == [
        (702, "stray_quote"),
        (1202, "invalid_money"),
    ]
    assert written(report) == HEADER + rows[700] + rows[1_200]
    first, _ = reasons(report)
    assert (first["line"], first["last_line"]) == (702, 703)
    assert first["text"] == rows[700] + rows[701]


def test_the_mentions_of_airlines_lose_no_row_to_their_stray_quotes() -> None:
    """Every line that begins with the id of a mention is a row, but one that well-formed CSV hides."""
    starts = re.compile(r"([0-9]\.[0-9]+E\+17|[0-9]{18}),")
    with sample("airline_mentions.csv").open("rb") as file:
        rows = list(
            RowFile(
                file,
                Layout(encoding="latin-1"),
                is_row=lambda cells: cells["tweet_created"] == "" or "2015" in cells["tweet_created"],
            )
        )
    hidden = [row.line for row in rows if any(starts.match(line) for line in row.lines[1:])]
    assert (len(rows), hidden) == (14_639, [6321])
    assert sum(len(row.lines) for row in rows) == 14_848
    assert Counter(row.refusal.code for row in rows if row.refusal) == {
        "stray_quote": 13,
        "wrong_cell_count": 12,
    }


def test_the_file_of_refused_rows_is_in_file_order_and_can_be_imported_again(world: World) -> None:
    rows = [
        {
            "identifier": {"kind": "email", "value": f"p{number}@example.org"},
            "occurred_at": "2026-03-01T00:00:00Z",
            "channel": "email",
            "purpose": "marketing",
            "evidence": {"source": "shop"},
        }
        for number in range(300)
    ]
    for number in range(0, 300, 3):
        rows[number]["purpose"] = "undeclared" if number % 2 else 7  # by the use case, or by the schema
    report = load(world, "consents", rows)
    assert report.rows == 300
    lines = written(report).splitlines()
    assert lines == [json.dumps(row) for row in rows if row["purpose"] in ("undeclared", 7)][: len(lines)]
    assert [reason["line"] for reason in reasons(report)] == sorted(
        reason["line"] for reason in reasons(report)
    )
    again = load(world, "consents", [json.loads(line) for line in lines])
    assert counts(again) == (0, 0, report.refused)
    assert written(again) == written(report)


def test_refused_rows_of_csv_can_be_imported_again_as_they_are(world: World, tmp_path: Path) -> None:
    file, refused = tmp_path / "till.csv", tmp_path / "refused.csv"
    bad = '2,"2026-03-01T10:00:00Z,ana@example.org,1.90\n4,never,ana@example.org,1\n'
    file.write_text(HEADER + GOOD + bad.replace("\n4", "\n3,2026-03-01T10:00:00Z,ana@example.org,3.00\n4"))
    options = [f"--map={path}" for path in ORDERS["paths"]] + [
        f"--set={text}" for text in ORDERS["constants"]
    ]
    done = run_farley(world.database, tmp_path, "import", "orders", file, *options, "--refused", refused)
    assert done.returncode == 2, done.stderr
    assert refused.read_text() == HEADER + bad
    assert "lines 3 to 5: A quote in line 3 opens a cell" in done.stdout
    assert '  3 | 2,"2026-03-01T10:00:00Z,ana@example.org,1.90' in done.stdout
    refused.write_text(refused.read_text().replace('"', "").replace("never", "2026-03-01"))
    done = run_farley(world.database, tmp_path, "import", "orders", refused, *options, "--source", "till")
    assert done.returncode == 0, done.stdout
    assert amounts(world) == ["9.90", "1.90", "3.00", "1.00"]
    wrong_ending = tmp_path / "refused.jsonl"
    done = run_farley(world.database, tmp_path, "import", "orders", file, *options, "--refused", wrong_ending)
    assert (done.returncode, wrong_ending.exists()) == (1, False)
    assert "give it the ending .csv" in done.stderr


# Doubles


NUMBERED: dict[str, Any] = {
    "paths": ("number=external_ids.0.number",),
    "constants": ("kind=person", "external_ids.0.source=erp"),
}


def test_a_new_customer_with_an_external_id_that_another_customer_holds_is_reported(world: World) -> None:
    rows = "name,number\nAna,1\nBen,2\nEva,\n"
    assert load(world, "customers", rows, **NUMBERED).doubles == []
    assert load(world, "customers", rows, **NUMBERED).doubles == []
    report = load(world, "customers", "name,number\nDan,4\nAna,1\nBen,2\n", **NUMBERED, key=("number",))
    assert (counts(report), sorted(report.doubles)) == ((3, 0, 0), [3, 4])
    assert load(world, "customers", rows.replace("Eva,\n", ""), **NUMBERED, key=("number",)).doubles == []


def test_the_command_reports_possible_doubles_with_their_lines(world: World, tmp_path: Path) -> None:
    file = tmp_path / "erp.csv"
    file.write_text("name,number\nAna,1\nBen,2\n")
    options = [*("--map", "number=external_ids.0.number"), *("--set", "external_ids.0.source=erp")]
    told = [
        run_farley(
            world.database, tmp_path, "import", "customers", file, "--set", "kind=person", *options, *key
        ).stdout
        for key in ([], ["--key", "number"])
    ]
    assert ["Possible doubles" in text for text in told] == [False, True]
    assert "an external id of another customer: 2 new rows (lines 2, 3)" in told[1]


def test_the_advice_about_other_content_fits_the_key_that_was_given(world: World) -> None:
    options: dict[str, Any] = {**CUSTOMERS, "key": ("language",)}
    report = load(world, "customers", "name,language\nAna,es\nBen,es\n", **options)
    assert refusals(report) == [(3, "", "different_content")]
    assert "--key language,COLUMN" in message_of(report)
    orders = {**ORDERS, "key": ()}
    report = load(world, "orders", HEADER + GOOD + GOOD.replace("9.90", "8.90"), **orders)
    assert "--key COLUMN,COLUMN names" in message_of(report)


# Attributes


def test_attributes_that_are_not_declared_are_stored_and_reported_with_the_nearest_name(world: World) -> None:
    declared(world, points="number")
    rows = "attributes.pionts,attributes.points,attributes.xyz\n1,2,\n"
    report = load(world, "customers", rows, **CUSTOMERS)
    assert (counts(report), report.undeclared_attributes) == ((1, 0, 0), {"attributes.pionts": "points"})
    report = load(world, "customers", [{"kind": "person", "attributes": {"xyz": 1, "points": 2}}])
    assert (counts(report), report.undeclared_attributes) == ((1, 0, 0), {"attributes.xyz": None})


def test_attributes_of_a_refused_row_are_not_reported_as_stored(world: World) -> None:
    report = load(world, "customers", [{"kind": "robot", "attributes": {"xyz": 1}}])
    assert (counts(report), report.undeclared_attributes) == ((0, 0, 1), {})


def test_a_name_that_is_not_declared_is_reported_where_the_row_has_it(world: World) -> None:
    row = {
        "identifier": {"kind": "email", "value": "ana@example.org"},
        "category": "delivery",
        "severity": "low",
        "channel": "phone",
        "brand": "North",
        "responses": [{"text": "Sorry.", "brand": "South", "occurred_at": "2026-03-02T11:00:00Z"}],
    }
    report = load(world, "complaints", [row])
    assert (counts(report), refusals(report)) == ((1, 0, 0), [])
    assert {(name.path, name.name) for name in report.undeclared_names} == {
        ("brand", "North"),
        ("responses.0.brand", "South"),
    }


def test_the_command_names_attributes_that_are_not_declared(world: World, tmp_path: Path) -> None:
    file = tmp_path / "till.csv"
    file.write_text("kind,attributes.pionts,attributes.xyz\nperson,1,2\n")
    declared(world, points="number")
    done = run_farley(world.database, tmp_path, "import", "customers", file)
    assert (
        "not declared, and are stored as they are: attributes.pionts (declared: points), attributes.xyz."
        in done.stdout
    )
