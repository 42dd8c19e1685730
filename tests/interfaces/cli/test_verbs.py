"""What operators type, on a real installation."""

import getpass
import json
import socket
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner

from application.access.keys import REMEMBERED_SECONDS
from application.customers.commands import (
    GivenContactPoint,
    GivenExternalId,
    RegisterCustomer,
    WithdrawConsent,
)
from application.customers.whose import GivenIdentifier
from application.suppressions.commands import GivenScope, ImposeSuppression
from domain.customers.consents import Consents
from domain.customers.errors import CustomerNotFound
from domain.errors import FarleyError, NotFound
from domain.identifiers.errors import PhoneExtension
from infrastructure.machine.clock import SystemClock
from infrastructure.postgres.recorder import LogEvent
from infrastructure.postgres.sleeping import Sleeper
from infrastructure.processes.heartbeat import Heartbeat
from interfaces.cli.main import VERBS, farley
from interfaces.cli.people import NamesNobody, SeveralCustomers
from interfaces.cli.project import NotLive, NotPaused
from projections.engine.definitions import PROJECTIONS, Projection
from tests.interfaces.cli.conftest import Operator
from tests.world import World


def registered(world: World, email: str = "ana@example.org", **more: Any) -> UUID:
    command = RegisterCustomer(
        kind="person", name="Ana", contact_points=(GivenContactPoint(channel="email", value=email),), **more
    )
    return UUID(world.services.customers.register_customer(command, world.request()).body["customer_id"])


def test_every_verb_says_what_it_does() -> None:
    for verb in VERBS:
        result = CliRunner().invoke(farley, [verb, "--help"])
        assert result.exit_code == 0, verb
        assert "Usage: " in result.output


def test_history_has_every_fact_of_all_profiles_of_a_person_in_order(
    world: World, operator: Operator
) -> None:
    ana = registered(world, external_ids=(GivenExternalId(source="shop", number="4711"),))
    other = registered(world, "bea@example.org")
    complaint = world.complain(ana)
    world.fold()
    for whom in (str(ana), "Ana@Example.org", "shop:4711"):
        facts = [json.loads(line) for line in operator.gets("history", whom, "--json").splitlines()]
        positions = [int(fact["position"]) for fact in facts]
        assert positions == sorted(positions)
        assert facts[0]["type"] == "customers.CustomerRegistered"
        assert facts[0]["data"]["name"] == "Ana"
        assert facts[-1]["type"] == "complaints.ComplaintOpened"
        assert positions[-1] == complaint
        assert str(other) not in str(facts)


def test_history_says_what_each_fact_means_with_one_value_a_line(world: World, operator: Operator) -> None:
    ana = world.customer("ana@example.org")
    world.complain(ana)
    world.fold()
    said = operator.gets("history", str(ana))
    lines = [line.strip() for line in said.splitlines()]
    assert "The customer complained." in lines
    assert f"recorded {world.clock.now():%Y-%m-%d %H:%M:%S} UTC" in lines
    assert {"purpose: marketing", "evidence.source: test"} <= set(lines)
    assert "_folded" not in said
    assert not any(line.endswith(("{}", "[]", "}", "]")) for line in lines)


def test_history_has_what_was_said_of_an_address_of_the_person(world: World, operator: Operator) -> None:
    ana = registered(world)
    scope = GivenScope(address="ana@example.org")
    command = ImposeSuppression(scope=scope, reason="HARD_BOUNCE", occurred_at=world.clock.now())
    world.services.suppressions.impose_suppression(command, world.request())
    world.fold()
    facts = [json.loads(line) for line in operator.gets("history", str(ana), "--json").splitlines()]
    assert facts[-1]["type"] == "suppressions.SuppressionImposed"


