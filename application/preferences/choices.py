"""The choices on the preference page, and the statements that turn the present choices into the wanted ones."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.deciding.consent import ConsentScope, Standing, consent_of
from domain.deciding.facts import ConsentStatement, Person

NOT_OFFERED = frozenset({"service"})
"""Purposes that need no consent: a customer cannot opt out of an answer that they asked for."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One checkbox of the page: a purpose, or one of its topics. `description` is that of the declared purpose."""

    purpose: str
    topic: str | None
    allowed: bool
    description: str | None = None

    @property
    def key(self) -> str:
        """The name of this choice in the form."""
        return f"purpose:{self.purpose}" if self.topic is None else f"topic:{self.purpose}"


@dataclass(frozen=True, kw_only=True)
class ConsentChange:
    """A consent to grant or to withdraw."""

    purpose: str
    topic: str | None
    granted: bool


def is_allowed(person: Person, scope: ConsentScope, at: datetime) -> bool:
    return consent_of(person, scope, at).standing is Standing.GRANTED


def changes_for(choices: Iterable[Choice], wanted_keys: Collection[str]) -> Iterator[ConsentChange]:
    """Yields the grants and withdrawals after which exactly the wanted choices are allowed.

    A statement about a purpose also applies to its topics, until a later statement about the topic.
    """
    holds: dict[str, bool] = {}
    for choice in choices:
        on, now = choice.key in wanted_keys, holds.get(choice.purpose, choice.allowed)
        if on is not now:
            yield ConsentChange(purpose=choice.purpose, topic=choice.topic, granted=on)
            if choice.topic is None:
                holds[choice.purpose] = on


def is_out(person: Person, channel: str | None, purpose_folded: str | None) -> bool:
    """Whether the person has opted out: a withdrawal for this or a wider scope is as new as any consent within it.

    None means all channels or purposes. A person who is out by this function is out for decisions as well. A
    decision may also find somebody out who is not out here, because of statements before two profiles were linked
    (docs/semantics.md, rule 29). Then the withdrawal is stored once more.
    """
    out = [
        statement.said_at
        for statement in person.consents
        if not statement.granted
        and statement.channel in (None, channel)
        and statement.purpose_folded in (None, purpose_folded)
        and (statement.topic_folded, statement.brand_folded, statement.contact_point_id) == (None, None, None)
    ]
    granted = [
        statement.said_at
        for statement in person.consents
        if statement.granted and _within(statement, channel, purpose_folded)
    ]
    return bool(out) and max(out) >= max(granted, default=max(out))


def _within(statement: ConsentStatement, channel: str | None, purpose_folded: str | None) -> bool:
    return channel in (None, statement.channel) and purpose_folded in (None, statement.purpose_folded)
