"""Measures how many bytes a fact, a customer and a decision take on the disk.

    python -m bench.sizes [--customers 2000]

Each customer has an address, a number, an external id, a consent and ten touchpoints, and is a member of one run.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.request import Request, urlopen

import psycopg
from psycopg.conninfo import make_conninfo

from bench import mix
from bench.imports import imported
from bench.servers import KEY, Farley, farley

TOUCHPOINTS = 10
LONGEST_WAIT = 600.0
CAMPAIGN = {
    "name": "Spring",
    "message_class": "promotional",
    "purpose": "marketing",
    "channel": "email",
    "audience": {"field": "kind", "op": "eq", "value": "person"},
    "template": {"subject": "Hello {{ name }}", "body": "News: {{ unsubscribe_url }}"},
}

LOG = """
select count(*), pg_table_size('log.events'), pg_indexes_size('log.events'), sum(octet_length(state)) from log.events
"""
READ_MODELS = """
select coalesce(sum(pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass)), 0)
from pg_tables where schemaname like 'read\\_%'
"""
CAMPAIGN_TABLES = """
select sum(pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass))
from pg_tables where schemaname = 'read_campaigns'
"""
KINDS = """
select stored_name, count(*), avg(octet_length(state)) from log.events group by 1 order by 2 desc limit 12
"""
STATES = "select coalesce(sum(octet_length(state)), 0), count(*) from log.events where stored_name = any(%s)"
DECIDED = ["runs.RunAudienceListed", "runs.RunChunkDecided"]
KEYS = "select count(*), pg_total_relation_size('keys.profile_keys') from keys.profile_keys"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=2_000)
    customers = parser.parse_args().customers
    with farley(FARLEY_REGION="DE") as running:
        _seed(running, customers)
        for line in _of_facts(running, customers):
            print(line, flush=True)
        _run(running)
        for line in _of_decisions(running):
            print(line, flush=True)


def _seed(running: Farley, customers: int) -> None:
    people = mix.People(customers)
    imported(running, "customers", map(mix.customer, range(customers)))
    imported(running, "consents", map(mix.consent, range(customers)))
    touches = [mix.touchpoint(people, person) for person in range(customers) for _ in range(TOUCHPOINTS)]
    imported(running, "touchpoints", touches)
    running.wait_until_folded()


def _of_facts(running: Farley, customers: int) -> Iterator[str]:
    with psycopg.connect(running.url, autocommit=True) as connection:
        connection.execute("vacuum")
        facts, table, indexes, states = _row(connection, LOG)
        (models,) = _row(connection, READ_MODELS)
        yield f"{facts:,} facts of {customers:,} customers; bytes of a fact in the log: {(table + indexes) / facts:.0f}"
        row = (table - states) / facts
        yield f"  of these: state {states / facts:.0f}, row {row:.0f}, indexes {indexes / facts:.0f}"
        yield f"read models, bytes for each fact: {models / facts:.0f}"
        for name, count, size in connection.execute(KINDS):
            yield f"  {name}: {count:,}, state {size:.0f}"
    with psycopg.connect(make_conninfo(running.url, dbname="farley_keys"), autocommit=True) as connection:
        profiles, keys = _row(connection, KEYS)
        yield f"keys: {profiles:,} profiles, {keys / profiles:.0f} bytes each"
    everything = table + indexes + models + keys
    yield f"a customer with {facts / customers:.1f} facts: {everything / customers:,.0f} bytes in all"


def _of_decisions(running: Farley) -> Iterator[str]:
    with psycopg.connect(running.url, autocommit=True) as connection:
        (members,) = _row(connection, "select count(*) from read_campaigns.run_decision")
        listed, facts = _row(connection, STATES, [DECIDED])
        (tables,) = _row(connection, CAMPAIGN_TABLES)
        yield f"{members:,} decisions: {listed / members:.1f} bytes each in the log, in {facts} facts"
        yield f"read model of runs, bytes for each member: {tables / members:.0f}"


def _run(running: Farley) -> None:
    """Starts a run for everybody and waits until it is decided and over."""
    campaign = _post(running, "campaigns", CAMPAIGN)["campaign_id"]
    _post(running, f"campaigns/{campaign}/approvals", {}, {"If-Match": '"1"'})
    _post(running, f"campaigns/{campaign}/runs", {})
    end = time.monotonic() + LONGEST_WAIT
    with psycopg.connect(running.url, autocommit=True) as connection:
        while _row(connection, "select count(*) from read_campaigns.run_end") == (0,):
            if time.monotonic() > end:
                raise SystemExit("the run does not end")
            time.sleep(0.2)


def _post(
    running: Farley, path: str, body: dict[str, Any], fields: Mapping[str, str] = MappingProxyType({})
) -> Any:
    head = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", **fields}
    request = Request(f"http://127.0.0.1:{running.port}/api/{path}", json.dumps(body).encode(), head)
    with urlopen(request) as answer:
        return json.load(answer)


def _row(connection: psycopg.Connection[Any], question: str, values: Any = None) -> Any:
    return connection.execute(question.encode(), values).fetchone()


if __name__ == "__main__":
    main()