@pytest.mark.parametrize("verb", ["history", "view", "explain", "keys forget"])
@pytest.mark.parametrize("nobody", ["nobody@example.org", "crm:404", "fc1b16a6-d8cf-45da-b539-fb8a0364c23c"])
def test_somebody_of_whom_nothing_is_known_is_refused(
    world: World, operator: Operator, verb: str, nobody: str
) -> None:
    registered(world)
    world.fold()
    refused = operator.is_refused(*verb.split(), nobody)
    assert isinstance(refused, NotFound)
    assert refused.message == f"{nobody} is of nobody registered, and nothing is known of it."


@pytest.mark.parametrize("verb", ["explain", "history", "keys forget"])
@pytest.mark.parametrize("text", ["2a3e", "Ana"])
def test_a_text_that_names_nobody_is_refused_with_the_accepted_forms(
    operator: Operator, verb: str, text: str
) -> None:
    refused = operator.is_refused(*verb.split(), text)
    assert isinstance(refused, NamesNobody)
    assert refused.message == f"{text} is not an id, an e-mail address, a phone number or source:number."


def test_a_number_without_its_country_code_is_refused_with_the_variable_that_names_the_country(
    operator: Operator,
) -> None:
    operator.environment["FARLEY_REGION"] = ""
    advice = " A phone number needs + and its country code, unless FARLEY_REGION names its country."
    assert operator.is_refused("history", "030 123456").message.endswith(advice)
    assert operator.is_refused("history", "Ana").message.endswith("source:number.")


def test_a_phone_number_with_an_extension_says_what_is_wrong_with_it(operator: Operator) -> None:
    assert isinstance(operator.is_refused("history", "+49 30 901820 ext. 5"), PhoneExtension)


def test_an_address_that_two_people_hold_names_both_instead_of_guessing(
    world: World, operator: Operator
) -> None:
    people = [registered(world), registered(world)]
    world.fold()
    refused = operator.is_refused("history", "ana@example.org")
    assert isinstance(refused, SeveralCustomers)
    assert all(str(person) in refused.message for person in people)


def test_explain_names_each_rule_and_the_position_of_the_complaint_that_stops(
    world: World, operator: Operator
) -> None:
    ana = world.customer("ana@example.org")
    world.fold()
    assert "eligible: no rule stops it" in operator.gets("explain", str(ana))
    position = world.complain(ana)
    world.fold()
    said = operator.gets("explain", "ana@example.org", "--channel", "email", "--purpose", "marketing")
    assert "suppressed: OPEN_COMPLAINT" in said
    (stops,) = (line.split() for line in said.splitlines() if line.startswith("  OPEN_COMPLAINT"))
    assert stops[1:4] == ["stops", str(position), "complaints.ComplaintOpened"]
    assert "service" in operator.types("explain", str(ana), "--message-class", "nonsense").output


def test_explain_knows_registered_customers_only(operator: Operator) -> None:
    for nobody in (str(uuid4()), "030 901820", "Bea@Example.org", "shop:7"):
        refused = operator.is_refused("explain", nobody)
        assert isinstance(refused, CustomerNotFound)
        assert refused.message == f"{nobody} is of nobody registered, and nothing is known of it."


def test_explain_of_somebody_never_registered_says_how_many_facts_there_are_and_where_to_see_them(
    world: World, operator: Operator
) -> None:
    email = GivenIdentifier(kind="email", value="ana@example.org")
    world.services.customers.withdraw_consent(WithdrawConsent(identifier=email), world.request())
    scope = GivenScope(address="ana@example.org")
    command = ImposeSuppression(scope=scope, reason="HARD_BOUNCE")
    world.services.suppressions.impose_suppression(command, world.request())
    world.fold()
    refused = operator.is_refused("explain", "Ana@Example.org")
    assert isinstance(refused, CustomerNotFound)
    assert refused.message == (
        "Ana@Example.org is of nobody registered, but 2 facts are stored about it:"
        " see farley history Ana@Example.org"
    )
    assert len(operator.gets("history", "Ana@Example.org", "--json").splitlines()) == 2
    profile = str(world.services.whose.identified(email))
    assert "2 facts" in operator.is_refused("explain", profile).message
    command = WithdrawConsent(identifier=GivenIdentifier(kind="phone", value="030 901820"))
    world.services.customers.withdraw_consent(command, world.request())
    world.fold()
    told = operator.is_refused("explain", "030 901820").message
    assert told.endswith("but 1 fact is stored about it: see farley history '030 901820'")


