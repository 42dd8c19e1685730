"""The log folded once more beside the live read models says what they say, and nothing of them."""

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from threading import Barrier
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier

from domain.campaigns.campaign import Campaign
from domain.runs.run import Run
from infrastructure.replay_log.closures import concerned
from infrastructure.replay_log.past import position_at
from infrastructure.replay_log.replays import SHADOWED, replay_log_opener
from infrastructure.replay_log.shadows import MOST_CONNECTIONS, Shadows
from projections.decision_facts.reading import DECIDES_ON, decision_facts
from projections.engine.definitions import PROJECTIONS, schema_of
from projections.engine.shadow import Shadow
from projections.identity.reading import person_ids_of, profiles_of
from tests.builders import Story
from tests.projections.happenings import buy, suppress, touch
from tests.projections.laws import lawful, random_cuts, shuffled, told_log, twin
from tests.projections.log import Database, ToldLog, read_table, tables_of
from tests.projections.sharing import CAMPAIGN, OTHER_RUN, PROFILES, RUN, consistent, stories

EXPLAINS_ON = (*DECIDES_ON, "audience")
ALL = tuple(name for name in PROJECTIONS if name in SHADOWED)


@st.composite
def lives(draw: st.DrawFn) -> Story:
    """What decisions and audiences rest on."""
    story = draw(stories())
    for happening in draw(st.lists(st.sampled_from((buy, touch, suppress, suppress)), max_size=4)):
        happening(draw, story, draw(st.sampled_from(PROFILES)))
    return story


@pytest.fixture
def shadows(database: Database) -> Iterator[Shadows]:
    shadows = Shadows(database.url, SHADOWED)
    yield shadows
    shadows.close()


@contextmanager
def shadow_of(
    shadows: Shadows, names: Collection[str] = ALL, about: Collection[UUID] | None = None
) -> Iterator[tuple[Shadow, Any]]:
    with shadows.log() as connection, shadows.shadow(connection, names, about) as shadow:
        yield shadow, connection


def reached(shadow: Shadow, *positions: int) -> int:
    for position in positions:
        for _ in shadow.fold_to(position):
            pass
    return shadow.position


def rows_of(connection: Any, schema: str, table: str) -> list[str]:
    statement = SQL("select t::text from {} t order by 1").format(Identifier(schema, table))
    return [row[0] for row in connection.execute(statement)]


@lawful()
@given(story=lives())
def test_a_shadow_folded_up_to_the_head_equals_the_live_tables_for_any_split(
    database: Database, shadows: Shadows, story: Story
) -> None:
    log, random = told_log(database), Random(len(story.facts))
    log.empty(*ALL)
    log.append(shuffled((*twin(story.facts), *story.facts), random))
    log.catch_up()
    for cuts in ((), random_cuts(log.head(), random)):
        with shadow_of(shadows) as (shadow, connection):
            assert reached(shadow, *cuts, log.head()) == log.head()
            for name in ALL:
                for table in tables_of(log.connection, schema_of(name)):
                    live = rows_of(log.connection, schema_of(name), table)
                    assert rows_of(connection, "pg_temp", table) == live, table


@lawful(15)
@given(story=lives(), asked_for=st.sampled_from(((None, None), (CAMPAIGN, None), (CAMPAIGN, OTHER_RUN))))
def test_facts_about_a_person_folded_from_what_concerns_them_are_those_of_the_whole_log(
    database: Database, shadows: Shadows, story: Story, asked_for: tuple[UUID | None, UUID | None]
) -> None:
    log, random = told_log(database), Random(len(story.facts))
    log.empty(*ALL)
    told = consistent(story.facts)
    log.append([fact for pair in zip(twin(told), told, strict=True) for fact in pair])
    campaign, run = asked_for
    of = {"campaign_id": campaign, "run_id": run}
    for upto in (log.head(), *random_cuts(log.head(), random)[:1]):
        with shadow_of(shadows, EXPLAINS_ON) as (shadow, _):
            reached(shadow, upto)
            with shadow.reading() as reading:
                whole = {one: known_of(reading, one, of) for one in PROFILES}
        for one in PROFILES:
            assert facts_from_what_concerns(shadows, one, upto, of) == whole[one]


def facts_from_what_concerns(shadows: Shadows, profile: UUID, upto: int, of: dict[str, Any]) -> Any:
    with shadows.log() as connection:
        streams = {Campaign.stream_of(CAMPAIGN), Run.stream_of(RUN), Run.stream_of(OTHER_RUN)}
        about = concerned(connection, profile, upto) | streams
        with shadows.shadow(connection, EXPLAINS_ON, about) as shadow:
            reached(shadow, upto)
            with shadow.reading() as reading:
                return known_of(reading, profile, of)


