"""What the pages say is so: generated pages are up to date, and what others name is there."""

import re
from collections import Counter
from pathlib import Path

import click
import pytest

import docs.reliability as reliability
from docs.generate import EVENTS, page
from interfaces.cli.main import VERBS, farley

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
FOR_TESTS = {"FARLEY_BROWSER", "FARLEY_NO_SKIPS", "FARLEY_SAMPLES"}

every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def test_the_page_of_events_is_up_to_date() -> None:
    assert EVENTS.read_text(encoding="utf-8") == page(), "run: python -m docs.generate"


def test_the_page_of_reliability_is_up_to_date() -> None:
    assert reliability.PAGE.read_text(encoding="utf-8") == reliability.page(), "run: python -m docs.generate"


def test_operations_name_every_setting_and_no_other() -> None:
    documented = _variables(_section((ROOT / "docs" / "operations.md").read_text(), "Settings")) - FOR_TESTS
    read = _variables((ROOT / "infrastructure" / "machine" / "settings.py").read_text())
    assert documented == read


@every_page
def test_named_settings_exist(path: Path) -> None:
    read = _variables((ROOT / "infrastructure" / "machine" / "settings.py").read_text())
    assert _variables(path.read_text()) <= read | FOR_TESTS


@every_page
def test_named_commands_exist(path: Path) -> None:
    named = re.findall(r"(?<=`|/)farley ([a-z]+)(?: ([a-z-]+))?", path.read_text())
    assert {verb for verb, _ in named} <= VERBS.keys()
    for verb, word in named:
        command = farley.get_command(click.Context(farley), verb) if word else None
        if isinstance(command, click.Group):
            assert word in command.list_commands(click.Context(command))


@every_page
def test_named_make_targets_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z0-9-]+)", path.read_text(), re.MULTILINE)) <= targets


@every_page
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", path.read_text()):
        assert (path.parent / target).exists(), target


@every_page
def test_links_to_headings_lead_somewhere(path: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", path.read_text()):
        assert anchor in _anchors((path.parent / target).read_text() if target else path.read_text())


def test_the_glossary_has_each_term_once_in_both_languages() -> None:
    rows = [row for row in _rows(ROOT / "docs" / "glossary.md") if row[0] != "English"]
    assert len(rows) >= 60
    assert all(len(row) == 3 and all(row) for row in rows)
    for language in (0, 1):
        terms = Counter(term for row in rows for term in row[language].split(", "))
        assert [term for term, times in terms.items() if times > 1] == []


def test_decisions_are_numbered_without_gaps_and_all_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    decisions = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in decisions] == list(range(1, len(decisions) + 1))
    assert re.findall(r"\]\((\d{4}-[^)]+)\)", (folder / "README.md").read_text()) == decisions
    for number, name in enumerate(decisions, start=1):
        assert (folder / name).read_text().startswith(f"# {number}. ")


def _variables(text: str) -> set[str]:
    """Settings; the last underscore of `FARLEY_X_FILE` and its like is not part of a name."""
    found = re.findall(r"\b(?:FARLEY_[A-Z]+(?:_[A-Z]+)*|DATABASE_URL)\b", text)
    return {name.removesuffix("_FILE") for name in found}


def _section(text: str, heading: str) -> str:
    return re.split(r"^## ", text.partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _rows(path: Path) -> list[list[str]]:
    lines = [line for line in path.read_text().splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
