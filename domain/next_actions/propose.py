"""Proposes what to do next for a person: one pure function that returns the actions and the answer of every rule."""

from collections.abc import Sequence

from domain.next_actions.actions import (
    Action,
    Found,
    Proposal,
    ProposedAction,
    RuleAnswer,
    RuleOutcome,
    Stopped,
    Urgency,
)
from domain.next_actions.case import Case, Rule
from domain.next_actions.rules import ORDERED

RULES_VERSION = 1
"""The version of the rules. A change that alters a proposal raises it."""
_URGENCY = list(Urgency)


def propose(case: Case, rules: Sequence[Rule] = ORDERED) -> Proposal:
    """Returns the actions, the most urgent first, and of equally urgent ones that of the earlier rule first."""
    found = [(rule.code, rule.find(case)) for rule in rules]
    proposed = [(code, action) for code, action in found if isinstance(action, Action)]
    ranked = sorted(proposed, key=lambda one: _URGENCY.index(one[1].urgency))
    return Proposal(
        at=case.at,
        actions=tuple(
            ProposedAction(rank=rank, because=code, action=action)
            for rank, (code, action) in enumerate(ranked, start=1)
        ),
        rules=tuple(_answer(code, result) for code, result in found),
        policy_version=case.policy.version,
        decision_rules_version=case.decision_rules_version,
        rules_version=RULES_VERSION,
    )


def _answer(code: str, found: Found) -> RuleAnswer:
    if isinstance(found, Stopped):
        return RuleAnswer(code=code, outcome=RuleOutcome.STOPPED, reasons=found.reasons)
    return RuleAnswer(code=code, outcome=RuleOutcome.PASSED if found is None else RuleOutcome.PROPOSED)
