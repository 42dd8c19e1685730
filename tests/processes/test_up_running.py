"""What runs after `farley up`, and who may come in."""

from urllib.parse import urlsplit

import psycopg
import pytest

from tests.processes.up import Up, environment, eventually, farley, free_port

CUSTOMER = {
    "kind": "person",
    "name": "Ana",
    "contact_points": [{"channel": "email", "value": "ana@example.org"}],
}


def admin_key(up: Up) -> str:
    return up.banner["administrator"].split()[0]


def test_the_banner_says_what_a_person_needs(up: Up) -> None:
    assert up.banner["listens on"].startswith(f"http://127.0.0.1:{up.port}")
    assert up.banner["API"].endswith("/docs")
    assert admin_key(up).startswith("frl_")
    assert str(up.home) in up.banner["data"]
    assert up.reporting_url.startswith("postgresql://farley_reporting:")
    assert up.banner["e-mail"].startswith("transport drop")
    assert up.banner["stop"] == "Ctrl-C"


def test_without_the_variable_of_a_key_it_is_ready_once_a_key_is_made_and_shown(up: Up) -> None:
    assert up.answer("/health/ready")[0] == 200
    assert up.answer("/api/customers?email=nobody@example.org", key=admin_key(up))[0] == 200


def test_everything_is_ready_and_takes_a_customer_with_the_key_of_the_banner(up: Up) -> None:
    key = admin_key(up)
    assert up.answer("/health/ready")[1]["ready"] is True
    status, registered = up.answer("/api/customers", CUSTOMER, key)
    assert status == 201
    known = farley(up.home, "history", registered["customer_id"])
    assert known.returncode == 0, known.stderr
    assert "customers.CustomerRegistered" in known.stdout
    assert "Ana" in known.stdout


def test_a_second_start_on_the_home_is_told_who_holds_it(up: Up) -> None:
    refused = farley(up.home, "up", FARLEY_PORT=str(free_port()))
    assert refused.returncode == 1
    assert f"process {up.process.pid}, since 20" in refused.stderr
    assert f"on port {up.port}" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert up.answer("/health/live")[0] == 200


def test_a_port_that_is_taken_is_named_and_nothing_is_left_running(up: Up) -> None:
    home = up.home.with_name("another home")
    refused = farley(home, "up", FARLEY_PORT=str(up.port))
    assert refused.returncode == 1
    assert "FARLEY_PORT" in refused.stderr
    assert not (home / "postgres").exists()


def test_a_reporting_tool_reads_the_views_and_nothing_else(up: Up) -> None:
    with psycopg.connect(up.reporting_url, autocommit=True) as connection:
        views = [
            row[0]
            for row in connection.execute("select viewname from pg_views where schemaname = 'reporting'")
        ]
        assert views
        for view in views:
            connection.execute(f'select * from reporting."{view}" limit 1'.encode())
            connection.execute(f'select * from "{view}" limit 1'.encode())
        for forbidden in (
            "select * from log.events",
            "select * from log.facts",
            "select * from event.customer_registered",
            "select * from access.api_keys",
            "create table reporting.mine ()",
            "create schema mine",
            "set role farley_api",
        ):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
                connection.execute(forbidden.encode())


@pytest.mark.parametrize("user", ["farley_api", "farley_owner", "farley_keys", "postgres"])
def test_nobody_else_comes_in_by_tcp(up: Up, user: str) -> None:
    url = urlsplit(up.reporting_url)
    with pytest.raises(psycopg.OperationalError, match="pg_hba"):
        psycopg.connect(host="127.0.0.1", port=url.port, user=user, password=url.password, dbname="farley")


def test_a_wrong_password_does_not_open_the_reports(up: Up) -> None:
    url = urlsplit(up.reporting_url)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host="127.0.0.1", port=url.port, user=url.username, password="wrong", dbname="farley")


def test_what_is_secret_can_be_read_by_its_owner_only(up: Up) -> None:
    assert {path.stat().st_mode & 0o777 for path in (up.home / "keys").iterdir()} == {0o600}
    assert (up.home / "keys").stat().st_mode & 0o777 == 0o700


def test_check_finds_nothing_to_do(up: Up) -> None:
    # The other processes begin their work after the web process answers.
    assert eventually(lambda: "All is well." in farley(up.home, "check").stdout)
    checked = farley(up.home, "check")
    assert checked.returncode == 0, checked.stdout
    assert "All is well." in checked.stdout
    for works in ("web: answers at", "projector: works.", "dispatcher: works.", "scheduler: works."):
        assert f"ok     {works}" in checked.stdout


def test_verbs_leave_the_server_of_a_running_farley_alone(up: Up) -> None:
    before = up.server_pid()
    assert farley(up.home, "project", "status").returncode == 0
    assert up.server_pid() == before
    assert environment(up.home)["FARLEY_HOME"] == str(up.home)