def test_a_key_is_made_listed_and_revoked(world: World, operator: Operator) -> None:
    key = operator.types("keys", "create", "shop", "--scope", "orders:write", "--days", "30").stdout.strip()
    subject = world.services.access.subject_of(key)
    assert subject is not None
    assert (subject.name, subject.scopes) == ("shop", frozenset({"orders:write"}))
    listed = operator.gets("keys", "list")
    assert str(subject.key_id) in listed
    assert key not in listed
    operator.gets("keys", "revoke", str(subject.key_id))
    time.sleep(REMEMBERED_SECONDS)
    assert world.services.access.subject_of(key) is None
    assert "No live key" in operator.is_refused("keys", "revoke", str(subject.key_id)).message


def test_a_key_lives_a_hundred_years_at_most_and_has_each_scope_once(
    world: World, operator: Operator
) -> None:
    refused = operator.types("keys", "create", "shop", "--scope", "read", "--days", "99999999")
    assert (refused.exit_code, "36500" in refused.output) == (2, True)
    key = operator.types("keys", "create", "shop", "--scope", "read", "--scope", "read").stdout.strip()
    assert list(world.services.access.of_owner("shop")[0].owner.scopes) == ["read"]
    assert world.services.access.subject_of(key) is not None


def test_forgetting_somebody_again_says_that_nothing_was_left(world: World, operator: Operator) -> None:
    ana = registered(world)
    world.fold()
    assert "can no longer be read" in operator.gets("keys", "forget", str(ana), "--yes")
    assert "could not be read before, either" in operator.gets("keys", "forget", str(ana), "--yes")


def test_a_scope_that_does_not_exist_is_refused(operator: Operator) -> None:
    assert "'orders'" in operator.is_refused("keys", "create", "shop", "--scope", "orders").message


def test_forgetting_a_person_asks_first_and_leaves_everyone_else_readable(
    world: World, operator: Operator
) -> None:
    ana, bea = registered(world), registered(world, "bea@example.org")
    world.fold()
    assert operator.types("keys", "forget", str(ana), answers="n\n").exit_code == 1
    assert "Ana" in operator.gets("history", str(ana))
    world.located.drop_folder.mkdir(exist_ok=True)
    output = operator.gets("keys", "forget", "ana@example.org", "--yes")
    assert "Deleted 1 key of 2 profiles" in output
    assert f".eml files in {world.located.drop_folder}" in output
    forgotten = operator.gets("history", str(ana))
    assert "name: (forgotten)" in forgotten
    assert "ana@example.org" not in forgotten
    assert "bea@example.org" in operator.gets("history", str(bea))


def test_forgetting_shows_the_names_of_the_profiles_before_it_asks(world: World, operator: Operator) -> None:
    ana, anne = registered(world), world.customer("anne@example.org", name="Anne")
    registered(world, "bea@example.org")
    world.link(anne, ana)
    world.fold()
    said = operator.types("keys", "forget", str(anne), answers="n\n").output
    shown = [line for line in said.splitlines() if line.startswith("  ")]
    assert {f"  {ana}  Ana", f"  {anne}  Anne"} < set(shown)
    assert len(shown) == 4, "two customers and the profiles of their addresses"
    operator.gets("keys", "forget", str(anne), "--yes")
    assert f"  {anne}\n" in operator.types("keys", "forget", str(ana), answers="n\n").output


