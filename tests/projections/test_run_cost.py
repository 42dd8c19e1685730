"""What a page about a run reads does not grow with the number of its members."""

from typing import Any

import psycopg
import pytest

from domain.messages.events import MessageOutcome
from projections.campaigns import reading
from tests.builders import START, named
from tests.projections.explaining import Explaining
from tests.projections.laws import told_log
from tests.projections.log import Database, ToldLog

SENT, OTHERS = 20_000, 10
RUN = named("run")
LIMIT = 50
MOST = 20 * LIMIT
"""Rows that a page may read."""
# After those whom a message reached come some of each other kind: suppressed, held out, failed for a reason, failed,
# deferred, unknown, and those who wait.
_RUN = """
insert into read_campaigns.run values (%(run)s, %(run)s, %(start)s, %(start)s, 1);
insert into read_campaigns.run_audience values (%(run)s, %(sent)s + 7 * %(others)s, %(start)s, 2);
insert into read_campaigns.run_member
select %(run)s, md5(n::text)::uuid, 1, n, 2 from generate_series(1, %(sent)s + 7 * %(others)s) n;
insert into read_campaigns.run_decision (
    run_id, member_id, verdict, reasons, policy_version, rules_version, read_position, decided_for, position)
select %(run)s, member_id,
       case (place - %(sent)s - 1) / %(others)s when 0 then 'suppressed' when 1 then 'held_out' else 'eligible' end,
       case (place - %(sent)s - 1) / %(others)s when 0 then '[{"code": "MINOR"}]'
            when 1 then '[{"code": "HOLDOUT_CAMPAIGN"}]' else '[]' end::jsonb, 1, 1, 2, %(start)s, 3
from (select member_id, case when place > %(sent)s then place else 0 end as place from read_campaigns.run_member) m;
insert into read_campaigns.message (
    run_id, member_id, message_id, campaign_id, customer_id, outcome, handed_over, reasons, attempt, occurred_at,
    version, position)
select %(run)s, member_id, gen_random_uuid(), %(run)s, member_id,
       case when place <= %(sent)s then 'sent' else (array['failed', 'failed', 'deferred', 'unknown'])[kind] end, false,
       case when place > %(sent)s and kind = 1 then '[{"code": "RENDER_ERROR"}]'::jsonb end, 1, %(start)s, 2, 3 + place
from (select *, ((place - %(sent)s - 1) / %(others)s - 1)::int as kind from read_campaigns.run_member) m
where place <= %(sent)s or kind between 1 and 4;
insert into read_campaigns.run_open
select %(run)s, member_id, 3, case when place <= %(sent)s + 5 * %(others)s then %(start)s end
from read_campaigns.run_member
where place > %(sent)s + 6 * %(others)s or place between %(sent)s + 4 * %(others)s + 1 and %(sent)s + 5 * %(others)s;
insert into read_campaigns.run_count values
    (%(run)s, 'decided', '', %(sent)s + 7 * %(others)s), (%(run)s, 'first_reason', 'MINOR', %(others)s),
    (%(run)s, 'first_reason', 'HOLDOUT_CAMPAIGN', %(others)s), (%(run)s, 'first_reason', 'RENDER_ERROR', %(others)s);
"""
PEOPLE = {
    MessageOutcome.SUPPRESSED: OTHERS,
    MessageOutcome.HELD_OUT: OTHERS,
    MessageOutcome.FAILED: 2 * OTHERS,
    MessageOutcome.DEFERRED: OTHERS,
    MessageOutcome.UNKNOWN: OTHERS,
    MessageOutcome.PENDING: OTHERS,
    MessageOutcome.SENT: LIMIT,
}


@pytest.fixture
def large(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("campaigns")
    values = {"run": RUN, "start": START, "sent": SENT, "others": OTHERS}
    with psycopg.connect(database.url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(_RUN.encode(), values)
        connection.execute("analyze")
    return log


def test_a_run_and_pages_of_its_people_do_not_go_through_all_members(large: ToldLog) -> None:
    read: dict[str, float] = {}

    def asked(name: str, question: Any, *args: Any, **options: Any) -> Any:
        with large.reading() as connection:
            explaining: Any = Explaining(connection)
            answer = question(explaining, *args, **options)
        read[name] = explaining.read
        return answer

    asked("the run", reading.run, RUN)
    asked("its pace", reading.pace, RUN, START)
    asked("everybody", reading.decisions, RUN, limit=LIMIT)
    for outcome, people in PEOPLE.items():
        found = asked(outcome, reading.decisions, RUN, outcome=outcome, limit=LIMIT)
        assert [row["outcome"] for row in found] == [outcome] * people
    for outcome in (MessageOutcome.FAILED, MessageOutcome.DEFERRED, MessageOutcome.UNKNOWN):
        asked(f"messages {outcome}", reading.messages, RUN, outcome=outcome, after=None, limit=LIMIT)
    for code in ("MINOR", "HOLDOUT_CAMPAIGN", "RENDER_ERROR"):
        found = asked(code, reading.decisions, RUN, first_reason=code, limit=LIMIT)
        assert [row["reasons"][0]["code"] for row in found] == [code] * OTHERS
    assert len(asked("unknown", reading.unknown_messages, after=0, limit=LIMIT)) == OTHERS
    assert asked("unknown counted", reading.unknown_count, most=1000) == OTHERS
    assert {name: rows for name, rows in read.items() if rows > MOST} == {}
