"""Preferences: the choices that the recipient of a message can change through its link, without a login."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from application.catalogue.declared import catalogue_of
from application.customers.clusters import ANY_BASIS, Clusters
from application.customers.consents_of import consents_to_stop
from application.customers.profile_links import ProfileLinks
from application.eligibility.service import AskEligibility, EligibilityService
from application.preferences.choices import (
    NOT_OFFERED,
    Choice,
    ConsentChange,
    changes_for,
    is_allowed,
    is_out,
)
from application.preferences.commands import SavePreferences, Unsubscribe
from application.preferences.sent_messages import Sent, content_of, handed_over
from application.requests import Answer, Request
from application.store import Store, retried_until_stored
from domain.campaigns.events import MessageClass
from domain.catalogue.names import NameKind
from domain.customers.consents import Consents
from domain.deciding.facts import ConsentStatement, Person
from domain.deciding.links import Link
from domain.deciding.policy import IMPOSABLE
from domain.errors import InvalidInput
from domain.facts import Circumstances
from domain.ports import Clock

StatementsOf = Callable[[Collection[UUID]], tuple[ConsentStatement, ...]]
"""Returns all consents and withdrawals of these profiles, in the log's order."""
FORM = "preference_page"
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
APART = timedelta(seconds=1)
"""Longer than the database's clock can be behind Farley's clock. A statement's `said_at` is never later than its
`recorded_at`, which is by the database's clock."""


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """The content of the page. `address` and `language` are None if they cannot be read any more.

    - `unsubscribed`: the person has opted out of the message's own purpose.
    - `stopped_all`: the person has opted out of everything promotional.
    - `imposed`: a suppression stops promotional messages as well. Consent does not lift it.
    """

    purpose: str
    choices: tuple[Choice, ...]
    unsubscribed: bool
    stopped_all: bool
    imposed: bool
    language: str | None
    address: str | None = field(repr=False)


class PreferencesService:
    """Reads the log itself and no read model. The page shows saved choices at once, and never old ones."""

    def __init__(
        self,
        *,
        store: Store,
        links: ProfileLinks,
        statements_of: StatementsOf,
        eligibility: EligibilityService,
        clock: Clock,
    ) -> None:
        self._store = store
        self._links = links
        self._statements_of = statements_of
        self._eligibility = eligibility
        self._clock = clock

    def preferences(self, message_id: UUID | None) -> Preferences:
        """Returns the present choices. Raises MessageNotFound, also for None, which stands for a forged link."""
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
        """Opts the person out of the purpose of the message.

        A repeated request stores nothing, because the person is out already (docs/semantics.md, rule 7).

        Raises MessageNotFound.
        """
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
        """Stores only the changes. Raises MessageNotFound, and InvalidInput for a key that is no choice."""
        sent = self._sent(command.message_id)
        if unknown := set(command.wanted) - {choice.key for choice in self._choices(sent)}:
            raise InvalidInput(
                f"{min(unknown)!r} is not a choice of this page.", path="wanted", code="unknown"
            )
        consents = consents_to_stop(self._store, sent.handed.customer_id)
        if command.stop_all:
            if not is_out(sent.person, None, None):
                consents.withdraw(_now(sent, request), reason=FORM, **sent.origin)
        else:
            for change in changes_for(self._choices(sent), command.wanted):
                _grant_or_withdraw(consents, change, sent, _now(sent, request))
        return self._store.save(consents, request=request, answer=Answer())

    def _sent(self, message_id: UUID | None) -> Sent:
        handed = handed_over(self._store, message_id)
        content = content_of(self._store, handed)
        return Sent(handed=handed, content=content, person=self._person(handed.customer_id))

    def _person(self, profile_id: UUID) -> Person:
        profiles = sorted(Clusters(self._links, {}).joined(profile_id, ANY_BASIS))
        links = [
            Link(profile_id=link.profile_id, other_id=link.other_id, position=link.position)
            for link in self._links.around(profiles)
            if link.profile_id in profiles
        ]
        return Person(
            person_id=profile_id,
            profiles=tuple(profiles),
            links=tuple(links),
            consents=self._statements_of(profiles),
        )

    def _choices(self, sent: Sent) -> tuple[Choice, ...]:
        """Returns a choice for each declared purpose except service, and one for the campaign's topic.

        The campaign's own purpose comes first, even if it is service. Its topic follows it.
        """
        own, topic = sent.content.purpose, sent.content.topic
        declared = {purpose.name: purpose for purpose in catalogue_of(self._store).names_of(NameKind.PURPOSE)}
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
        """Whether a suppression stops promotional messages. Consent does not lift it."""
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
    """Returns the circumstances of the request, dated later than every earlier statement.

    The database dates statements too, and its clock may be ahead of Farley's.
    """
    return replace(
        request.circumstances(), occurred_at=max(request.received_at, _last_stated_at(sent) + 2 * MOMENT)
    )


def _before(sent: Sent, circumstances: Circumstances) -> Circumstances:
    """Returns circumstances a little earlier than these, but still later than every earlier statement."""
    earlier = max(circumstances.occurred_at - APART, _last_stated_at(sent) + MOMENT)
    return replace(circumstances, occurred_at=earlier)


def _last_stated_at(sent: Sent) -> datetime:
    return max((statement.said_at for statement in sent.person.consents), default=LONG_AGO)


def _grant_or_withdraw(
    consents: Consents, change: ConsentChange, sent: Sent, circumstances: Circumstances
) -> None:
    """Grants or withdraws one consent.

    A withdrawal applies to every brand, a consent only to the brand of the message. A statement about a topic is
    dated later than the one about its purpose.
    """
    if change.topic is None:
        circumstances = _before(sent, circumstances)
    scope: dict[str, Any] = {"purpose": change.purpose, "channel": sent.handed.channel, "topic": change.topic}
    if change.granted:
        to_brand = replace(circumstances, brand=sent.content.brand)
        consents.grant(to_brand, evidence={"source": FORM}, **scope)
    else:
        consents.withdraw(circumstances, reason=FORM, **scope, **sent.origin)
