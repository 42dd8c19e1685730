"""`farley import` on a store: what is accepted, what is known already, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from application.customers.whose import GivenIdentifier
from domain.errors import FarleyError
from domain.facts import derived_id
from infrastructure.machine import logs
from tests.acceptance.filled import run_farley
from tests.acceptance.importing import counts, load, nothing_changes, reasons, refusals, written
from tests.interfaces.cli.conftest import Operator
from tests.world import World

ORDER = {
    "identifier": {"kind": "external_id", "source": "shop", "value": "7"},
    "occurred_at": "2026-03-01T10:00:00Z",
    "lines": [{"sku": "CD", "quantity": 2, "amount": "19.90"}],
}
VISIT = {
    "source": "web",
    "identifier": {"kind": "email", "value": "anna@example.org"},
    "channel": "web",
    "direction": "inbound",
    "kind": "visit",
    "occurred_at": "2026-03-01T10:00:00Z",
}


@pytest.fixture
def operator(world: World, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """Types in this process: to start one takes most of a second."""
    # Log lines of this process are the tests' own business.
    monkeypatch.setattr(logs, "configure", lambda process: None)
    return Operator(world)


def test_customers_get_an_id_that_derives_from_source_and_key(world: World) -> None:
    rows = "no,name,mail\n1,Anna,anna@example.org\n2,Ben,\n"
    mapping: dict[str, Any] = {
        "key": ("no",),
        "paths": ("no=external_ids.0.number", "mail=contact_points.0.value"),
        "constants": ("kind=person", "external_ids.0.source=shop", "contact_points.0.channel=email"),
    }
    assert counts(load(world, "customers", rows, **mapping)) == (2, 0, 0)
    assert nothing_changes(world, "customers", rows, **mapping)
    world.fold()
    with world.reading() as connection:
        points = connection.execute(
            "select c.customer_id, count(p.contact_point_id) as points"
            " from customer c left join contact_point p using (customer_id) group by 1"
        ).fetchall()
    ids = [derived_id("import-customer", "shop", number) for number in ("1", "2")]
    assert {row["customer_id"]: row["points"] for row in points} == {ids[0]: 1, ids[1]: 0}


def test_two_equal_rows_are_two_orders_and_importing_them_again_is_none(world: World) -> None:
    rows = [ORDER, ORDER, {**ORDER, "occurred_at": "2026-03-01T11:00:00Z"}]
    assert counts(load(world, "orders", rows)) == (3, 0, 0)
    assert nothing_changes(world, "orders", rows)
    assert nothing_changes(world, "orders", rows[::-1])


def test_a_row_with_an_identity_of_its_own_keeps_it(world: World) -> None:
    rows = [{**ORDER, "source": "erp", "number": "A-1"}, {**ORDER, "number": "A-1"}]
    assert counts(load(world, "orders", rows)) == (2, 0, 0)
    world.fold()
    with world.reading() as connection:
        found = connection.execute("select source, number from purchase order by source").fetchall()
    assert [tuple(row.values()) for row in found] == [("erp", "A-1"), ("shop", "A-1")]


def test_the_same_key_with_another_content_is_refused_and_the_first_stays(world: World) -> None:
    rows = [{**ORDER, "n": 1}, {**ORDER, "n": 1, "currency": "USD"}]
    report = load(world, "orders", rows, key=("n",), paths=("n=number",))
    assert counts(report) == (1, 0, 1)
    assert refusals(report) == [(2, "", "different_content")]


def test_bad_rows_are_named_by_line_and_path_and_the_others_are_stored(world: World) -> None:
    good = [{**VISIT, "message_id": str(number)} for number in range(1200)]
    rows = [
        *good[:600],
        {**good[0], "message_id": "a", "channel": "telegraph"},
        *good[600:],
        {**good[0], "message_id": "b", "identifier": {"kind": "email", "value": "nobody"}},
        {**good[0], "message_id": "c", "occurred_at": "2027-01-01T00:00:00Z"},
        {**good[0], "message_id": "d", "colour": "red"},
        {**good[0], "direction": "outbound"},
    ]
    report = load(world, "touchpoints", rows)
    assert counts(report) == (1200, 0, 5)
    assert refusals(report) == [
        (601, "channel", "unknown_word"),
        (1202, "identifier.value", "invalid"),
        (1203, "occurred_at", "in_future"),
        (1204, "colour", "unknown_field"),
        (1205, "message_id", "different_content"),
    ]
    same_number = report.first_refused[-1].errors[0]["message"]
    assert "--key" in same_number
    assert "batch" not in same_number
    assert nothing_changes(world, "touchpoints", rows)


def test_a_file_of_bad_rows_leaves_the_log_as_it_is(world: World) -> None:
    before = world.web.store.head()
    bad_orders = [{}, {**ORDER, "lines": []}, {**ORDER, "currency": "usd"}, {**ORDER, "customer_id": "x"}]
    assert counts(load(world, "orders", bad_orders)) == (0, 0, 4)
    complaint = {"constants": ("category=other", "severity=low", "channel=web", "identifier.kind=email")}
    rows = "identifier.value,occurred_at,subject\nana@example.org,2026-03-01,{}\n"
    assert counts(load(world, "complaints", rows.format("\x00"), **complaint)) == (0, 0, 1)
    assert counts(load(world, "customers", "kind,birth_date\nrobot,\nperson,1980-13-01\n")) == (0, 0, 2)
    unknown = "customer_id,occurred_at\n8c0f2f0e-5f4f-4a52-9d64-0b3d6a1c7f10,2026-01-01\n"
    report = load(world, "withdrawals", unknown)
    assert refusals(report) == [(2, "", "customer_not_found")]
    assert world.web.store.head() == before


def test_refused_rows_are_written_with_what_was_wrong(world: World) -> None:
    report = load(world, "orders", [ORDER, {**ORDER, "lines": []}])
    assert written(report) == json.dumps({**ORDER, "lines": []}) + "\n"
    (reason,) = reasons(report)
    assert (reason["line"], reason["last_line"], reason["errors"][0]["path"]) == (2, 2, "lines")
    assert json.loads(reason["text"]) == {**ORDER, "lines": []}


def test_a_consent_needs_its_date_and_an_old_one_does_not_undo_a_newer_withdrawal(world: World) -> None:
    person = world.customer("anna@example.org", consent=False)
    consents = "identifier.value,occurred_at\nanna@example.org,{}\n"
    mapping: dict[str, Any] = {
        "constants": (
            "identifier.kind=email",
            "channel=email",
            "purpose=marketing",
            "evidence.source=form",
        ),
    }
    undated = load(world, "consents", consents.format(""), **mapping)
    assert refusals(undated) == [(2, "occurred_at", "missing")]
    world.withdraw(person)
    old = consents.format("2026-03-01")
    assert counts(load(world, "consents", old, **mapping)) == (1, 0, 0)
    assert nothing_changes(world, "consents", old, **mapping)
    run_id = world.start(world.campaign())
    world.run_to_end(world.dispatcher())
    assert world.decisions(run_id)[person]["reasons"][0]["code"] == "CONSENT_WITHDRAWN"


def test_withdrawals_of_someone_never_registered_bind_whoever_registers_later(world: World) -> None:
    rows = "identifier.kind,identifier.value,occurred_at\nemail,ben@example.org,2026-03-02T11:00:00Z\n"
    assert counts(load(world, "withdrawals", rows)) == (1, 0, 0)
    assert nothing_changes(world, "withdrawals", rows)
    person = world.customer("ben@example.org", consent=False)
    run_id = world.start(world.campaign())
    world.run_to_end(world.dispatcher())
    assert world.decisions(run_id)[person]["outcome"] == "suppressed"


def test_a_complaint_comes_with_its_steps_and_a_later_file_may_add_some(world: World) -> None:
    opened = {
        "number": "C-1",
        "identifier": {"kind": "email", "value": "anna@example.org"},
        "category": "delivery",
        "severity": "high",
        "channel": "post",
        "occurred_at": "2026-02-01T00:00:00Z",
        "responses": [{"occurred_at": "2026-01-31T00:00:00Z", "text": "We are sorry."}],
    }
    closing = {"occurred_at": "2026-02-20T00:00:00Z", "root_cause": "carrier", "outcome": "upheld"}
    closed = {**opened, "closings": [closing]}
    assert counts(load(world, "complaints", [opened])) == (1, 0, 0)
    assert nothing_changes(world, "complaints", [opened])
    assert counts(load(world, "complaints", [closed])) == (1, 0, 0)
    assert nothing_changes(world, "complaints", [closed])
    report = load(world, "complaints", [{**closed, "closings": [{**closing, "outcome": "rejected"}]}])
    assert refusals(report) == [(1, "", "complaint_already_closed")]
    world.fold()
    with world.reading() as connection:
        (row,) = connection.execute("select status, first_responded_at < opened_at as early from complaint")
    assert (row["status"], row["early"]) == ("closed", True)


def test_what_is_said_of_one_person_is_told_in_the_order_of_the_file(world: World) -> None:
    rows = [
        {
            "identifier": {"kind": "email", "value": f"p{number % 5}@example.org"},
            "reason": str(number),
            "occurred_at": "2026-03-01T00:00:00Z",
            "topic": f"t{number}",
        }
        for number in range(200)
    ]
    assert counts(load(world, "withdrawals", rows)) == (200, 0, 0)
    whose = world.services.whose.identified(GivenIdentifier(kind="email", value="p3@example.org"))
    world.fold()
    with world.reading() as connection:
        told = connection.execute(
            "select detail ->> 'topic' as topic from timeline_entry where customer_id = %s order by position",
            [whose],
        ).fetchall()
    assert [row["topic"] for row in told] == [f"t{number}" for number in range(3, 200, 5)]


@pytest.mark.parametrize(("bad", "code"), [("", 0), ("x,nonsense,nobody,1\n", 2)])
def test_the_command_reports_and_its_exit_code_says_whether_rows_were_refused(
    world: World, tmp_path: Path, bad: str, code: int
) -> None:
    file = tmp_path / "till.csv"
    file.write_text(f"no,day,mail,amount\n1,1997-01-01,anna@example.org,9.90\n{bad}")
    done = run_farley(
        world.database,
        tmp_path,
        *("import", "orders", file, "--key", "no", "--refused", tmp_path / "refused.csv"),
        *("--map", "no=number", "--map", "day=occurred_at", "--map", "mail=identifier.value"),
        *("--map", "amount=lines.0.amount", "--set", "lines.0.sku=CD", "--set", "lines.0.quantity=1"),
        *("--set", "identifier.kind=email", "--zone", "Europe/Berlin"),
    )
    assert done.returncode == code, done.stderr
    assert "orders of source till from till.csv" in done.stdout
    assert "1 date had no time or no offset: read in Europe/Berlin." in done.stdout
    assert ("line 3: column day (occurred_at): This must be an instant" in done.stdout) == bool(bad)
    assert (tmp_path / "refused.csv").read_text() == ("no,day,mail,amount\n" + bad if bad else "")
    assert len((tmp_path / "refused.reasons.jsonl").read_text().splitlines()) == bool(bad)
    assert ("  3 | x,nonsense,nobody,1" in done.stdout) == bool(bad)
    assert ("import them with the same options and --source till." in done.stdout) == bool(bad)


def test_refused_rows_are_not_written_over_the_file_that_is_imported(world: World, tmp_path: Path) -> None:
    file = tmp_path / "till.csv"
    file.write_text("number\n1\n")
    done = run_farley(world.database, tmp_path, "import", "orders", file, "--refused", file)
    assert (done.returncode, file.read_text()) == (1, "number\n1\n")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("number\n1\n", ["--map", "absent=number"]),
        ("number,number\n1,1\n", []),
        ("number\n1\n", ["--set", "lines.0.quantity=many"]),
    ],
)
def test_an_error_that_stops_the_import_leaves_the_refused_rows_of_an_earlier_one(
    operator: Operator, tmp_path: Path, text: str, options: list[str]
) -> None:
    file, refused, reasons_of_it = (
        tmp_path / name for name in ("till.csv", "refused.csv", "refused.reasons.jsonl")
    )
    file.write_text(text)
    refused.write_text("number\n7\n")
    reasons_of_it.write_text("{}\n")
    operator.is_refused("import", "orders", str(file), "--refused", str(refused), *options)
    assert (refused.read_text(), reasons_of_it.read_text()) == ("number\n7\n", "{}\n")
    assert not list(tmp_path.glob(".*.new"))


def test_an_end_replaces_the_refused_rows_of_an_earlier_import_and_keeps_who_may_read_them(
    world: World, tmp_path: Path
) -> None:
    file, refused = tmp_path / "till.csv", tmp_path / "refused.csv"
    file.write_text("number,occurred_at,amount\n1,never,9\n")
    refused.write_text("number\n7\n")
    refused.chmod(0o600)
    done = run_farley(world.database, tmp_path, "import", "consents", file, "--refused", refused)
    assert (done.returncode, refused.read_text()) == (1, "number\n7\n"), done.stderr
    done = run_farley(
        world.database,
        tmp_path,
        *("import", "orders", file, "--refused", refused, "--set", "lines.0.sku=CD"),
        *("--set", "lines.0.quantity=1", "--map", "amount=lines.0.amount", "--set", "identifier.kind=email"),
        *("--set", "identifier.value=anna@example.org"),
    )
    assert (done.returncode, refused.read_text()) == (2, file.read_text()), done.stderr
    assert refused.stat().st_mode & 0o777 == 0o600


def test_refused_rows_replace_no_device(world: World, tmp_path: Path) -> None:
    file = tmp_path / "till.csv"
    file.write_text("number\n1\n")
    done = run_farley(world.database, tmp_path, "import", "orders", file, "--refused", "/dev/null")
    assert done.returncode == 1
    assert "no regular file" in done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--source", ""], "--source is empty"),
        (["--source", " "], "--source is empty"),
        (["--key", ","], "--key names no column"),
        (["--header", ""], "--header names no column"),
        (["--delimiter", ""], "--delimiter is one character"),
        (["--encoding", ""], "No encoding has the name ''"),
        (
            ["--refused", "absent/none.csv"],
            "--refused names a file in the folder absent, which does not exist",
        ),
    ],
)
def test_an_option_without_a_usable_value_is_refused(
    operator: Operator, tmp_path: Path, options: list[str], message: str
) -> None:
    file = tmp_path / "till.csv"
    file.write_text("name,kind\nAna,person\n")
    done = operator.types("import", "customers", str(file), *options)
    assert (done.exit_code, done.output) == (1, "")
    assert isinstance(done.exception, FarleyError)
    assert message in done.exception.message
