"""Writes the golden decisions of each version of the rules that has none; it never changes a file that is there."""

from functools import partial

from domain.deciding.decide import RULES, Decision, decide
from tests.domain import golden_cases, golden_hold_outs, golden_suppressions, golden_unlinked_identifiers
from tests.domain.golden_cases import Question, path_of, written

QUESTIONS: dict[str, Question] = {
    **golden_cases.QUESTIONS,
    **golden_suppressions.QUESTIONS,
    **golden_hold_outs.QUESTIONS,
    **golden_unlinked_identifiers.QUESTIONS,
}


def by_version(version: int, question: Question) -> Decision:
    return decide(question.facts, question.policy, question.asked, question.at, rules_version=version)


def main() -> None:
    for version in RULES:
        if not path_of(version).exists():
            path_of(version).write_bytes(written(QUESTIONS, partial(by_version, version)))


if __name__ == "__main__":
    main()
