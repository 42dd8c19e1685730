"""The pages about suppression and about the rules of contact: each reason and rule stands there with its tests."""

import re
from pathlib import Path

import pytest

from domain.deciding.codes import ReasonCode
from domain.deciding.decide import RULES, RULES_VERSION
from domain.deciding.policy import IMPOSABLE
from tests.architecture.pages import ROOT, TEST, defined_in, rows
from tests.domain.people import decided

PAGE = ROOT / "docs" / "suppression.md"
RULES_PAGE = ROOT / "docs" / "semantics.md"
PAGES = (PAGE, RULES_PAGE)
REFERENCE = re.compile(r"semantics\.md, rules? ([\d, and]+)")
RULE = re.compile(r"^\*\*(\d+)\.\*\*", re.MULTILINE)
NEVER_OF_A_RULE = {"RENDER_ERROR"}
RESERVED = "Reserved: no rule names it yet."


def named_in_code() -> set[int]:
    """The numbers of rules that source files refer to: "docs/semantics.md, rule 18", "rules 4 and 18"."""
    texts = (path.read_text() for path in ROOT.glob("*/**/*.py") if ".venv" not in path.parts)
    references = (match for text in texts for match in REFERENCE.findall(text))
    return {int(number) for reference in references for number in re.findall(r"\d+", reference)}


def ruled() -> list[str]:
    """The reasons that the rules may name, in their order."""
    assert len(RULES[RULES_VERSION].ordered) == len(decided().rules)
    return [rule.code for rule in decided().rules]


@pytest.mark.parametrize(
    ("path", "name"), sorted({test for page in PAGES for test in TEST.findall(page.read_text())})
)
def test_a_test_that_a_page_names_exists(path: str, name: str) -> None:
    assert name in defined_in(path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_on_a_page_looks_like_a_test_and_is_none(page: Path) -> None:
    text = page.read_text()
    examples = text.count("`test_")
    assert text.count("::test_") == len(TEST.findall(text))
    assert examples == text.count("`test_18_at_most_one_handover_is_open`")


def test_every_reason_of_the_closed_list_is_on_the_page_and_no_other() -> None:
    assert [row[0] for row in rows(PAGE, "Every reason")] == [f"`{reason}`" for reason in ReasonCode]


def test_every_reason_that_a_rule_names_has_its_tests_and_the_others_are_said_to_be_reserved() -> None:
    tested = {row[0].strip("`") for row in rows(PAGE, "Every reason") if TEST.search(row[2])}
    reserved = {row[0].strip("`") for row in rows(PAGE, "Every reason") if row[1] == RESERVED}
    assert tested == {*ruled(), *NEVER_OF_A_RULE} == {*ReasonCode} - reserved
    assert set(IMPOSABLE) < tested


def test_decisions_name_their_reasons_in_the_order_of_the_closed_list() -> None:
    assert ruled() == [reason for reason in ReasonCode if reason in ruled()]


def test_every_rule_has_a_number_of_its_own_and_its_tests() -> None:
    numbers = [int(number) for number in RULE.findall(RULES_PAGE.read_text())]
    tested = [int(row[0]) for row in rows(RULES_PAGE, "The tests of each rule") if TEST.search(row[1])]
    assert tested == sorted(numbers) == sorted(set(numbers))


@pytest.mark.parametrize("number", sorted(named_in_code()))
def test_every_rule_that_the_code_names_is_on_the_page(number: int) -> None:
    assert number in {int(known) for known in RULE.findall(RULES_PAGE.read_text())}


def test_every_row_of_the_message_classes_has_its_test() -> None:
    assert all(TEST.search(row[5]) for row in rows(PAGE, "The classes of message"))
