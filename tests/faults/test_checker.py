"""The checker of the trials finds what is lost, doubled or stored by half, and nothing where all is right."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID

import psycopg
import pytest

from infrastructure.wiring.projector import projector_connection
from tests.faults.trials import checker
from tests.faults.trials.history import Command
from tests.faults.trials.stories import Campaigned
from tests.faults.trials.tail import TailingReader, whole_log
from tests.smtp_sink import ReceivedMail
from tests.world import World

COMPLAINT, CONSENT = "complaints.ComplaintOpened", "customers.ConsentGranted"
Connection = psycopg.Connection[Any]


@pytest.fixture
def connection(world: World) -> Iterator[Connection]:
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def person(world: World) -> UUID:
    """A customer who has complained once."""
    person = world.customer("anna@example.org")
    world.complain(person)
    return person


def complained(person: UUID, *, answered: int | None, key: str | None = None, **facts: int) -> Command:
    """A complaint that is answered with this position, or not at all."""
    answer = None if answered is None else {"position": answered}
    return Command(
        path="/api/complaints", body={}, subject=person, facts={COMPLAINT: 1, **facts}, key=key, answer=answer
    )


def findings(connection: Connection, command: Command) -> list[str]:
    return list(checker.commands_happened_once(connection, [command], after=0))


def test_a_command_that_happened_once_is_right_whether_or_not_it_was_answered(
    world: World, connection: Connection, person: UUID
) -> None:
    for answered in (world.head(), None):
        assert findings(connection, complained(person, answered=answered)) == []


def test_an_unanswered_command_that_did_not_happen_is_right(connection: Connection) -> None:
    assert findings(connection, complained(UUID(int=9), answered=None)) == []


def test_an_acknowledged_command_that_is_lost_is_found(
    world: World, connection: Connection, person: UUID
) -> None:
    found = findings(connection, complained(UUID(int=9), answered=world.head()))
    assert f"instead of {{'{COMPLAINT}': 1}}" in found[0]


def test_an_acknowledged_command_that_is_stored_twice_is_found(
    world: World, connection: Connection, person: UUID
) -> None:
    world.complain(person)
    assert any(
        f"left {{'{COMPLAINT}': 2}}" in finding
        for finding in findings(connection, complained(person, answered=world.head()))
    )


def test_an_unanswered_command_that_is_stored_by_half_is_found(connection: Connection, person: UUID) -> None:
    (found,) = findings(connection, complained(person, answered=None, **{CONSENT: 5}))
    assert "an unanswered command" in found


def test_an_answer_with_an_earlier_position_than_that_of_the_facts_is_found(
    connection: Connection, person: UUID
) -> None:
    (found,) = findings(connection, complained(person, answered=1))
    assert "1 was answered, but the facts end at" in found


def test_an_acknowledged_key_without_a_receipt_is_found(
    world: World, connection: Connection, person: UUID
) -> None:
    (found,) = findings(connection, complained(person, answered=world.head(), key="once"))
    assert found == "the Idempotency-Key once has 0 receipts"


def test_a_gap_in_the_log_is_found(connection: Connection, person: UUID) -> None:
    assert list(checker.log_is_whole(connection)) == []
    connection.execute("set session_replication_role = replica")
    connection.execute("delete from log.events where notification_id = 1")
    assert any("facts up to position" in finding for finding in checker.log_is_whole(connection))


def test_a_position_that_a_reader_did_not_see_is_found(connection: Connection, person: UUID) -> None:
    log, reader = whole_log(connection), TailingReader(lambda: connection)
    reader.seen = log[1:]
    assert reader.missed(log) == ["a tailing reader missed position 1"]


def test_a_table_with_a_wrong_row_and_a_projection_behind_are_found(
    world: World, connection: Connection, person: UUID
) -> None:
    world.fold()
    assert differences(world) == []
    connection.execute("update read_complaints.complaint set severity = 'low'")
    (wrong,) = differences(world)
    assert wrong.startswith("complaints.complaint differs from a fresh fold")
    world.complain(person)
    assert any(finding.startswith("timeline is at position") for finding in differences(world))


def differences(world: World) -> list[str]:
    with closing(projector_connection(world.located)) as folding:
        return list(checker.projections_equal_a_fresh_fold(folding))


@pytest.mark.parametrize(
    ("outcome", "messages", "is_right"),
    [
        ("sent", 1, True),
        ("unknown", 0, True),
        ("unknown", 1, True),
        ("suppressed", 0, True),
        ("sent", 0, False),
        ("sent", 2, False),
        ("unknown", 2, False),
        ("suppressed", 1, False),
    ],
)
def test_messages_are_as_many_as_the_outcome_says(outcome: str, messages: int, is_right: bool) -> None:
    person, address = UUID(int=1), "p@example.org"
    campaigned = Campaigned(number=1, campaign_id="c", run_id="r", members={person: address})
    received = [ReceivedMail(sender="s@example.org", recipients=(address,), content=b"")] * messages
    decision = {"customer_id": str(person), "outcome": outcome}
    found = list(checker._messages_match_outcomes([decision], campaigned, received))
    assert (found == []) is is_right
