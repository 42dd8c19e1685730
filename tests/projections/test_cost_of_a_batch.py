"""What a batch costs does not grow with what the tables hold: no statement reads a large one.

Neither does reading the people of a chunk grow with the run.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from domain.campaigns.events import CampaignRunOpened, CampaignScheduled
from domain.facts import Fact
from projections.decision_facts.alike import alike, statement_of
from projections.engine.definitions import PROJECTIONS, projection
from tests.builders import START, Story, named
from tests.projections import campaigning
from tests.projections.campaigning import CAMPAIGN, OTHER_RUN, RUN
from tests.projections.laws import told_log
from tests.projections.log import Database, ToldLog
from tests.projections.sending import TellRun

CUSTOMERS = 1_500
PART = 500
"""Members that one fact lists."""
LARGE = 1_000
"""Rows of a table that a small batch may not read."""
CONTEXTS = ("customers", "orders", "complaints", "campaigns", "runs", "messages")
"""All facts of these are in a batch, but those of UNTOLD."""
UNTOLD = {
    "customers.IdentifierHolderAdded",
    "customers.IdentifierHolderRemoved",
}
READ = """
select relname, sum(read)::bigint
from (
    select relname, seq_tup_read as read from pg_stat_user_tables where schemaname <> 'log'
    union all
    select relname, idx_tup_read from pg_stat_user_indexes where schemaname <> 'log'
) read
where relname not like 'event%' group by relname
"""
_STATISTICS_STAY = """
do $$
declare name text;
begin
    for name in select format('%I.%I', schemaname, tablename) from pg_tables where schemaname like 'read\\_%' loop
        execute 'alter table ' || name || ' set (autovacuum_enabled = off)';
        -- an earlier test on this database may have counted it
        delete from pg_statistic where starelid = name::regclass;
    end loop;
