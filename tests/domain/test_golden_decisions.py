"""Every version of the rules keeps deciding as it did: another decision needs another RULES_VERSION."""

from dataclasses import replace
from functools import cache, partial
from itertools import chain, product
from typing import Any

import pytest

from domain.campaigns.events import MessageClass
from domain.deciding.case import Case, Chosen, Rule, Rules
from domain.deciding.decide import RULES, RULES_VERSION, Decision, decide, decide_by
from domain.deciding.decision import Ruling
from domain.deciding.errors import UnknownRulesVersion
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import FIRST_POLICY
from domain.deciding.rules import expired
from tests.domain.commit_golden_decisions import QUESTIONS, by_version, main
from tests.domain.golden_cases import Question, asked_in, path_of, written
from tests.domain.people import MAIL

NUMBERS = range(len(RULES[RULES_VERSION].ordered))
STOP_EVERY_CLASS = {
    "NO_CONTACT_POINT",
    "INVALID_CONTACT_POINT",
    "HARD_BOUNCE",
    "ALREADY_CONTACTED",
    "DECEASED",
    "LEGAL_HOLD",
    "DUPLICATE_ADDRESS_IN_RUN",
    "DOMAIN_BLOCKED",
    "EXPIRED",
    "NO_LONGER_IN_SEGMENT",
    "CAMPAIGN_CANCELLED",
}
"""By the table of message classes; all others stop promotional messages only, GLOBAL_DO_NOT_CONTACT recovery too."""


def by_rules(rules: Rules, question: Question) -> Decision:
    return decide_by(rules, RULES_VERSION, question.facts, question.policy, question.asked, question.at)


def choose_oldest(facts: DecisionFacts, *asked: Any) -> Chosen:
    """The rules' choice, were the contact points numbered in the opposite order."""
    points = tuple(replace(point, position=-point.position) for point in facts.person.contact_points)
    backwards = replace(facts, person=replace(facts.person, contact_points=points))
    chosen, standing, positions = RULES[RULES_VERSION].choose(backwards, *asked)
    return chosen and replace(chosen, position=-chosen.position), standing, positions


@cache
def decided(version: int) -> list[tuple[Question, Decision]]:
    """What a version is asked, with what it decides: the text of its golden decisions, by the first tests."""
    questions = asked_in(path_of(version).read_bytes())
    return [(question, by_version(version, question)) for question in questions.values()]


def noticed(rules: Rules) -> bool:
    """Whether these rules decide anything otherwise than the newest version."""
    return any(by_rules(rules, question) != decision for question, decision in decided(RULES_VERSION))


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

    def always_passes(case: Case, rule: Rule = rules.ordered[number]) -> Ruling:
        return replace(rule(case), passed=True)

    def without_facts(case: Case, rule: Rule = rules.ordered[number]) -> Ruling:
        ruling = rule(case)
        return replace(ruling, facts=(), until=None, passed=not ruling.passed)

    for changed in (always_passes, without_facts):
        ordered = (*rules.ordered[:number], changed, *rules.ordered[number + 1 :])
        assert noticed(replace(rules, ordered=ordered))


def test_rules_in_another_order_or_another_choice_of_contact_point_are_noticed() -> None:
    rules = RULES[RULES_VERSION]
    backwards = replace(rules, ordered=rules.ordered[::-1])
    chooses_none = replace(rules, choose=lambda *asked: (None, *rules.choose(*asked)[1:]))
    chooses_oldest = replace(rules, choose=choose_oldest)
    assert not noticed(rules)
    for changed in (backwards, chooses_none, chooses_oldest):
        assert noticed(changed)


def test_they_show_every_rule_stopping_and_passing_for_every_class_of_message() -> None:
    cases = [one for one in decided(RULES_VERSION) if one[0].policy == FIRST_POLICY]
    shown = {
        (question.asked.message_class, ruling.code, ruling.passed)
        for question, decision in cases
        for ruling in decision.rules
    }
    codes = {code for _, code, _ in shown}
    passing = {(message_class, code, True) for message_class, code in product(MessageClass, codes)}
    every_class = {
        (message_class, code, False) for message_class, code in product(MessageClass, STOP_EVERY_CLASS)
    }
    promotional = {("promotional", code, False) for code in codes}
    assert shown == passing | promotional | every_class | {("recovery", "GLOBAL_DO_NOT_CONTACT", False)}
    assert {decision.verdict for _, decision in cases} == {"eligible", "held_out", "suppressed"}
    assert any(ruling.until for ruling in chain.from_iterable(decision.rules for _, decision in cases))


def test_each_rule_alone_stops_somebody() -> None:
    alone = {
        codes[0] for _, one in decided(RULES_VERSION) if len(codes := [r.code for r in one.reasons]) == 1
    }
    assert alone == {ruling.code for ruling in decided(RULES_VERSION)[0][1].rules}


def test_writing_golden_decisions_leaves_those_that_are_there() -> None:
    before = {version: path_of(version).stat().st_mtime_ns for version in RULES}
    main()
    assert {version: path_of(version).stat().st_mtime_ns for version in RULES} == before


def test_a_decision_is_made_by_the_rules_of_the_version_that_it_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of_ends = Rules(choose=RULES[1].choose, ordered=(expired,))
    monkeypatch.setattr("domain.deciding.decide.RULES", {**RULES, 2: of_ends})
    question = QUESTIONS["nothing said"]
    assert by_version(1, question).verdict == "suppressed"
    second = by_version(2, question)
    assert (second.verdict, second.rules_version) == ("eligible", 2)


def test_rules_that_never_were_are_refused() -> None:
    question = next(iter(QUESTIONS.values()))
    with pytest.raises(UnknownRulesVersion, match="version 99"):
        decide(question.facts, question.policy, MAIL, question.at, rules_version=99)
