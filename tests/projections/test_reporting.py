"""The views for reporting tools: what they show, that nothing in them is personal, that nothing else is readable."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import product
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.rows import dict_row

from domain.campaigns.events import CampaignApproved, CampaignDrafted
from domain.facts import derived_id
from domain.messages.events import MessageSent
from domain.orders.events import OrderLine
from domain.runs.events import (
    DecidedGroup,
    DecidedPerson,
    Reason,
    RunAudienceListed,
    RunAudienceRecorded,
    RunChunkDecided,
    RunFinished,
    RunPlanned,
)
from infrastructure.machine.settings import ROOT
from infrastructure.postgres.connections import as_role
from projections.engine.definitions import PROJECTIONS, all_projections, schema_of
from tests.builders import START, Story, named
from tests.projections.happenings import CAMPAIGN, RUN, hand_over
from tests.projections.laws import told_log
from tests.projections.log import Database

VIEWS = (
    "campaign_reactions",
    "campaign_response",
    "campaigns",
    "complaints",
    "customers",
    "decisions",
    "figures",
    "order_lines",
    "orders",
    "root_causes",
    "runs",
    "suppression",
    "timeline",
)
ANA, BEN, NUMBER = named("ana"), named("ben"), named("erp:7")
CANARY = "canary-of-ana"
NOBODYS = ("pg_catalog", "information_schema", "pg_toast", "reporting")


def tell() -> Story:
    """Ana, who is told of under her number too, complains; Ben gets his message."""
    story = Story()
    story.register(ANA, name=CANARY, language="es", birth_date=CANARY, personal_attributes={"a": CANARY})
    story.add_contact_point(ANA, f"{CANARY}@example.org")
    story.add_external_id(ANA, CANARY)
    story.register(BEN, language="en", attributes={"tier": "gold"})
    story.link(NUMBER, ANA)
    lines = (OrderLine(sku="A", quantity=Decimal(3), amount=Decimal("29.50"), cost=Decimal("9.00")),)
    order = story.order(NUMBER, "0", lines=lines, number="7-1")
    story.refund(order, "9.50", reason=CANARY)
    story.touch(ANA, channel="phone", kind="call", personal_properties={"note": CANARY})
    story.grant(BEN, evidence={"text": CANARY})
    story.withdraw(ANA, channel="sms", reason=CANARY)
    complaint = story.complain(ANA, severity="high", subject=CANARY, description=CANARY)
    story.respond(complaint, text=CANARY)
    story.escalate(complaint, to=CANARY, reason=CANARY)
    _run_a_campaign(story)
    held = story.impose(ANA, reason_code="LEGAL_HOLD", only_channel="email", address=CANARY, note=CANARY)
    story.lift(held, reason=CANARY)
    story.impose(named("ana@example.org"), scope="address", reason_code="HARD_BOUNCE", address=CANARY)
    return story


def _run_a_campaign(story: Story) -> None:
    told = story.tell
    told(
        CampaignDrafted,
        CAMPAIGN,
        name="Spring",
        message_class="promotional",
        purpose="marketing",
        channel="email",
        audience={"all": []},
        subject="Spring",
        body="Hello",
        seed="s-0",
        recheck_segment=False,
    )
    told(CampaignApproved, CAMPAIGN)
    told(RunPlanned, RUN, campaign_id=CAMPAIGN, planned_for=START, ends_at=START + timedelta(days=3))
    told(RunAudienceListed, RUN, campaign_id=CAMPAIGN, ordinal=0, read_position=9, members=(ANA, BEN))
    told(RunAudienceRecorded, RUN, campaign_id=CAMPAIGN, read_position=9, size=2)
    group = partial(DecidedGroup, time_zone="Europe/Madrid", zone_source="installation", drawn=False)
    reason = Reason(code="OPEN_COMPLAINT", facts=(11,))
    groups = (
        group(verdict="suppressed", reasons=(reason,), people=(DecidedPerson(place=0),)),
        group(verdict="eligible", reasons=(), people=(DecidedPerson(place=1),)),
    )
    versions = {"policy_version": 1, "rules_version": 1, "smtputf8": False}
    told(RunChunkDecided, RUN, campaign_id=CAMPAIGN, ordinal=0, read_position=9, groups=groups, **versions)
    common = {"customer_id": BEN, "campaign_id": CAMPAIGN, "run_id": RUN, "member_id": BEN}
    message = derived_id("message", RUN, BEN, "email")
    hand_over(story, message, 1, common)
    told(MessageSent, message, attempt=1, smtp_code=250, smtp_reply=CANARY, **common)
    told(RunFinished, RUN, campaign_id=CAMPAIGN)


def told_anew(database: Database, story: Story) -> None:
    log = told_log(database)
    log.empty(*PROJECTIONS)
    log.append(story.facts)
    log.catch_up()


@pytest.fixture
def reporting(database: Database) -> Iterator[Connection[dict[str, Any]]]:
    """As a reporting tool connects, after everything was told and folded."""
    told_anew(database, tell())
    with psycopg.connect(
        as_role(database.url, "farley_reporting"), autocommit=True, row_factory=dict_row
    ) as connection:
        yield connection


def rows(connection: Connection[dict[str, Any]], view: str) -> list[dict[str, Any]]:
    statement = sql.SQL("select * from {} order by position").format(sql.Identifier("reporting", view))
    return connection.execute(statement).fetchall()


def only(connection: Connection[dict[str, Any]], view: str) -> dict[str, Any]:
    (row,) = rows(connection, view)
    return row


def test_customers_show_what_is_counted_for_the_whole_person(
    reporting: Connection[dict[str, Any]],
) -> None:
    ana, ben = sorted(rows(reporting, "customers"), key=lambda row: row["language"], reverse=True)
    assert (ana["customer_id"], ana["person_id"], ana["kind"]) == (ANA, ANA, "person")
    assert (ana["order_count"], ana["order_value"]) == (1, {"EUR": "20.00"})
    assert (ana["touchpoint_count"], ana["complaint_count"], ana["open_complaints"]) == (1, 1, 1)
    assert (ben["customer_id"], ben["attributes"]) == (BEN, {"tier": "gold"})
    assert (ben["order_count"], ben["order_value"], ben["campaign_contacts"]) == (0, {}, 1)


def test_an_order_under_a_number_is_its_customers(reporting: Connection[dict[str, Any]]) -> None:
    order = only(reporting, "orders")
    assert (order["customer_id"], order["person_id"], order["number"]) == (NUMBER, ANA, "7-1")
    assert (order["amount"], order["refunded"], order["value"]) == (
        Decimal("29.50"),
        Decimal("9.50"),
        Decimal("20.00"),
    )
    assert (order["quantity"], order["cost"], order["position"]) == (3, Decimal("9.00"), 7)
    assert order["status"] == "partly_refunded"
    line = only(reporting, "order_lines")
    assert (line["order_id"], line["person_id"], line["line_number"]) == (order["order_id"], ANA, 1)
    assert (line["sku"], line["quantity"], line["amount"], line["cost"]) == (
        "A",
        3,
        Decimal("29.50"),
        Decimal("9.00"),
    )


def test_the_timeline_shows_each_fact_once_under_its_position(reporting: Connection[dict[str, Any]]) -> None:
    told = rows(reporting, "timeline")
    assert [row["kind"] for row in told] == [
        "order",
        "refund",
        "call",
        "consent",
        "withdrawal",
        "complaint",
        "complaint_responded",
        "complaint_escalated",
        "message",
        "suppression",
        "suppression_lifted",
        "suppression",
    ]
    assert len({row["position"] for row in told}) == 12
    assert {row["person_id"] for row in told} == {ANA, BEN, named("ana@example.org")}


def test_a_complaint_stands_as_it_was_told_last(reporting: Connection[dict[str, Any]]) -> None:
    complaint = only(reporting, "complaints")
    assert (complaint["status"], complaint["severity"], complaint["closed_at"]) == ("escalated", "high", None)


def test_a_duration_of_a_complaint_is_never_negative(
    database: Database, reporting: Connection[dict[str, Any]]
) -> None:
    story, day = Story(), timedelta(days=1)
    late = story.complain(ANA, at=START + day)
    story.respond(late, at=START)
    story.close(late, at=START + day / 2)
    usual = story.complain(BEN, at=START)
    story.respond(usual, at=START + day)
    open_one = story.complain(BEN, at=START)
    told_anew(database, story)
    durations = {
        row["complaint_id"]: (row["time_to_first_response"], row["time_to_close"])
        for row in rows(reporting, "complaints")
    }
    assert durations == {
        late.originator_id: (timedelta(0), timedelta(0)),
        usual.originator_id: (day, None),
        open_one.originator_id: (None, None),
    }


def test_a_run_balances_and_each_member_has_one_outcome_with_why(
    reporting: Connection[dict[str, Any]],
) -> None:
    run, campaign = only(reporting, "runs"), only(reporting, "campaigns")
    assert (run["state"], run["audience"], run["sent"], run["suppressed"]) == ("finished", 2, 1, 1)
    assert (run["balanced"], run["pending"], campaign["state"]) == (True, 0, "approved")
    decided = {row["member_id"]: row for row in rows(reporting, "decisions")}
    assert {one: row["outcome"] for one, row in decided.items()} == {ANA: "suppressed", BEN: "sent"}
    assert [reason["code"] for reason in decided[ANA]["reasons"]] == ["OPEN_COMPLAINT"]
    assert decided[ANA]["reasons"][0]["facts"] == [11]
    assert run["position"] > max(row["position"] for row in decided.values())


def test_a_run_that_lost_somebody_does_not_balance(
    database: Database, reporting: Connection[dict[str, Any]]
) -> None:
    with psycopg.connect(database.url) as superuser:
        superuser.execute("delete from read_campaigns.run_member where member_id = %s", [BEN])
    assert only(reporting, "runs")["balanced"] is False


def test_suppression_names_what_stops_whom_and_from_where_in_the_log(
    reporting: Connection[dict[str, Any]],
) -> None:
    *others, held, bounced = rows(reporting, "suppression")
    stops = {row["stop"]: row for row in others}
    assert stops.keys() == {"complaint", "withdrawal"}
    assert (stops["complaint"]["person_id"], stops["complaint"]["severity"]) == (ANA, "high")
    assert (stops["withdrawal"]["channel"], stops["withdrawal"]["purpose"]) == ("sms", None)
    assert (held["stop"], held["person_id"], held["reason_code"]) == ("imposed", ANA, "LEGAL_HOLD")
    assert (held["channel"], held["lifted_at"] > held["stopped_at"]) == ("email", True)
    assert (bounced["reason_code"], bounced["scope"], bounced["lifted_at"]) == (
        "HARD_BOUNCE",
        "address",
        None,
    )


def test_33_a_withdrawal_is_shown_while_no_newer_statement_is_about_its_scope(
    database: Database, reporting: Connection[dict[str, Any]]
) -> None:
    story, day = Story(), timedelta(days=1)
    story.withdraw(ANA, channel="email", purpose="marketing", topic="Ofertas", at=START)
    story.withdraw(ANA, channel="email", purpose="marketing", topic="news", at=START)
    story.grant(ANA, topic="NEWS", at=START + day)
    story.withdraw(ANA, channel="email", purpose="marketing", topic="OFERTAS", at=START)
    story.grant(ANA, topic="ofertas", at=START)
    story.withdraw(BEN, at=START + day)
    story.grant(BEN, at=START)
    told_anew(database, story)
    shown = [(row["customer_id"], row["topic"]) for row in rows(reporting, "suppression")]
    assert shown == [(ANA, "OFERTAS"), (BEN, None)]


STATEMENTS = """
insert into read_consent.consent_statement (
    customer_id, purpose_folded, granted, occurred_at, position, said_at, recorded_at, actor)
