"""When a suppressed person becomes eligible because time passes (docs/semantics.md, rule 1)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from domain.deciding.codes import Verdict
from domain.deciding.decide import RULES_VERSION, decide
from domain.deciding.decision import DecisionQuestion
from domain.deciding.facts import DecisionFacts, Person, StoppingComplaint, StoppingSuppression
from domain.deciding.policy import FIRST_POLICY, SuppressionPolicy, policy_at
from domain.deciding.rules import cooled_off_at


def eligible_from(
    facts: DecisionFacts,
    adopted: Iterable[SuppressionPolicy],
    question: DecisionQuestion,
    at: datetime,
    *,
    rules_version: int = RULES_VERSION,
) -> datetime | None:
    """Returns the earliest instant after `at` at which these facts lead to the verdict "eligible", or None.

    Without new facts a verdict changes only when something ends or a policy takes effect. The function decides at
    each of these instants.
    """
    policies = tuple(adopted)
    for instant in sorted({turn for turn in _turns(facts, policies) if turn > at}):
        decision = decide(facts, policy_at(policies, instant), question, instant, rules_version=rules_version)
        if decision.verdict is Verdict.ELIGIBLE:
            return instant
    return None


def _turns(facts: DecisionFacts, policies: tuple[SuppressionPolicy, ...]) -> Iterator[datetime]:
    """Yields every instant at which the verdict can change."""
    for policy in (FIRST_POLICY, *policies):
        yield policy.takes_effect_at
        for complaint in _complaints(facts):
            if (end := cooled_off_at(complaint, policy)) is not None:
                yield end
        for suppression in _suppressions(facts):
            yield from _ends(suppression, policy)
    for person in _people(facts):
        yield from (statement.expires_at for statement in person.consents if statement.expires_at is not None)


def _ends(suppression: StoppingSuppression, policy: SuppressionPolicy) -> Iterator[datetime]:
    if suppression.until is not None:
        yield suppression.until
    elif suppression.reason_code in policy.expires_after:
        yield suppression.imposed_at + policy.expires_after[suppression.reason_code]


def _people(facts: DecisionFacts) -> Iterator[Person]:
    yield facts.person
    for owners in facts.co_owners.values():
        yield from owners


def _complaints(facts: DecisionFacts) -> Iterator[StoppingComplaint]:
    for person in _people(facts):
        yield from person.complaints
        for unlinked in person.unlinked_identifiers:
            yield from unlinked.complaints


def _suppressions(facts: DecisionFacts) -> Iterator[StoppingSuppression]:
    for person in _people(facts):
        yield from person.suppressions
        for unlinked in person.unlinked_identifiers:
            yield from unlinked.suppressions
    for imposed in facts.domains.values():
        yield from imposed
