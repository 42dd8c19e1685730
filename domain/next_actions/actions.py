"""What may be done next for a person, and what a rule says about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.runs.events import Reason


class ActionCode(StrEnum):
    """All actions (docs/next-actions.md)."""

    APOLOGISE_AND_ANSWER = "APOLOGISE_AND_ANSWER"
    FINISH_COMPLAINT = "FINISH_COMPLAINT"
    RETURN_CONTACT = "RETURN_CONTACT"
    CORRECT_ADDRESS = "CORRECT_ADDRESS"
    SETTLE_MESSAGE = "SETTLE_MESSAGE"
    FOLLOW_UP_COMPLAINT = "FOLLOW_UP_COMPLAINT"
    ASK_ABOUT_ORDER = "ASK_ABOUT_ORDER"
    ASK_FOR_ADDRESS = "ASK_FOR_ADDRESS"
    ASK_FOR_CONSENT = "ASK_FOR_CONSENT"
    MAY_OFFER = "MAY_OFFER"


class Urgency(StrEnum):
    """How soon an action is due, the most urgent first."""

    NOW = "now"
    SOON = "soon"
    LATER = "later"


class RuleOutcome(StrEnum):
    """What a rule says: it proposes an action, has nothing to propose, or something stops the action."""

    PROPOSED = "proposed"
    PASSED = "passed"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class PossibleMessage:
    """A promotional message that an action is about."""

    channel: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something to do for the person, with the positions of the facts it rests on, the most urgent first.

    `messages`: those that may be sent, or for which a consent is missing; empty for other actions.
    """

    code: ActionCode
    urgency: Urgency
    facts: tuple[int, ...]
    messages: tuple[PossibleMessage, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """What stops the action of a rule, as decisions name it."""

    reasons: tuple[Reason, ...]


Found = Action | Stopped | None
"""What a rule returns. None: it has nothing to propose."""


@dataclass(frozen=True, kw_only=True)
class ProposedAction:
    """An action with its rank, from 1, and the code of the rule that proposes it."""

    rank: int
    because: str
    action: Action


@dataclass(frozen=True, kw_only=True)
class RuleAnswer:
    """What one rule says. `reasons`: what stops its action."""

    code: str
    outcome: RuleOutcome
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The actions by rank, and the answers of all rules in order.

    `policy_version`: the suppression policy by which offers were decided. `decision_rules_version`: the version of
    the rules of those decisions. `rules_version`: the version of the rules of next actions.
    """

    at: datetime
    actions: tuple[ProposedAction, ...]
    rules: tuple[RuleAnswer, ...]
    policy_version: int
    decision_rules_version: int
    rules_version: int
