"""The page about next actions: each rule and each action stands there, in order, with what it does and its tests."""

from domain.next_actions.actions import ActionCode
from domain.next_actions.rules import ORDERED
from tests.architecture.pages import ROOT, TEST, defined_in, rows

PAGE = ROOT / "docs" / "next-actions.md"


def test_every_rule_is_on_the_page_in_its_order_with_its_tests() -> None:
    rules = rows(PAGE, "The rules")
    assert [row[0] for row in rules] == [f"`{rule.code}`" for rule in ORDERED]
    assert all(TEST.search(row[4]) for row in rules)


def test_every_action_is_on_the_page_with_a_sentence_and_a_rule_proposes_it() -> None:
    actions = [row[0].strip("`") for row in rows(PAGE, "The actions")]
    assert actions == list(ActionCode)
    assert all(row[1].endswith(".") for row in rows(PAGE, "The actions"))
    assert sorted(row[1].strip("`") for row in rows(PAGE, "The rules")) == sorted(actions)


def test_the_tests_that_the_page_names_exist() -> None:
    text = PAGE.read_text()
    assert text.count("::test_") == len(TEST.findall(text))
    assert [name for path, name in TEST.findall(text) if name not in defined_in(path)] == []
