"""What an import that is stopped says of the rows so far."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result

from interfaces.imports.loading import Loading
from tests.interfaces.cli.conftest import Operator

GO_ON = "Some of the next rows may be stored, too. The same command stores only what is missing."
ROWS = "kind,name\n" + "person,Ana\n" * 3


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(ROWS)
    return path


def stopped(operator: Operator, file: Path, monkeypatch: pytest.MonkeyPatch, *, rows: int) -> Result:
    """The import is stopped with Ctrl-C after so many rows."""
    load = Loading._named

    def interrupted(self: Loading, read: Iterator[object]) -> Iterator[object]:
        named = load(self, read)  # type: ignore[arg-type]
        for _ in range(rows):
            self._record_all([next(named)])
        raise KeyboardInterrupt
        yield

    with monkeypatch.context() as patch:
        patch.setattr(Loading, "_named", interrupted)
        return operator.types("import", "customers", str(file))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (0, f"Stopped: no row was imported yet. {GO_ON}"),
        (2, f"Stopped: accepted 2, duplicates 0, refused 0. {GO_ON}"),
    ],
)
def test_an_import_that_is_stopped_says_what_was_stored_and_can_be_started_again(
    operator: Operator, file: Path, monkeypatch: pytest.MonkeyPatch, rows: int, expected: str
) -> None:
    said = stopped(operator, file, monkeypatch, rows=rows)
    assert said.exit_code == 1
    assert expected in said.output
    again = operator.gets("import", "customers", str(file))
    counts = [line.split() for line in again.splitlines()[1:4]]
    assert counts == [["rows", "3"], ["accepted", str(3 - rows)], ["duplicates", str(rows)]]


def test_a_refused_import_stores_nothing_and_does_not_say_that_it_was_stopped(
    operator: Operator, file: Path
) -> None:
    assert "Stopped" not in operator.types("import", "customers", str(file), "--key", "nonsense").output