def test_forgetting_names_no_drop_folder_if_mail_goes_to_an_smtp_server(
    world: World, operator: Operator
) -> None:
    registered(world)
    world.fold()
    operator.environment["FARLEY_SMTP_URL"] = "smtp://127.0.0.1:25"
    assert ".eml" not in operator.gets("keys", "forget", "ana@example.org", "--yes")


def test_nobody_is_forgotten_by_read_models_that_are_behind(world: World, operator: Operator) -> None:
    ana = registered(world)
    refused = operator.is_refused("keys", "forget", str(ana), "--yes")
    assert "read models" in refused.message
    assert "Ana" in operator.gets("history", str(ana))


def test_status_shows_how_far_each_projection_is(world: World, operator: Operator) -> None:
    registered(world)
    world.fold()
    registered(world, "bea@example.org")
    head = world.web.store.head()
    lines = [line.split() for line in operator.gets("project", "status").splitlines()]
    assert lines[1] == ["log", str(head)]
    rows = {line[0]: line[1:] for line in lines if line[0] in PROJECTIONS}
    assert rows.keys() == set(PROJECTIONS)
    assert {row[-1] for row in rows.values()} == {
        "stalled"
    }  # no projector runs, and the facts are months old
    assert {int(row[1]) for row in rows.values()} == {head - int(rows["audience"][0])}


def test_a_rebuilt_projection_equals_the_live_one(world: World, operator: Operator) -> None:
    ana = world.customer("ana@example.org")
    world.complain(ana)
    world.fold()
    before = world.services.reading
    with before.snapshot() as connection:
        rows = connection.execute("select * from complaint").fetchall()
    assert "complaints is rebuilt" in operator.gets("project", "rebuild", "complaints")
    with before.snapshot() as connection:
        assert connection.execute("select * from complaint").fetchall() == rows
    assert operator.types("project", "rebuild", "nonsense").exit_code == 2


def actors(world: World) -> set[str]:
    """Who did something to a projection."""
    return {row[0] for row in world.projector.execute("select operator from operation.interventions")}


def test_several_or_all_projections_are_rebuilt_at_once_and_each_is_noted(
    world: World, operator: Operator
) -> None:
    world.complain(world.customer("ana@example.org"))
    head = world.fold()
    together = operator.gets("project", "rebuild", "identity", "audience", "identity")
    assert f"identity, audience are rebuilt up to position {head}." in together
    assert f"are rebuilt up to position {head}." in operator.gets("project", "rebuild", "--all")
    for wrong in (["rebuild"], ["rebuild", "--all", "audience"]):
        assert (
            "Name the projections to rebuild, or give --all, and not both."
            in operator.types("project", *wrong).output
        )
    rows = world.projector.execute(
        "select projection from operation.interventions where action = 'rebuild' order by intervention_id"
    ).fetchall()
    assert [row[0] for row in rows] == ["identity", "audience", *PROJECTIONS]
    assert actors(world) == {getpass.getuser()}


def test_verifying_names_the_table_that_differs_from_a_fresh_fold(world: World, operator: Operator) -> None:
    world.complain(world.customer("ana@example.org"))
    head = world.fold()
    assert f"complaints equals a fresh fold at position {head}." in operator.gets(
        "project", "verify", "complaints"
    )
    assert operator.gets("project", "verify", "--all").count("equals a fresh fold") == len(PROJECTIONS)
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("update read_complaints.complaint set category = 'other'")
    differs = operator.is_refused("project", "verify", "complaints", "customers")
    assert differs.message == (
        f"complaints: the table complaint differs from a fresh fold at position {head} (1 rows, 1 afresh)."
        " Run `farley project rebuild complaints`."
    )
    operator.gets("project", "rebuild", "complaints")
    assert "complaints equals a fresh fold" in operator.gets("project", "verify", "complaints")
    rows = world.projector.execute(
        "select count(*), min(position) from operation.interventions where action = 'verify'"
    ).fetchall()
    assert rows == [(1 + len(PROJECTIONS) + 2 + 1, head)]
    notes = world.projector.execute(
        "select projection, note, count(*) from operation.interventions"
        " where action = 'verify' and projection in ('complaints', 'customers') group by 1, 2 order by 1, 2"
    ).fetchall()
    assert notes == [
        ("complaints", "differs: complaint", 1),
        ("complaints", "equal", 3),
        ("customers", "equal", 2),
    ]


