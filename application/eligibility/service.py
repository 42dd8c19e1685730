"""May this person get such a message, now or at another instant, and why (not)?"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from application.catalogue.declared import Declared
from application.deciding.asking import InstallationSettings, asked_of
from application.deciding.ports import AudienceAt, DecisionReading, KnownFacts
from application.eligibility.past import PastReading, Then
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.campaigns.errors import CampaignNotFound
from domain.campaigns.events import CampaignContent, MessageClass
from domain.catalogue.names import NameKind
from domain.customers.details import Channel
from domain.deciding.decide import RULES, RULES_VERSION, Asked, Decision, decide
from domain.deciding.decision import Verdict
from domain.deciding.earliest import eligible_from
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import SuppressionPolicy, policy_at
from domain.errors import InvalidInput
from domain.ports import Clock

OF_A_MESSAGE = ("message_class", "purpose", "channel")


@dataclass(frozen=True, kw_only=True)
class AskEligibility:
    """A message that might be sent to a person; of a campaign: its topic, brand and hold-out are asked about too.

    Channel, purpose and message class are the campaign's where they are None. `at`: past, with what was known then,
    or future, with the facts of today; None: now. `known_to`: with what the log held up to this position, as a
    decision did that was made `at` then.
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
    """The decision for the instant `at`, with all that was known up to a position of the log.

    `eligible_from`: the earliest later instant at which the same facts allow it; None where there is none.
    """

    decision: Decision
    at: datetime
    known_to_position: int
    eligible_from: datetime | None = None


class EligibilityService:
    """Asks the same function that runs ask."""

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
        """The decision with the trace of every rule. CampaignNotFound, also where it came after `at`; UndeclaredName.

        InvalidInput by path, as for a message that the campaign does not send; unless `of_campaign` says that it
        is another one, about the same things. Whoever is held out is told as suppressed: the rules say by what.
        """
        if ask.known_to is not None and ask.at is None:
            raise InvalidInput("A position is known to at an instant.", path="at", code="missing")
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
        """With the policy that is planned for then, and the rules of today."""
        content = self._content(ask.campaign_id)
        rechecks = content is not None and content.recheck_segment
        with self._reading.open(membership=rechecks) as known:
            return self._explained(Then(known=known, content=content), ask, at, of_campaign)

    def _explain_past(self, ask: AskEligibility, at: datetime, of_campaign: bool) -> Explained:
        """With the policy in effect then, as it was known, and the rules and next hop that decided then."""
        with self._past.open(at, ask.customer_id, campaign_id=ask.campaign_id, known_to=ask.known_to) as then:
            if ask.campaign_id is not None and then.content is None:
                raise CampaignNotFound("There was no campaign of this id yet.")
            return self._explained(then, ask, at, of_campaign)

    def _explained(self, then: Then, ask: AskEligibility, at: datetime, of_campaign: bool) -> Explained:
        run = then.known.open_run(ask.campaign_id) if ask.campaign_id is not None else None
        asked = self._asked(ask, then.content, of_campaign, run.ends_at if run is not None else None)
        if then.smtputf8 is not None:
            asked = replace(asked, smtputf8=then.smtputf8)
        recheck = _recheck(then.content, at)
        read = then.known.facts_about(ask.customer_id, campaign_id=ask.campaign_id, recheck=recheck)
        return _explained(read, ask.customer_id, asked, at, _known_version(then.rules_version))

    def verdicts(
        self,
        facts: DecisionFacts,
        adopted: Iterable[SuppressionPolicy],
        purposes: Iterable[str],
    ) -> list[dict[str, Any]]:
        """For e-mail and every channel that the person can be reached on, and each of these purposes: the verdict
        now, with the codes that stop a message.

        A message of purpose service is of the class service, all others are promotional.
        """
        now = self._clock.now()
        policy, channels = policy_at(adopted, now), {point.channel for point in facts.person.contact_points}
        messages = [
            self._installation.asked(
                message_class=MessageClass.SERVICE if purpose == "service" else MessageClass.PROMOTIONAL,
                purpose=purpose,
                channel=channel,
            )
            for channel in sorted({Channel.EMAIL, *channels})
            for purpose in purposes
        ]
        return [_verdict(asked, decide(facts, policy, asked, now)) for asked in messages]

    def _asked(
        self,
        ask: AskEligibility,
        content: CampaignContent | None,
        of_campaign: bool,
        ends_at: datetime | None = None,
    ) -> Asked:
        """As a run of the campaign would ask, but about the message that is asked about.

        `ends_at`: of the run that is open; without one the campaign's own end counts.
        """
        about: dict[str, Any] = {name: _about(ask, content, name, of_campaign) for name in OF_A_MESSAGE}
        if content is None or ask.campaign_id is None:
            return self._installation.asked(**about)
        ends_at = ends_at or content.ends_at
        asked = asked_of(ask.campaign_id, content, ends_at=ends_at, installation=self._installation)
        return replace(asked, **about)

    def _content(self, campaign_id: UUID | None) -> CampaignContent | None:
        if campaign_id is None:
            return None
        campaign = self._store.find(Campaign, campaign_id)
        if campaign is None:
            raise CampaignNotFound()
        return campaign.content


def _about(ask: AskEligibility, content: CampaignContent | None, name: str, of_campaign: bool) -> Any:
    """What is asked about, else what the campaign says. InvalidInput, with its path, for neither and for both."""
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
    read: KnownFacts, person_id: UUID, asked: Asked, at: datetime, rules_version: int
) -> Explained:
    facts = read.facts[person_id]
    decision = decide(facts, read.policy_at(at), asked, at, rules_version=rules_version)
    allowed = decision.verdict is Verdict.ELIGIBLE
    later = None if allowed else eligible_from(facts, read.policies, asked, at, rules_version=rules_version)
    return Explained(decision=decision, at=at, known_to_position=read.position, eligible_from=later)


def _verdict(asked: Asked, decision: Decision) -> dict[str, Any]:
    return {
        "channel": asked.channel,
        "purpose": asked.purpose,
        "message_class": asked.message_class,
        "verdict": decision.verdict,
        "reasons": [reason.code for reason in decision.reasons],
    }


def _known_version(rules_version: int | None) -> int:
    """Those that decided last by then; the present ones where nobody had decided yet."""
    return rules_version if rules_version is not None and rules_version in RULES else RULES_VERSION
