"""Schemas of next actions: what to do next for a customer, and why."""

from domain.deciding.codes import ReasonCode
from domain.next_actions.actions import ActionCode, RuleOutcome, Urgency
from domain.next_actions.rules import ORDERED
from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.common import ReadOut
from interfaces.http.schemas.fields import Id, Instant, Many, Part, Position, Text, Whole, Word
from interfaces.http.schemas.fields.numbers import MANY
from projections.next_actions.naming import FactKind

RULES = [rule.code for rule in ORDERED]


class NamedFactOut(BodyOut):
    """A fact on which an action rests. `id`: of the thing that it is about, or of the profile for a consent."""

    kind = Word(list(FactKind), required=True)
    id = Id(required=True)
    position = Position(required=True)
    occurred_at = Instant(required=True)


class PossibleMessageOut(BodyOut):
    """A promotional message on this channel for this purpose."""

    channel = Text(required=True)
    purpose = Text(required=True)


class NextActionOut(BodyOut):
    """An action. `because`: the code of the rule that proposes it. The first fact is the most urgent one.

    `messages`: those that MAY_OFFER allows, or for which ASK_FOR_CONSENT misses a consent; empty for other actions.
    """

    code = Word(list(ActionCode), required=True)
    rank = Whole(required=True, low=1, high=MANY)
    urgency = Word(list(Urgency), required=True)
    because = Word(RULES, required=True)
    facts = Many(Part(NamedFactOut), required=True)
    messages = Many(Part(PossibleMessageOut), required=True)


class StopOut(BodyOut):
    """What stops an action: its code, the positions of the facts it rests on, and until when it stops, if known."""

    code = Word(list(ReasonCode), required=True)
    facts = Many(Position(), required=True)
    until = Instant(allow_none=True)


class NextActionRuleOut(BodyOut):
    """The answer of one rule: it proposes its action, has nothing to propose, or its action is stopped.

    `reasons`: what stops the action, as decisions name it; empty unless `outcome` is stopped.
    """

    code = Word(RULES, required=True)
    outcome = Word(list(RuleOutcome), required=True)
    reasons = Many(Part(StopOut), required=True)


class NextActionsOut(ReadOut):
    """The actions by rank, and every rule in order, for the instant `at`, by the log up to `position`.

    `asked_for` is present if the request named another id. `policy_version` and `decision_rules_version` are those of
    the decisions about offers, `rules_version` that of the rules of next actions.
    """

    customer_id = Id(required=True)
    asked_for = Id()
    position = Position(required=True)
    at = Instant(required=True)
    actions = Many(Part(NextActionOut), required=True)
    rules = Many(Part(NextActionRuleOut), required=True)
    policy_version = Whole(required=True, low=1, high=MANY)
    decision_rules_version = Whole(required=True, low=1, high=MANY)
    rules_version = Whole(required=True, low=1, high=MANY)
