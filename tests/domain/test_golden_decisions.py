"""Every version of the rules decides for ever as it did: another decision needs another RULES_VERSION."""

from dataclasses import replace
from functools import partial
from itertools import chain

import pytest

from domain.deciding.case import Case, Rule, Rules
from domain.deciding.decide import RULES, RULES_VERSION, Decision, UnknownRulesVersion, decide, decide_by
from domain.deciding.decision import Ruling
from tests.domain.commit_golden_decisions import by_version, main
from tests.domain.golden_cases import QUESTIONS, Question, asked_in, path_of, written
from tests.domain.test_deciding import MAIL

NUMBERS = range(len(RULES[RULES_VERSION].ordered))


def by_rules(rules: Rules, question: Question) -> Decision:
    return decide_by(rules, RULES_VERSION, question.facts, question.policy, question.asked, question.at)


def decided(version: int) -> list[tuple[Question, Decision]]:
    questions = asked_in(path_of(version).read_bytes())
    return [(question, by_version(version, question)) for question in questions.values()]


@pytest.mark.parametrize("version", RULES)
def test_a_version_decides_byte_for_byte_as_its_golden_decisions(version: int) -> None:
    golden = path_of(version).read_bytes()
    assert written(asked_in(golden), partial(by_version, version)) == golden


def test_every_version_has_its_golden_decisions_and_every_file_its_rules() -> None:
    folder = path_of(RULES_VERSION).parent
    assert {path.name for path in folder.glob("golden_decisions_v*.json")} == {path_of(v).name for v in RULES}
    assert max(RULES) == RULES_VERSION


@pytest.mark.parametrize("number", NUMBERS)
def test_a_changed_rule_is_noticed(number: int) -> None:
    rules = RULES[RULES_VERSION]
    golden = path_of(RULES_VERSION).read_bytes()

    def always_passes(case: Case, rule: Rule = rules.ordered[number]) -> Ruling:
        return replace(rule(case), passed=True)

    def without_facts(case: Case, rule: Rule = rules.ordered[number]) -> Ruling:
        ruling = rule(case)
        return replace(ruling, facts=(), until=None, passed=not ruling.passed)

    for changed in (always_passes, without_facts):
        ordered = (*rules.ordered[:number], changed, *rules.ordered[number + 1 :])
        assert written(asked_in(golden), partial(by_rules, replace(rules, ordered=ordered))) != golden


def test_rules_in_another_order_or_another_choice_of_contact_point_are_noticed() -> None:
    rules, golden = RULES[RULES_VERSION], path_of(RULES_VERSION).read_bytes()
    backwards = replace(rules, ordered=rules.ordered[::-1])
    chooses_none = replace(rules, choose=lambda *asked: (None, *rules.choose(*asked)[1:]))
    for changed in (backwards, chooses_none):
        assert written(asked_in(golden), partial(by_rules, changed)) != golden


def test_they_show_every_rule_stopping_and_passing_for_every_class_of_message() -> None:
    cases = decided(RULES_VERSION)
    shown = {(ruling.code, ruling.passed) for _, decision in cases for ruling in decision.rules}
    codes = {code for code, _ in shown}
    assert shown == {(code, passed) for code in codes for passed in (True, False)}
    classes = {question.asked.message_class for question, _ in cases}
    assert classes == {"promotional", "service", "transactional", "recovery"}
    assert any(ruling.until for ruling in chain.from_iterable(decision.rules for _, decision in cases))


def test_writing_golden_decisions_leaves_those_that_are_there() -> None:
    before = {version: path_of(version).stat().st_mtime_ns for version in RULES}
    main()
    assert {version: path_of(version).stat().st_mtime_ns for version in RULES} == before


def test_rules_that_never_were_are_refused() -> None:
    question = next(iter(QUESTIONS.values()))
    with pytest.raises(UnknownRulesVersion, match="version 99"):
        decide(question.facts, question.policy, MAIL, question.at, rules_version=99)
