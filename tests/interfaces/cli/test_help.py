"""The help of every verb on a terminal of 80 columns: no word and no sentence is cut."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from infrastructure.machine.settings import ROOT
from interfaces.cli.main import farley
from projections.engine.definitions import PROJECTIONS

COLUMNS = 80


def commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            part = command.get_command(context, name)
            assert part is not None
            yield from commands(part, (*words, name))


def shown(*words: str) -> list[str]:
    return CliRunner().invoke(farley, words, env={"COLUMNS": str(COLUMNS)}).output.splitlines()


@pytest.mark.parametrize("words", [*commands(farley)], ids=" ".join)
def test_help_fits_into_a_terminal_and_cuts_no_text(words: tuple[str, ...]) -> None:
    usage, *lines = shown(*words, "--help")
    assert usage.startswith(f"Usage: {' '.join(('farley', *words))} [OPTIONS]")
    assert lines[0] == "", "the usage goes on in a second line"
    assert max(map(len, [usage, *lines])) <= COLUMNS
    assert [line for line in lines if line.endswith("...")] == []


def test_the_help_says_how_the_command_is_typed_in_the_folder_of_the_project() -> None:
    assert "type bin/farley" in " ".join(" ".join(shown("--help")).split())
    assert (ROOT / "bin" / "farley").stat().st_mode & 0o100


def test_a_projection_that_does_not_exist_is_refused_with_those_that_do() -> None:
    said = " ".join(shown("project", "pause", "nonsense"))
    assert "Invalid value for 'NAME'" in said
    assert all(f"'{name}'" in said for name in PROJECTIONS)
