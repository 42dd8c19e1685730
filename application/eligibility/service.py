"""Answers whether a person may get a message, now or at another instant, and why."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from application.catalogue.declared import Declared
from application.deciding.asking import InstallationSettings, known_version, question_of
from application.deciding.ports import AudienceAt, DecisionReading, KnownFacts
from application.eligibility.past import PastReading, Then
from application.moments import ReadModels
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.campaigns.errors import CampaignNotFound
from domain.campaigns.events import CampaignContent, MessageClass
from domain.catalogue.names import NameKind
from domain.customers.details import Channel
from domain.deciding.codes import Verdict
from domain.deciding.decide import Decision, DecisionQuestion, decide
from domain.deciding.earliest import eligible_from
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import SuppressionPolicy, policy_at
from domain.errors import InvalidInput
from domain.ports import Clock

OF_A_MESSAGE = ("message_class", "purpose", "channel")


@dataclass(frozen=True, kw_only=True)
class AskEligibility:
    """A message that might be sent to a person.

    With a campaign, its topic, brand and hold-out count too, and it supplies a channel, purpose or message class
    that is None. `at` is a past instant (with what was known then), a future one (with the facts of today), or None
    for now. `known_to` limits the facts to those up to this position, as for a decision that was made `at` that time.
    """

    customer_id: UUID
    channel: str | None = None
    purpose: str | None = None
    message_class: str | None = None
    campaign_id: UUID | None = None
    at: datetime | None = None
    known_to: int | None = None


@dataclass(frozen=True, kw_only=True)
class Explained:
    """The decision for the instant `at`, from the facts up to the position `known_to_position`.

    `eligible_from` is the earliest later instant at which the same facts allow the message, or None.
    `of_past`: the facts are from the log alone, as it was then.
    """

    decision: Decision
    at: datetime
    known_to_position: int
    eligible_from: datetime | None = None
    of_past: bool = False


class EligibilityService:
    """Answers questions about eligibility. It calls the same `decide` as runs do."""

    def __init__(
        self,
        store: Store,
        reading: DecisionReading,
        past: PastReading,
        clock: Clock,
        installation: InstallationSettings,
    ) -> None:
        self._store = store
        self._declared = Declared(store)
        self._reading = reading
        self._past = past
        self._clock = clock
        self._installation = installation

    def explain(self, ask: AskEligibility, *, of_campaign: bool = True) -> Explained:
        """Returns the decision with the trace of every rule. A person who is held out counts as suppressed.

        Raises UndeclaredName, CampaignNotFound (also if the campaign was drafted after `at`), and InvalidInput with a
        path. A message that differs from those of the campaign is InvalidInput too, unless `of_campaign` is false.
        """
        if ask.known_to is not None and ask.at is None:
            raise InvalidInput(
                "known_to_position needs the instant of the decision: give it as at.",
                path="at",
                code="missing",
            )
        ask = replace(ask, purpose=self._declared.required(NameKind.PURPOSE, ask.purpose, "purpose"))
        now = self._clock.now()
        at = ask.at or now
        if at < now or ask.known_to is not None:
            explained = self._explain_past(ask, at, of_campaign)
        else:
            explained = self._explain_from_today(ask, at, of_campaign)
        if explained.decision.verdict is not Verdict.HELD_OUT:
            return explained
        return replace(explained, decision=replace(explained.decision, verdict=Verdict.SUPPRESSED))

    def _explain_from_today(self, ask: AskEligibility, at: datetime, of_campaign: bool) -> Explained:
        """Decides with the facts and the rules of today, and with the policy that is planned for `at`."""
        content = self._content(ask.campaign_id)
        rechecks = content is not None and content.recheck_segment
        with self._reading.open(membership=rechecks) as known:
            return self._explained(Then(known=known, content=content), ask, at, of_campaign)

    def _explain_past(self, ask: AskEligibility, at: datetime, of_campaign: bool) -> Explained:
        """Decides with the facts and the policy that were known then, and with the rules and next hop of that time."""
        with self._past.open(at, ask.customer_id, campaign_id=ask.campaign_id, known_to=ask.known_to) as then:
            if ask.campaign_id is not None and then.content is None:
                raise CampaignNotFound("No campaign had this id at that instant.")
            return replace(self._explained(then, ask, at, of_campaign), of_past=True)

    def _explained(self, then: Then, ask: AskEligibility, at: datetime, of_campaign: bool) -> Explained:
        run = then.known.open_run(ask.campaign_id) if ask.campaign_id is not None else None
        question = self._question(ask, then.content, of_campaign, run.ends_at if run is not None else None)
        if then.smtputf8 is not None:
            question = replace(question, smtputf8=then.smtputf8)
        recheck = _recheck(then.content, at)
        read = then.known.facts_about(ask.customer_id, campaign_id=ask.campaign_id, recheck=recheck)
        return _explained(read, ask.customer_id, question, at, known_version(then.rules_version))

    def verdicts(
        self,
        facts: DecisionFacts,
        adopted: Iterable[SuppressionPolicy],
        purposes: Iterable[str],
        models: ReadModels,
    ) -> list[dict[str, Any]]:
        """Returns the verdicts at the moment of these read models, with the codes of the reasons.

        Verdicts at a past moment use the policy, the rules and the next hop of that time.
        There is one for each of these purposes on e-mail and on each other channel that the person can be reached on.
        A message with the purpose service has the class service. All others are promotional.
        """
        at = models.moment.instant or self._clock.now()
        policy, channels = policy_at(adopted, at), {point.channel for point in facts.person.contact_points}
        installation, rules_version = self._installation_of(models), known_version(models.rules_version)
        questions = [
            _question_about(installation, purpose, channel)
            for channel in sorted({Channel.EMAIL, *channels})
            for purpose in purposes
        ]
        return [
            _verdict(question, decide(facts, policy, question, at, rules_version=rules_version))
            for question in questions
        ]

    def _installation_of(self, models: ReadModels) -> InstallationSettings:
        """Returns the installation's settings, with the next hop of a past moment if a decision then tells it."""
        return self._installation.at_hop(models.smtputf8)

    def _question(
        self,
        ask: AskEligibility,
        content: CampaignContent | None,
        of_campaign: bool,
        ends_at: datetime | None = None,
    ) -> DecisionQuestion:
        """Returns the input of `decide`: that of a run of the campaign, with the message of the question.

        `ends_at` is the end of the open run. Without an open run the campaign's own end counts.
        """
        about: dict[str, Any] = {name: _about(ask, content, name, of_campaign) for name in OF_A_MESSAGE}
        if content is None or ask.campaign_id is None:
            return self._installation.question(**about)
        ends_at = ends_at or content.ends_at
        question = question_of(ask.campaign_id, content, ends_at=ends_at, installation=self._installation)
        return replace(question, **about)

    def _content(self, campaign_id: UUID | None) -> CampaignContent | None:
        if campaign_id is None:
            return None
        campaign = self._store.find(Campaign, campaign_id)
        if campaign is None:
            raise CampaignNotFound()
        return campaign.content