def known_of(reading: Any, profile: UUID, of: dict[str, Any]) -> tuple[Any, ...]:
    """What is decided on, and what criteria are asked of."""
    person = person_ids_of(reading, [profile])[profile]
    profiles = list(profiles_of(reading, [person])[person])
    fact = reading.execute("select * from audience_fact where person_id = %s", [person]).fetchall()
    theirs = {
        table: reading.execute(
            SQL("select * from {} where customer_id = any(%s) order by 1, 2").format(Identifier(table)),
            [profiles],
        ).fetchall()
        for table in ("audience_order", "audience_activity")
    }
    return decision_facts(reading, [profile], **of), fact, theirs


def test_a_shadow_needs_no_read_model_and_can_see_none(
    database: Database, shadows: Shadows, log: ToldLog
) -> None:
    story = Story()
    story.register(PROFILES[0])
    log.append(story.facts)
    with psycopg.connect(database.url, autocommit=True) as connection:
        for name in PROJECTIONS:
            connection.execute(f"drop schema {schema_of(name)}, {schema_of(name)}_1 cascade".encode())
    with shadow_of(shadows) as (shadow, connection):
        reached(shadow, log.head())
        with shadow.reading() as reading:
            assert reading.execute("select customer_id from customer").fetchall() == [
                {"customer_id": PROFILES[0]}
            ]


def test_a_shadow_cannot_touch_a_live_read_model(database: Database, shadows: Shadows, log: ToldLog) -> None:
    with shadows.log() as connection:
        for statement in ("delete from read_customers.customer", "select * from read_customers.customer"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("select * from timeline_entry")


def test_a_connection_is_made_ready_once_and_nothing_of_a_question_stays_on_it(
    shadows: Shadows, log: ToldLog
) -> None:
    story = Story()
    story.register(PROFILES[0])
    log.append(story.facts)
    with shadow_of(shadows) as (shadow, connection):
        reached(shadow, log.head())
        before = connection.execute("select pg_backend_pid(), 'pg_temp.customer'::regclass::oid").fetchone()
    with shadow_of(shadows) as (shadow, connection):
        after = connection.execute("select pg_backend_pid(), 'pg_temp.customer'::regclass::oid").fetchone()
        assert (after, shadow.position) == (before, 0)
        assert rows_of(connection, "pg_temp", "customer") == rows_of(connection, "pg_temp", "event") == []


def test_folding_only_some_of_them_from_here_on_leaves_the_others_as_they_are(
    shadows: Shadows, log: ToldLog
) -> None:
    story = Story()
    story.register(PROFILES[0])
    story.register(PROFILES[1])
    log.append(story.facts)
    with shadow_of(shadows) as (shadow, connection):
        reached(shadow, 1)
        shadow.keep_only(DECIDES_ON)
        reached(shadow, 2)
        assert len(rows_of(connection, "pg_temp", "audience_fact")) == 1
        assert len(rows_of(connection, "pg_temp", "customer")) == 2


def test_32_known_at_an_instant_is_the_last_position_recorded_at_or_before_it(
    shadows: Shadows, log: ToldLog
) -> None:
    story = Story()
    for _ in range(5):
        story.touch(PROFILES[0])
    for fact in story.facts:
        log.append([fact])
    rows = read_table(log.connection, "log", "events")
    recorded = sorted((row["recorded_at"], row["notification_id"]) for row in rows)
    with shadows.log() as connection:
        for at, position in recorded:
            expected = max(p for instant, p in recorded if instant <= at)
            assert position_at(connection, at) == expected >= position
        assert position_at(connection, recorded[0][0].replace(year=1900)) == 0
        assert position_at(connection, recorded[0][0].replace(year=2900)) == 5


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty()
    return log


def test_replays_that_begin_together_all_get_their_connections(shadows: Shadows) -> None:
    open_log, together = replay_log_opener(shadows, "EUR"), Barrier(MOST_CONNECTIONS)

    def first_position(_: int) -> object:
        together.wait()
        with open_log() as log:
            return log.recorded_at(0)

    with ThreadPoolExecutor(MOST_CONNECTIONS) as threads:
        assert list(threads.map(first_position, range(MOST_CONNECTIONS))) == [None] * MOST_CONNECTIONS
