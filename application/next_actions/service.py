"""Proposes what to do next for a person."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from application.deciding.asking import InstallationSettings, known_version
from application.moments import ReadModels
from domain.campaigns.events import MessageClass
from domain.customers.details import Channel
from domain.deciding.decide import DecisionQuestion
from domain.deciding.policy import SuppressionPolicy, policy_at
from domain.next_actions.actions import Proposal
from domain.next_actions.case import Case
from domain.next_actions.facts import PersonFacts
from domain.next_actions.propose import propose

SERVICE = "service"
"""The purpose of messages that are no offers."""


class NextActionsService:
    """Proposes next actions. Whether an offer is allowed says the same `decide` as in runs."""

    def __init__(self, installation: InstallationSettings) -> None:
        self._installation = installation

    def propose(
        self,
        facts: PersonFacts,
        adopted: Iterable[SuppressionPolicy],
        purposes: Iterable[str],
        models: ReadModels,
        at: datetime,
    ) -> Proposal:
        """Returns the proposal at the instant of these read models, with the answer of every rule.

        Offers are asked for on e-mail and on each other channel that the person can be reached on, for each of these
        purposes but service. Those of a past moment are decided by the policy, the rules and the next hop of that time.
        """
        installation = self._installation.at_hop(models.smtputf8)
        channels = {point.channel for point in facts.decision.person.contact_points}
        questions = _offers(installation, sorted({Channel.EMAIL, *channels}), purposes)
        return propose(
            Case(
                facts=facts,
                policy=policy_at(adopted, at),
                questions=tuple(questions),
                at=at,
                decision_rules_version=known_version(models.rules_version),
            )
        )


def _offers(
    installation: InstallationSettings, channels: Iterable[str], purposes: Iterable[str]
) -> Iterator[DecisionQuestion]:
    offered = [purpose for purpose in purposes if purpose != SERVICE]
    for channel in channels:
        for purpose in offered:
            yield installation.question(
                message_class=MessageClass.PROMOTIONAL, purpose=purpose, channel=channel
            )