def _about(ask: AskEligibility, content: CampaignContent | None, name: str, of_campaign: bool) -> Any:
    """Returns the value from the question, or else from the campaign.

    Raises InvalidInput, with a path, if neither has one, or if they differ and the message is the campaign's.
    """
    given, campaigns = getattr(ask, name), getattr(content, name, None)
    if given is None and campaigns is None:
        raise InvalidInput(f"A message needs its {name}.", path=name, code="missing")
    if of_campaign and None not in (given, campaigns) and given != campaigns:
        raise InvalidInput(f"The {name} of this campaign is {campaigns}.", path=name, code="contradiction")
    return given if given is not None else campaigns


def _recheck(content: CampaignContent | None, at: datetime) -> AudienceAt | None:
    if content is None or not content.recheck_segment:
        return None
    return AudienceAt(criteria=content.audience, at=at)


def _explained(
    read: KnownFacts, person_id: UUID, question: DecisionQuestion, at: datetime, rules_version: int
) -> Explained:
    facts = read.facts[person_id]
    decision = decide(facts, read.policy_at(at), question, at, rules_version=rules_version)
    allowed = decision.verdict is Verdict.ELIGIBLE
    later = (
        None if allowed else eligible_from(facts, read.policies, question, at, rules_version=rules_version)
    )
    return Explained(decision=decision, at=at, known_to_position=read.position, eligible_from=later)


@lru_cache(maxsize=1_000)
def _question_about(installation: InstallationSettings, purpose: str, channel: str) -> DecisionQuestion:
    """Returns the question of a verdict. It is kept, because it folds its names at its first use."""
    message_class = MessageClass.SERVICE if purpose == "service" else MessageClass.PROMOTIONAL
    return installation.question(message_class=message_class, purpose=purpose, channel=channel)


def _verdict(question: DecisionQuestion, decision: Decision) -> dict[str, Any]:
    return {
        "channel": question.channel,
        "purpose": question.purpose,
        "message_class": question.message_class,
        "verdict": decision.verdict,
        "reasons": [reason.code for reason in decision.reasons],
    }
