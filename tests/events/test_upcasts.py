"""A fact that was stored in an older version reads as the newest one, in Python and in its SQL view.

No fact of Farley has a second version yet, so these tests define one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

import psycopg
import pytest

from application import codec
from application.personal import PersonalCipher
from domain.facts import FACTS, UPCASTS, Fact, Upcast, stored
from infrastructure.eventsourcing.mapper import VERSION_KEY, FactMapper
from infrastructure.postgres.recorder import LogEvent
from projections.engine.views import view_statements
from tests.databases import TestDatabase

NAME = "lessons.LessonGiven"
ENVELOPE = {
    "originator_id": str(uuid4()),
    "occurred_at": "2026-03-01T12:00:00Z",
    "actor": "key:school",
    "correlation_id": str(uuid4()),
}
WRITTEN: dict[int, dict[str, Any]] = {
    1: {"pupils": 7},
    2: {"pupils": 8, "room": "B2", VERSION_KEY: 2},
    3: {"pupils": 9, "room": "C3", "minutes": 30, VERSION_KEY: 3},
}
"""What each version of the fact stored beside its envelope."""
MAPPER = FactMapper(cast(PersonalCipher, None))
"""Its facts have no personal fields, so that it needs no cipher."""
READ = {1: (7, "A1", 45), 2: (8, "B2", 45), 3: (9, "C3", 30)}


@pytest.fixture
def lesson_given() -> Iterator[type[Fact]]:
    """A fact whose version 2 has a room, and whose version 3 also has a length."""
    upcasts = (
        Upcast(from_version=1, state=lambda state: {**state, "room": "A1"}, columns={"room": "'A1'"}),
        Upcast(from_version=2, state=lambda state: {**state, "minutes": 45}, columns={"minutes": "45"}),
    )

    @stored(NAME, version=3, upcasts=upcasts)
    @dataclass(frozen=True, kw_only=True)
    class LessonGiven(Fact):
        pupils: int
        room: str
        minutes: int

    yield LessonGiven
    del FACTS[NAME], UPCASTS[NAME]


def logged(version: int) -> LogEvent:
    state = codec.encode({**ENVELOPE, **WRITTEN[version]})
    return LogEvent(originator_id=uuid4(), originator_version=1, topic=NAME, state=state)


@pytest.mark.parametrize("version", WRITTEN)
def test_a_fact_of_an_older_version_loads_as_the_newest(lesson_given: type[Fact], version: int) -> None:
    lesson: Any = MAPPER.to_domain_event(logged(version))
    assert isinstance(lesson, lesson_given)
    assert (lesson.pupils, lesson.room, lesson.minutes) == READ[version]


@pytest.mark.usefixtures("lesson_given")
def test_an_older_fact_is_stored_again_only_as_the_newest_version() -> None:
    again = MAPPER.to_stored_event(MAPPER.to_domain_event(logged(1)))
    assert codec.decode(again.state) == {**ENVELOPE, "pupils": 7, "room": "A1", "minutes": 45, VERSION_KEY: 3}


@pytest.mark.usefixtures("lesson_given")
def test_the_view_of_a_fact_shows_older_versions_as_the_newest(database: TestDatabase) -> None:
    (statement,) = (text for text in view_statements("log.facts", "pg_temp.") if NAME in text)
    with psycopg.connect(database.url) as connection:
        for version, state in WRITTEN.items():
            connection.execute(
                "insert into log.events (stream_id, originator_version, stored_name, state, notification_id,"
                " recorded_at) values (%s, 1, %s, %s, %s, now())",
                [uuid4(), NAME, codec.encode({**ENVELOPE, **state}), version],
            )
        connection.execute(statement.encode())
        rows = connection.execute(
            "select position, pupils, room, minutes from pg_temp.lesson_given"
        ).fetchall()
    assert {version: tuple(columns) for version, *columns in rows} == READ