def test_a_verification_that_cannot_fold_a_fact_is_noted(
    world: World, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise ValueError("not any more")

    position = world.complain(world.customer("ana@example.org"))
    world.fold()
    with monkeypatch.context() as patched:
        patched.setattr(Projection, "fold", failing)
        assert "cannot fold the fact" in operator.is_refused("project", "verify", "complaints").message
    ((name, note),) = world.projector.execute(
        "select operator, note from operation.interventions where action = 'verify' and position <= %s",
        [position],
    ).fetchall()
    assert (name, note) == (getpass.getuser(), "cannot be folded: ValueError in failing")


def test_an_operator_pauses_a_projection_until_it_is_told_to_go_on(world: World, operator: Operator) -> None:
    position = world.fold()
    assert f"customers is paused at position {position}." in operator.gets("project", "pause", "customers")
    ana = registered(world)
    world.runner.catch_up()
    with world.reading() as connection:
        assert connection.execute("select from customer").fetchall() == []
    assert isinstance(operator.is_refused("project", "pause", "customers"), NotLive)
    assert "there is no fact to skip" in operator.is_refused("project", "skip", "customers").message
    assert f"projection customers: paused, at {position}," in operator.types("check").output
    assert "An operator paused it. `farley project retry customers` lets it" in operator.types("check").output
    assert f"customers goes on from position {position}." in operator.gets("project", "retry", "customers")
    world.fold()
    with world.reading() as connection:
        assert connection.execute("select customer_id from customer").fetchall() == [{"customer_id": ana}]
    rows = world.projector.execute(
        "select action, projection, position from operation.interventions order by intervention_id"
    ).fetchall()
    assert rows == [("pause", "customers", position), ("retry", "customers", position)]
    assert actors(world) == {getpass.getuser()}


def test_a_paused_projection_is_named_by_check_and_goes_on_when_it_is_told_to(
    world: World, operator: Operator
) -> None:
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("alter table read_complaints_1.complaint_step add constraint poison check (false)")
        position = world.complain(world.customer("ana@example.org"))
        world.runner.catch_up()
        checked = operator.types("check")
        assert checked.exit_code == 1
        assert f"wrong  projection complaints: paused, at {position - 1}, 1 behind. " in checked.output
        assert (
            f"The fact is at position {position}. Correct the cause and run `farley project" in checked.output
        )
        assert isinstance(operator.is_refused("project", "retry", "orders"), NotPaused)
        connection.execute("alter table read_complaints_1.complaint_step drop constraint poison")
    assert "complaints goes on from position" in operator.gets("project", "retry", "complaints")
    world.fold()
    assert "projection complaints: at" in operator.types("check").output


def test_a_projection_can_go_on_after_the_fact_that_stopped_it(world: World, operator: Operator) -> None:
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("alter table read_complaints_1.complaint_step add constraint poison check (false)")
        world.complain(world.customer("ana@example.org"))
        world.runner.catch_up()
    assert "complaints skips" in operator.gets("project", "skip", "complaints")
    world.fold()
    ((operator_name, note),) = world.projector.execute(
        "select operator, note from operation.interventions where action = 'skip'"
    ).fetchall()
    assert operator_name == getpass.getuser()
    assert "CheckViolation" in note


def test_a_further_key_for_a_name_is_a_rotation_and_a_third_is_refused(operator: Operator) -> None:
    create = ("keys", "create", "shop", "--scope", "write")
    assert "Rotation" not in operator.types(*create).stderr
    first = operator.gets("keys", "list").split()[0]
    said = operator.types(*create).stderr
    assert "Rotation: shop had a key before, and stays the same to Farley." in said
    assert f"Revoke the old one once the client has changed: {first}" in said
    assert (
        "shop has 2 live keys, as a rotation needs: revoke one first" in operator.is_refused(*create).message
    )
    operator.gets("keys", "revoke", first)
    operator.gets(*create)


def test_check_names_what_is_wrong_with_what_to_do(world: World, operator: Operator) -> None:
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("update log.installation set id_key_fingerprint = 'another'")
        connection.execute("grant update on log.events to farley_api")
        connection.execute("grant usage on schema log to farley_reporting")
        connection.execute("grant select on log.events to farley_reporting")
    operator.environment["FARLEY_PROT"] = "8001"
    said = operator.types("check")
    assert said.exit_code == 1
    for wrong in (
        "configuration: nothing reads FARLEY_PROT.",
        "FARLEY_ID_KEY: is not the key that this database was made with. Put the right key back",
        "farley_api: may UPDATE on log.events.",
        "farley_reporting: can use log.events.",
        "server: The server runs with fsync = off",
    ):
        assert f"wrong  {wrong}" in said.output


def test_check_points_out_what_may_not_be_meant_so_and_counts_it_not_as_wrong(operator: Operator) -> None:
    before = operator.types("check").output.splitlines()
    operator.environment["FARLEY_SMTP_URL"] = "smtp://mail.example.org"
    said = operator.types("check").output.splitlines()
    assert any(line.startswith("look   links in messages: lead to http://127.0.0.1:8000") for line in said)
    doubtful = sum(line.startswith("look ") for line in before)
    things, counted, number = before[-1].partition(" To be looked at: ")
    assert number == f"{doubtful}."
    assert said[-1] == f"{things}{counted}{doubtful + 1}."


def test_check_says_which_processes_run(world: World, operator: Operator) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        operator.environment["FARLEY_PORT"] = str(port)
        said = operator.types("check").output
    assert (
        f"look   web: does not answer at 127.0.0.1:{port}. Start `farley up`, or `farley web` alone." in said
    )
    for name in ("projector", "dispatcher", "scheduler"):
        assert f"look   {name}: does not run. Start `farley up`, or `farley {name}` alone." in said
    assert said.endswith(" To be looked at: 4.\n")
    Heartbeat(world.sending.pool.connection, Sleeper.PROJECTOR, SystemClock()).ended_well()
    assert "ok     projector: works." in operator.types("check").output


def test_check_gives_each_part_a_label_of_its_own(world: World, operator: Operator) -> None:
    world.fold()
    labels = [line.partition(": ")[0][7:] for line in operator.types("check").output.splitlines()[:-1]]
    assert [label for label in labels if labels.count(label) > 1] == []


def test_a_folder_without_an_installation_is_named_and_nothing_is_made_in_it(
    operator: Operator, tmp_path: Path
) -> None:
    for name in ("DATABASE_URL", "FARLEY_KEYS_URL", "FARLEY_ID_KEY", "FARLEY_WRAPPING_KEY"):
        operator.environment[name] = ""
    home = tmp_path / "elsewhere"
    operator.environment["FARLEY_HOME"] = str(home)
    refused = operator.is_refused("history", "ana@example.org")
    assert refused.message == (
        f"FARLEY_HOME is {home}, and nothing is installed there: {home}/keys/id.key does not exist, and FARLEY_ID_KEY"
        " is not set. If Farley is installed or runs in another folder, set FARLEY_HOME to that folder. `farley up`"
        " or `farley migrate` makes a new installation here."
    )
    assert refused.message in operator.types("check").output
    assert not home.exists()


def test_an_installation_that_lost_a_key_is_not_told_to_make_another(
    operator: Operator, tmp_path: Path
) -> None:
    operator.environment |= {"FARLEY_HOME": str(tmp_path), "FARLEY_ID_KEY": ""}
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "wrapping.key").write_text(operator.environment["FARLEY_WRAPPING_KEY"])
    assert operator.is_refused("history", "ana@example.org").message == (
        f"{tmp_path}/keys/id.key is missing or empty: put it back from your backup, or set FARLEY_ID_KEY."
    )


