"""Preferences: what whoever got a message may change by its link, without a login."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from application.catalogue.declared import catalogue_of
from application.customers.clusters import EVERY_LINK, Clusters
from application.customers.consents_of import consents_to_stop
from application.customers.links import Links
from application.eligibility.service import AskEligibility, EligibilityService
from application.preferences.choices import NOT_OFFERED, Choice, Saying, is_allowed, is_out, sayings_for
from application.preferences.commands import SavePreferences, Unsubscribe
from application.preferences.ports import Sayings
from application.preferences.sent_messages import Sent, content_of, handed_over
from application.requests import Answer, Request
from application.store import Store, retried_until_stored
from domain.campaigns.events import MessageClass
from domain.catalogue.names import NameKind
from domain.customers.consents import Consents
from domain.deciding.facts import Link, Person
from domain.deciding.policy import IMPOSABLE
from domain.errors import InvalidInput
from domain.facts import Circumstances
from domain.ports import Clock

FORM = "preference_page"
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
APART = timedelta(seconds=1)
"""More than the database's clock, by which nothing is said later than it is recorded, is behind ours."""


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """What the page shows. `address` and `language` are None where they cannot be read any more.

    `unsubscribed`: from the message's own purpose; `stopped_all`: from everything promotional. `imposed`: a
    suppression stops promotional messages as well, which no consent lifts.
    """

    purpose: str
    choices: tuple[Choice, ...]
    unsubscribed: bool
    stopped_all: bool
    imposed: bool
    language: str | None
    address: str | None = field(repr=False)


class PreferencesService:
    """Reads the log itself, so that what was saved is shown at once and nobody is out by an old read model."""

    def __init__(
        self,
        *,
        store: Store,
        links: Links,
        sayings: Sayings,
        eligibility: EligibilityService,
        clock: Clock,
    ) -> None:
        self._store = store
        self._links = links
        self._sayings = sayings
        self._eligibility = eligibility
        self._clock = clock

    def preferences(self, message_id: UUID | None) -> Preferences:
        """What holds now. MessageNotFound for None, too: a link that is not ours."""
        sent = self._sent(message_id)
        handed, purpose = sent.handed, sent.content.purpose
        values = handed.values or {}
        return Preferences(
            purpose=purpose,
            choices=self._choices(sent),
            unsubscribed=is_out(sent.person, handed.channel, sent.content.purpose_folded),
            stopped_all=is_out(sent.person, None, None),
            imposed=self._imposed(sent),
            address=values.get("recipient"),
            language=values.get("language"),
        )

    @retried_until_stored
    def unsubscribe(self, command: Unsubscribe, request: Request) -> Answer:
        """A person who is out already is not opted out here (docs/semantics.md, rule 7). MessageNotFound."""
        sent = self._sent(command.message_id)
        channel, content = sent.handed.channel, sent.content
        consents = consents_to_stop(self._store, sent.handed.customer_id)
        if not is_out(sent.person, channel, content.purpose_folded):
            consents.withdraw(
                _now(sent, request),
                channel=channel,
                purpose=content.purpose,
                reason=command.reason,
                **sent.origin,
            )
        return self._store.save(consents, request=request, answer=Answer())

    @retried_until_stored
    def save_preferences(self, command: SavePreferences, request: Request) -> Answer:
        """States what changes and nothing else. MessageNotFound; InvalidInput for what is no choice."""
        sent = self._sent(command.message_id)
        if unknown := set(command.wanted) - {choice.key for choice in self._choices(sent)}:
            raise InvalidInput(f"{min(unknown)!r} is no choice of this page.", path="wanted", code="unknown")
        consents = consents_to_stop(self._store, sent.handed.customer_id)
        if command.stop_all:
            if not is_out(sent.person, None, None):
                consents.withdraw(_now(sent, request), reason=FORM, **sent.origin)
        else:
            for saying in sayings_for(self._choices(sent), command.wanted):
                _say(consents, saying, sent, _now(sent, request))
        return self._store.save(consents, request=request, answer=Answer())

    def _sent(self, message_id: UUID | None) -> Sent:
        handed = handed_over(self._store, message_id)
        content = content_of(self._store, handed)
        return Sent(handed=handed, content=content, person=self._person(handed.customer_id))

    def _person(self, profile_id: UUID) -> Person:
        profiles = sorted(Clusters(self._links, {}).joined(profile_id, EVERY_LINK))
        links = [
            Link(profile_id=link.profile_id, other_id=link.other_id, position=link.position)
            for link in self._links.around(profiles)
            if link.profile_id in profiles
        ]
        return Person(
            person_id=profile_id,
            profiles=tuple(profiles),
            links=tuple(links),
            consents=self._sayings.of(profiles),
        )

    def _choices(self, sent: Sent) -> tuple[Choice, ...]:
        """Each declared purpose but service, and the campaign's topic behind its purpose."""
        own, topic = sent.content.purpose, sent.content.topic
        declared = {one.name: one for one in catalogue_of(self._store).names_of(NameKind.PURPOSE)}
        return tuple(
            Choice(
                purpose=name,
                topic=each,
                allowed=is_allowed(sent.person, sent.scope(name, each), self._clock.now()),
                description=declared[name].description,
            )
            for name in sorted(declared.keys() - (NOT_OFFERED - {own}), key=lambda name: (name != own, name))
            for each in ((None, topic) if name == own and topic is not None else (None,))
        )

    def _imposed(self, sent: Sent) -> bool:
        """Whether a suppression stops promotional messages that consent does not lift."""
        ask = AskEligibility(
            customer_id=sent.handed.customer_id,
            channel=sent.handed.channel,
            purpose=sent.content.purpose,
            message_class=MessageClass.PROMOTIONAL,
            campaign_id=sent.handed.campaign_id,
        )
        explained = self._eligibility.explain(ask, of_campaign=False)
        return any(reason.code in IMPOSABLE for reason in explained.decision.reasons)


def _now(sent: Sent, request: Request) -> Circumstances:
    """What is said now is said after all else: the database's clock may be ahead of ours."""
    return replace(
        request.circumstances(), occurred_at=max(request.received_at, _last_said(sent) + 2 * MOMENT)
    )


def _before(sent: Sent, circumstances: Circumstances) -> Circumstances:
    """Just before, and still after all else."""
    earlier = max(circumstances.occurred_at - APART, _last_said(sent) + MOMENT)
    return replace(circumstances, occurred_at=earlier)


def _last_said(sent: Sent) -> datetime:
    return max((one.said_at for one in sent.person.consents), default=LONG_AGO)


def _say(consents: Consents, saying: Saying, sent: Sent, circumstances: Circumstances) -> None:
    """A withdrawal is of every brand; a consent is to the brand that wrote. What is said of a topic is later than what
    is said of its purpose."""
    if saying.topic is None:
        circumstances = _before(sent, circumstances)
    scope: dict[str, Any] = {"purpose": saying.purpose, "channel": sent.handed.channel, "topic": saying.topic}
    if saying.granted:
        to_brand = replace(circumstances, brand=sent.content.brand)
        consents.grant(to_brand, evidence={"source": FORM}, **scope)
    else:
        consents.withdraw(circumstances, reason=FORM, **scope, **sent.origin)
