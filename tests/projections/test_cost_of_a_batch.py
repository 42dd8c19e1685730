"""What a batch about customers costs does not grow with what the tables hold: no statement reads a large one."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from projections.engine.definitions import PROJECTIONS, projection
from tests.builders import Story, named
from tests.projections.laws import told_log
from tests.projections.log import Database, ToldLog

CUSTOMERS = 1_500
LARGE = 1_000
"""Rows of a table that a batch about two customers may not read."""
READ = """
select relname, sum(read)::bigint
from (
    select relname, seq_tup_read as read from pg_stat_user_tables where schemaname <> 'log'
    union all
    select relname, idx_tup_read from pg_stat_user_indexes where schemaname <> 'log'
) read
where relname not like 'event%' group by relname
"""


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty(*PROJECTIONS)
    log.append([fact for number in range(CUSTOMERS) for fact in with_everything(named(f"customer {number}"))])
    log.catch_up()
    return log


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


def rows_read(database: Database, log: ToldLog) -> dict[str, int]:
    """Returns how many rows of each table statements have read, by an index or without, since the server began."""
    log.connection.execute("select pg_stat_force_next_flush()")
    log.connection.execute("select 1")
    with psycopg.connect(database.url, autocommit=True) as connection:
        return dict(connection.execute(READ).fetchall())


def test_a_small_batch_goes_through_no_large_table(database: Database, log: ToldLog) -> None:
    folded = {name for one in map(projection, PROJECTIONS) for name in one.stored_names}
    before = rows_read(database, log)
    kinds = set[str]()
    for number in range(3):
        facts = with_everything(named(f"new customer {number}"), named(f"customer {number}"))
        kinds |= {fact.stored_name for fact in facts}
        log.append(facts)
        log.catch_up()
    after = rows_read(database, log)

    assert {
        name for name in folded if name.split(".")[0] in ("customers", "orders", "complaints")
    } - kinds <= {
        "customers.IdentifierHolderAdded",
        "customers.IdentifierHolderRemoved",
    }
    read = {table: rows - before.get(table, 0) for table, rows in after.items()}
    assert {table: rows for table, rows in read.items() if rows > LARGE} == {}
