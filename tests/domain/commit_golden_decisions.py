"""Writes the golden decisions of each version of the rules that has none; it never changes a file that is there."""

from functools import partial

from domain.deciding.decide import RULES, Decision, decide
from tests.domain.golden_cases import QUESTIONS, Question, path_of, written


def by_version(version: int, question: Question) -> Decision:
    return decide(question.facts, question.policy, question.asked, question.at, rules_version=version)


def main() -> None:
    for version in RULES:
        if not path_of(version).exists():
            path_of(version).write_bytes(written(QUESTIONS, partial(by_version, version)))


if __name__ == "__main__":
    main()