def test_a_key_of_another_length_is_not_called_missing(operator: Operator, tmp_path: Path) -> None:
    operator.environment |= {"FARLEY_HOME": str(tmp_path), "FARLEY_ID_KEY": ""}
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "wrapping.key").write_text(operator.environment["FARLEY_WRAPPING_KEY"])
    (tmp_path / "keys" / "id.key").write_text("c2l4dGVlbiBieXRlcyEh")
    assert operator.is_refused("history", "ana@example.org").message == (
        f"{tmp_path}/keys/id.key is not 32 bytes in base64; put the right one back."
    )


def test_check_says_whose_lease_is_waited_for_where_its_holder_is_silent(
    world: World, operator: Operator
) -> None:
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("select operation.hold_lease('dispatcher', 'machine:7:hung', 60)")
        connection.execute("update operation.leases set held_since = held_since - interval '1 minute'")
        connection.execute(
            "insert into operation.processes"
            " values (gen_random_uuid(), 'dispatcher', clock_timestamp(), clock_timestamp())"
        )
    said = operator.types("check")
    assert said.exit_code == 1
    assert "Another dispatcher has waited since" in said.output
    assert "for the lease of machine:7." in said.output


def test_check_says_it_where_nothing_has_been_migrated(world: World, operator: Operator) -> None:
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("drop schema log cascade")
        connection.execute("drop schema migration cascade")
    said = operator.types("check")
    assert said.exit_code == 1
    assert "run `farley migrate`" in said.output


