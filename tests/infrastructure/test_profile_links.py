"""The links that hold, read from a real log, are those that a plain reading of the facts finds."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from infrastructure.postgres.connections import open_pool
from infrastructure.postgres.profile_links import ProfileLinksInLog
from tests.application.memory_links import MemoryLinks
from tests.application.memory_store import MemoryStore
from tests.application.setting import STRANGER
from tests.application.tellings import PROFILES, Telling, Told, registrations, several_tellings
from tests.projections.log import ToldLog

pytestmark = pytest.mark.speaks_sql


@pytest.fixture
def log(database: Any) -> Iterator[ToldLog]:
    log = ToldLog(database)
    yield log
    log.close()


@pytest.fixture
def links(database: Any) -> Iterator[ProfileLinksInLog]:
    pool = open_pool(database.url, "farley_api", size=1)
    yield ProfileLinksInLog(pool)
    pool.close()


@settings(
    derandomize=True,
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(registrations, several_tellings)
def test_links_and_holdings_are_read_from_the_log_as_it_stands(
    log: ToldLog, links: ProfileLinksInLog, begin: Sequence[Telling], sequence: Sequence[Telling]
) -> None:
    store = MemoryStore()
    plainly = MemoryLinks(store)
    story = Told(store, plainly)
    for name, customer, rest in (*begin, *sequence):
        getattr(story, name)(customer, rest)
    log.empty()
    log.append(store.log)
    for asked in (PROFILES[:1], PROFILES[2:5], PROFILES, ()):
        assert set(links.around(asked)) == set(plainly.around(asked))
        assert links.profiles_naming(asked) == plainly.profiles_naming(asked)
    for profile in (*PROFILES, STRANGER):
        assert links.has_facts(profile) == plainly.has_facts(profile)


@settings(
    derandomize=True,
    deadline=None,
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(registrations, several_tellings)
def test_the_use_cases_tell_a_real_log_the_same_facts(
    log: ToldLog, links: ProfileLinksInLog, begin: Sequence[Telling], sequence: Sequence[Telling]
) -> None:
    log.empty()
    store = MemoryStore()
    for story in (Told(store, MemoryLinks(store)), Told(log.store, links)):
        for name, customer, rest in (*begin, *sequence):
            getattr(story, name)(customer, rest)
    assert [one.fact for one in log.recorded()] == store.log
