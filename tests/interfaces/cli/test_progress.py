"""The progress of long verbs without a terminal: plain lines at intervals, and none for short work."""

from datetime import UTC, datetime

import pytest

from interfaces.cli import wiring
from interfaces.cli.progress import EVERY_SECONDS, progress
from tests.interfaces.cli.conftest import Operator
from tests.world import World


class Ticking:
    """A clock that runs a second at each look."""

    seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        self.seconds += 1
        return self.seconds


def test_long_work_writes_a_plain_line_every_few_seconds_to_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wiring, "new_clock", Ticking)
    with progress("deciding again") as show:
        for position in range(1, 3 * int(EVERY_SECONDS)):
            show(1_000 * position, 20_000)
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.splitlines() == [
        "deciding again: position 5,000 of 20,000",
        "deciding again: position 10,000 of 20,000",
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("project", "rebuild", "timeline"),
        ("project", "verify", "timeline"),
        (
            "audience",
            '{"field": "language", "op": "eq", "value": "es"}',
            "--known-at",
            "2026-03-02T12:00:00Z",
        ),
    ],
    ids=" ".join,
)
def test_short_work_shows_no_progress_without_a_terminal(
    world: World, operator: Operator, words: tuple[str, ...]
) -> None:
    world.customer("ana@example.org")
    world.fold()
    done = operator.types(*words)
    assert (done.exit_code, done.stderr, len(done.stdout.splitlines())) == (0, "", 1)


def test_a_refused_replay_writes_its_reason_and_no_bar(world: World, operator: Operator) -> None:
    refused = operator.types("replay", str(world.campaign()))
    assert (refused.stdout, refused.stderr) == ("", "")