def test_check_says_it_where_no_database_answers(operator: Operator) -> None:
    operator.environment["DATABASE_URL"] = "postgresql://127.0.0.1:1/nowhere"
    said = operator.types("check")
    assert said.exit_code == 1
    assert "wrong  database: The database cannot be reached." in said.output


def test_verbs_refuse_a_database_of_another_version(world: World, operator: Operator) -> None:
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("update operation.projection_tables set tables = 'older' where name = 'orders'")
    assert "(projection orders): run `farley migrate`" in operator.is_refused("keys", "list").message


def test_migrating_refuses_a_server_that_may_lose_what_it_acknowledged(operator: Operator) -> None:
    result = operator.types("migrate")
    assert isinstance(result.exception, FarleyError)
    assert "fsync" in result.exception.message


def test_check_finds_a_stream_of_the_wrong_kind_and_a_fact_that_nobody_knows(
    world: World, operator: Operator
) -> None:
    ann = world.customer("ann@example.org")
    assert "streams: hold the facts of their kind" in operator.types("check").output
    (stored,) = world.web.recorder.select_events(Consents.stream_of(ann))
    elsewhere, unknown = uuid4(), "customers.NeverHeardOf"
    last = world.web.store.head()
    world.web.recorder.insert_events(
        [
            LogEvent(elsewhere, 1, stored.topic, stored.state),
            LogEvent(Consents.stream_of(elsewhere), 1, unknown, stored.state),
        ]
    )
    checked = operator.types("check")
    assert checked.exit_code == 1
    wrong = f"the fact at position {last + 1}, customers.ConsentGranted, is in the stream of something else"
    assert f"wrong  log: {wrong}" in checked.output
    assert (
        f"the fact at position {last + 2} is of a kind that this version does not know: {unknown}"
        in checked.output
    )


def test_check_names_a_run_that_cannot_go_on(world: World, operator: Operator) -> None:
    run_id = uuid4()
    Heartbeat(world.sending.pool.connection, Sleeper.DISPATCHER, SystemClock()).ended_well([run_id])
    checked = operator.types("check")
    assert checked.exit_code == 1
    assert f"wrong  run {run_id}: is held back" in checked.output
