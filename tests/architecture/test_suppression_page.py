"""The page about suppression: every reason and line of the semantics that is due stands in it with tests that exist."""

import re
from functools import cache
from pathlib import Path

import pytest

from domain.deciding.decide import RULES, RULES_VERSION
from domain.deciding.policy import IMPOSABLE
from tests.domain.test_deciding import decided

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "suppression.md"
LINES = range(1, 45)
LINES_NOT_DUE = {8, 12, 13, 21, 22, 24, 27}
REASONS = [
    "NO_CONTACT_POINT",
    "INVALID_CONTACT_POINT",
    "NO_CONSENT",
    "CONSENT_WITHDRAWN",
    "CONSENT_EXPIRED",
    "OPTED_OUT_TOPIC",
    "GLOBAL_DO_NOT_CONTACT",
    "HARD_BOUNCE",
    "SOFT_BOUNCE_THRESHOLD",
    "SPAM_COMPLAINT",
    "OPEN_COMPLAINT",
    "COMPLAINT_COOLING_OFF",
    "SERVICE_RECOVERY_PENDING",
    "DELINQUENT",
    "FREQUENCY_CAP",
    "QUIET_HOURS",
    "LOWER_PRIORITY_CONFLICT",
    "HOLDOUT_GLOBAL",
    "HOLDOUT_CAMPAIGN",
    "ALREADY_CONTACTED",
    "ALREADY_CONVERTED",
    "MINOR",
    "DECEASED",
    "LEGAL_HOLD",
    "ERASED",
    "DUPLICATE_ADDRESS_IN_RUN",
    "DOMAIN_BLOCKED",
    "BUDGET_EXHAUSTED",
    "OPERATOR_EXCLUDED",
    "RENDER_ERROR",
    "PROVIDER_SUPPRESSED",
    "EXPIRED",
    "OBJECTION",
    "NO_LONGER_IN_SEGMENT",
    "CAMPAIGN_CANCELLED",
    "CIRCUIT_BREAKER",
]
"""The closed list, in the order in which a decision names them."""
NEVER_OF_A_RULE = {"INVALID_CONTACT_POINT", "RENDER_ERROR"}
CLASSES_NOT_DUE = {"frequency cap, quiet hours", "erased"}
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows(heading: str) -> list[list[str]]:
    """The cells of the last table below a heading, without its own first two rows."""
    section = PAGE.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    table = section.strip().rpartition("\n\n")[2].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


@cache
def defined_in(path: str) -> frozenset[str]:
    return frozenset(re.findall(r"^def (test_\w+)\(", (ROOT / path).read_text(), re.MULTILINE))


def ruled() -> list[str]:
    """The reasons that the rules of today may name, in their order."""
    assert len(RULES[RULES_VERSION].ordered) == len(decided().rules)
    return [rule.code for rule in decided().rules]


@pytest.mark.parametrize(("path", "name"), sorted(set(TEST.findall(PAGE.read_text()))))
def test_a_test_that_the_page_names_exists(path: str, name: str) -> None:
    assert name in defined_in(path)


def test_nothing_on_the_page_looks_like_a_test_and_is_none() -> None:
    assert PAGE.read_text().count("::test_") == len(TEST.findall(PAGE.read_text()))


def test_every_reason_of_the_closed_list_is_on_the_page_and_no_other() -> None:
    assert [row[0] for row in rows("Every reason")] == [f"`{reason}`" for reason in REASONS]


def test_every_reason_that_a_rule_names_is_due_and_has_its_tests_and_no_other() -> None:
    tested = {row[0].strip("`") for row in rows("Every reason") if TEST.search(row[3])}
    due = {row[0].strip("`") for row in rows("Every reason") if row[1] in {"1", "2"}}
    assert tested == due == {*ruled(), *NEVER_OF_A_RULE}
    assert set(IMPOSABLE) < tested


def test_decisions_name_their_reasons_in_the_order_of_the_page() -> None:
    assert ruled() == [reason for reason in REASONS if reason in ruled()]


def test_every_line_of_the_semantics_is_on_the_page_with_tests_where_it_is_due() -> None:
    lines = {int(row[0]): row for row in rows("Every line of the semantics")}
    assert list(lines) == list(LINES)
    for number, (_, part, does, tests) in lines.items():
        assert does
        assert bool({"1", "2"} & set(part.split(", "))) is (number not in LINES_NOT_DUE), number
        assert TEST.search(tests) or number in LINES_NOT_DUE, number


def test_every_row_of_the_message_classes_that_is_due_has_its_test() -> None:
    untested = {row[0] for row in rows("The classes of message") if not TEST.search(row[5])}
    assert untested == CLASSES_NOT_DUE