"""


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def plan_of_withdrawals(database: Database, statements: str) -> list[dict[str, Any]]:
    """Returns the steps of reading the suppressions where these statements are stored, with the rows of each."""
    with psycopg.connect(database.url, autocommit=True) as superuser:
        superuser.execute(f"{STATEMENTS}{statements}".encode())
        superuser.execute("analyze read_consent_1.consent_statement")
        explained = superuser.execute(
            "explain (analyze, timing off, format json) select * from reporting.suppression"
        ).fetchone()
    assert explained is not None
    return list(nodes(explained[0][0]["Plan"]))


def test_reading_withdrawals_sorts_only_the_statements_of_those_who_withdrew(
    database: Database, reporting: Connection[dict[str, Any]]
) -> None:
    plan = plan_of_withdrawals(
        database,
        "select gen_random_uuid(), null, n % 10 > 0, now(), 1000 + n, now(), now(), 'key:shop'"
        " from generate_series(1, 20000) n",
    )
    sorted_rows = [node["Actual Rows"] for node in plan if node["Node Type"] == "Sort"]
    assert 0 < sum(sorted_rows) <= 2_100


def test_reading_many_withdrawals_of_one_profile_compares_no_two_of_them(
    database: Database, reporting: Connection[dict[str, Any]]
) -> None:
    plan = plan_of_withdrawals(
        database,
        f"select '{ANA}', 'purpose ' || n, false, now(), 1000 + n, now() + n * interval '1 s', now(), 'key:shop'"
        " from generate_series(1, 2000) n",
    )
    discarded = sum(
        (node.get("Rows Removed by Join Filter", 0) + node.get("Rows Removed by Filter", 0))
        * node["Actual Loops"]
        for node in plan
    )
    assert discarded < 2_000


def test_nothing_personal_is_in_any_view_neither_readable_nor_sealed(
    database: Database, reporting: Connection[dict[str, Any]]
) -> None:
    shown = "".join(str(row) for view in VIEWS for row in rows(reporting, view))
    tokens = told_log(database).values_of_tokens()
    assert CANARY not in shown
    assert len(tokens) > 10
    assert not [token for token in tokens if token in shown]


def test_every_view_and_column_is_explained_and_has_its_position(
    reporting: Connection[dict[str, Any]],
) -> None:
    columns = reporting.execute(
        "select c.relname, a.attname, col_description(c.oid, a.attnum) as said, obj_description(c.oid) as about"
        " from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace = 'reporting'::regnamespace and a.attnum > 0"
    ).fetchall()
    assert {row["relname"] for row in columns} == set(VIEWS)
    assert [(row["relname"], row["attname"]) for row in columns if not row["said"] or not row["about"]] == []
    positions = {row["relname"] for row in columns if row["attname"] == "position"}
    assert positions == set(VIEWS)
    assert not [view for view in VIEWS for row in rows(reporting, view) if not row["position"]]


def test_the_operators_page_lists_every_view() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.partition("### Reporting tools\n")[2].partition("\n#")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == sorted(VIEWS)


def test_each_reporting_view_lives_with_a_projection_that_it_reads() -> None:
    made = {
        view.partition(" as")[0]: (schema_of(projection.name), view)
        for projection in all_projections()
        for view in projection.reporting.split("create view reporting.")[1:]
    }
    assert made.keys() == set(VIEWS)
    assert [view for view, (schema, text) in made.items() if f" {schema}." not in text] == []


def test_a_reporting_tool_reads_nothing_but_these_views(
    database: Database, reporting: Connection[dict[str, Any]]
) -> None:
    with psycopg.connect(database.url) as superuser:
        relations = superuser.execute(
            "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where c.relkind in ('r', 'v', 'm', 'p', 'f') and n.nspname <> all(%s)",
            [list(NOBODYS)],
        ).fetchall()
    assert len(relations) > 60
    for name in map(sql.Identifier, *zip(*relations, strict=True)):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reporting.execute(sql.SQL("select * from {} limit 1").format(name))


FORBIDDEN = (
    "delete from reporting.orders",
    "update reporting.timeline set kind = 'x'",
    "insert into reporting.timeline (position) values (1)",
    "create table reporting.mine ()",
    "create table public.mine ()",
    "drop view reporting.orders",
    "set role farley_owner",
    "select log.append('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
    "select log.lock()",
    "copy reporting.orders to '/tmp/orders'",
    "select pg_read_file('/etc/passwd')",
)


def test_a_reporting_tool_changes_and_calls_nothing(reporting: Connection[dict[str, Any]]) -> None:
    refusals = (
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.ReadOnlySqlTransaction,
        psycopg.errors.ObjectNotInPrerequisiteState,
        psycopg.errors.FeatureNotSupported,
    )
    for mode, statement in product(("on", "off"), FORBIDDEN):
        reporting.execute(f"set default_transaction_read_only = {mode}".encode())
        with pytest.raises(refusals):
            reporting.execute(statement.encode())


def test_a_reporting_tool_cannot_reach_the_keys(database: Database) -> None:
    with (
        psycopg.connect(as_role(database.keys_url, "farley_reporting"), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("select * from keys.profile_keys")


def test_a_link_moves_orders_to_the_person_and_its_end_moves_them_back(
    database: Database, reporting: Connection[dict[str, Any]]
) -> None:
    def canonical() -> UUID:
        return only(reporting, "orders")["person_id"]  # type: ignore[no-any-return]

    log, story = told_log(database), tell()
    seen = [canonical()]
    told = len(story.facts)
    story.unlink(NUMBER, ANA)
    story.link(NUMBER, BEN)
    for fact in story.facts[told:]:
        log.append([fact])
        log.catch_up()
        seen.append(canonical())
    assert seen == [ANA, NUMBER, BEN]