end $$
"""


@pytest.fixture(params=["never counted", "counted when small"])
def log(database: Database, request: pytest.FixtureRequest) -> ToldLog:
    """A log with CUSTOMERS, of which PostgreSQL knows nothing, or what it counted when there were three.

    With new statistics PostgreSQL may read 1,500 rows at once, which is as fast as to look a few up.
    """
    log = told_log(database)
    log.empty(*PROJECTIONS)
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(_STATISTICS_STAY)
        log.append(told(range(3)))
        log.catch_up()
        if request.param == "counted when small":
            connection.execute("analyze")
    log.append(told(range(3, CUSTOMERS)))
    log.catch_up()
    return log


def told(customers: Iterable[int]) -> list[Any]:
    return [
        fact
        for number in customers
        for fact in (
            *with_everything(named(f"customer {number}")),
            *([] if number else with_every_run(named("small campaign"))),
        )
    ]


def with_everything(customer: UUID, other: UUID | None = None) -> list[Any]:
    """Returns one fact of each kind about a new customer, who shares a link with `other`."""
    story = Story()
    story.register(customer, language="de")
    point = story.add_contact_point(customer, f"{customer}@example.org")
    story.remove_contact_point(point)
    story.add_contact_point(customer, f"{customer}@example.org")
    story.add_external_id(customer, str(customer))
    story.correct(customer, language="es")
    story.grant(customer)
    story.withdraw(customer)
    story.touch(customer)
    order = story.order(customer, "10.00")
    story.refund(order, "4.00")
    story.cancel_order(order, "6.00")
    complaint = story.complain(customer)
    story.respond(complaint)
    story.escalate(complaint, severity="high")
    story.resolve(complaint)
    story.close(complaint)
    story.reopen(complaint)
    story.lift(story.impose(customer))
    neighbour = other or named(f"address of {customer}")
    story.link(neighbour, customer)
    if other is not None:
        story.unlink(neighbour, customer)
    return story.facts


class LargeRun:
    """A run with a message to each customer. `facts` returns the facts that were told since it was asked before."""

    def __init__(self) -> None:
        self._story = Story()
        self._members = [named(f"customer {number}") for number in range(CUSTOMERS)]
        self._tell = TellRun(story=self._story, run=named("large run"), campaign=named("large campaign"))
        self._given = 0

    def begin(self) -> list[Fact]:
        """Decides all members, and sends to all but the last PART."""
        campaigning.draft(self._story, self._tell.campaign)
        parts = [self._members[start : start + PART] for start in range(0, CUSTOMERS, PART)]
        self._tell.plan()
        self._tell.record(*parts)
        for ordinal, part in enumerate(parts):
            self._tell.decide(dict.fromkeys(part), ordinal=ordinal)
        for member in self._members[:-PART]:
            message = self._tell.message(member)
            message.hand_over(named(f"address of {member}"))
            message.send()
        return self._facts()

    def go_on(self) -> list[Fact]:
        """Sends to the last member without a message."""
        message = self._tell.message(self._members.pop())
        message.hand_over(named("address of the last"))
        message.send()
        return self._facts()

    def _facts(self) -> list[Fact]:
        facts = self._story.facts[self._given :]
        self._given = len(self._story.facts)
        return facts


def with_every_run(campaign: UUID) -> list[Fact]:
    """Returns one fact of each kind about a new campaign, its runs and their messages."""
    story = Story()
    members = [named(f"member {number} of {campaign}") for number in range(6)]
    campaigning.draft(story, campaign)
    campaigning.revise(story, campaign)
    campaigning.approve(story, campaign)
    story.tell(CampaignScheduled, campaign, planned_for=START, time_zone="UTC", grace_seconds=60)
    story.tell(CampaignRunOpened, campaign, run_id=named(f"run of {campaign}"))
    campaigning.pause(story, campaign)
    campaigning.resume(story, campaign)
    run = TellRun(story=story, run=named(f"run of {campaign}"), campaign=campaign)
    run.plan()
    run.record(members)
    run.decide({member: named(f"address of {member}") for member in members})
    to = [run.message(member) for member in members]
    for message in to[:5]:
        message.hand_over(named(f"address of {message.member}"))
    to[0].lapse(START)
    to[1].defer(START)
    to[2].send()
    to[3].fail()
    to[4].lose_track()
    to[4].resolve("sent")
    to[5].withhold()
    run.finish()
    TellRun(story=story, run=named(f"missed run of {campaign}"), campaign=campaign).miss()
    TellRun(story=story, run=named(f"cancelled run of {campaign}"), campaign=campaign).cancel()
    campaigning.cancel(story, campaign)
    return story.facts


def rows_read(database: Database, log: ToldLog) -> dict[str, int]:
    """Returns how many rows of each table statements have read, by an index or without, since the server began."""
    log.connection.execute("select pg_stat_force_next_flush()")
    log.connection.execute("select 1")
    with psycopg.connect(database.url, autocommit=True) as connection:
        return dict(connection.execute(READ).fetchall())


def test_a_small_batch_goes_through_no_large_table(database: Database, log: ToldLog) -> None:
    large_run = LargeRun()
    log.append(large_run.begin())
    log.catch_up()
    before = rows_read(database, log)
    kinds = set[str]()
    for number in range(3):
        facts = [
            *with_everything(named(f"new customer {number}"), named(f"customer {number}")),
            *with_every_run(named(f"new campaign {number}")),
            *large_run.go_on(),
        ]
        kinds |= {fact.stored_name for fact in facts}
        log.append(facts)
        log.catch_up()
    after = rows_read(database, log)

    folded = {name for one in map(projection, PROJECTIONS) for name in one.stored_names}
    assert {name for name in folded if name.split(".")[0] in CONTEXTS} - kinds <= UNTOLD
    read = {table: rows - before.get(table, 0) for table, rows in after.items()}
    assert {table: rows for table, rows in read.items() if rows > LARGE} == {}


def test_a_late_chunk_of_a_new_run_is_read_without_going_through_its_decisions(database: Database) -> None:
    log, story = told_log(database), Story()
    log.empty(*PROJECTIONS)
    early = {named(f"early {number}"): named(f"early address {number}") for number in range(CUSTOMERS)}
    late = [named(f"late {number}") for number in range(10)]
    for person in late:
        story.add_contact_point(person, f"{person}@example.org")
    campaigning.draft(story, CAMPAIGN)
    decide_early(story, RUN, early, late)
    log.append(story.facts)
    log.catch_up()
    with psycopg.connect(database.url, autocommit=True) as connection:
        # PostgreSQL counts the rows of the earlier run, and knows nothing of the next.
        connection.execute("analyze")
    told = len(story.facts)
    decide_early(story, OTHER_RUN, early, late)
    log.append(story.facts[told:])
    log.catch_up()

    before = rows_read(database, log)
    with log.reading() as connection:
        groups, apart = alike(
            connection, late, channel="email", at=START, campaign_id=CAMPAIGN, run_id=OTHER_RUN
        )
    read = {table: rows - before.get(table, 0) for table, rows in rows_read(database, log).items()}

    assert sum(map(len, groups)) + len(apart) == len(late)
    assert {table: rows for table, rows in read.items() if table.startswith("run_") and rows > LARGE} == {}


def test_however_many_customers_there_are_a_chunk_is_expected_to_have_as_many_addresses_as_people(
    database: Database,
) -> None:
    # Expecting one address, PostgreSQL compared each address of a chunk with all: 7 seconds for 1,000 of 100,000.
    log, story = told_log(database), Story()
    log.empty(*PROJECTIONS)
    people = [named(f"customer {number}") for number in range(300)]
    for person in people:
        story.add_contact_point(person, f"{person}@example.org")
        story.grant(person)
    log.append(story.facts)
    log.catch_up()
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(_STATISTICS_STAY)
        connection.execute("analyze")
        connection.execute(_AS_IF_LARGE, [10_000_000])
    parameters = {
        "ids": people,
        "channel": "email",
        "at": START,
        "campaign": CAMPAIGN,
        "run": RUN,
        "drawn": True,
    }
    with log.reading() as reading:
        explain = b"explain (format json) " + statement_of(in_run=True)
        plan = reading.execute(explain, parameters).fetchone()["QUERY PLAN"][0]["Plan"]
    expected = {node.get("Subplan Name"): node["Plan Rows"] for node in nodes(plan)}
    assert expected["CTE point"] >= len(people)
    assert expected["CTE statement"] >= len(people)


_AS_IF_LARGE = """
update pg_class set reltuples = %s where relkind = 'r' and relnamespace in
    (select oid from pg_namespace where nspname like 'read\\_%%')
"""


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def decide_early(story: Story, run: UUID, early: dict[UUID, UUID], late: list[UUID]) -> None:
    """Tells a run that has decided its first part."""
    tell = TellRun(story=story, run=run, campaign=CAMPAIGN)
    tell.plan()
    tell.record([*early], late)
    tell.decide(early)
