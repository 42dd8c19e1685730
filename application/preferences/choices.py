"""What a person allows now, choice by choice, and what must be said so that what they want holds."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.deciding.consent import Scope, Standing, consent_of
from domain.deciding.facts import Person, SaidConsent

NOT_OFFERED = frozenset({"service"})
"""Purposes that need no consent: nobody can opt out of an answer that they wait for."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One box of the page: a purpose, or one topic of it. `description`: the purpose's, as declared."""

    purpose: str
    topic: str | None
    allowed: bool
    description: str | None = None

    @property
    def key(self) -> str:
        """How a form names this choice."""
        return f"purpose:{self.purpose}" if self.topic is None else f"topic:{self.purpose}"


@dataclass(frozen=True, kw_only=True)
class Saying:
    """What has to be said: a grant or a withdrawal."""

    purpose: str
    topic: str | None
    granted: bool


def is_allowed(person: Person, scope: Scope, at: datetime) -> bool:
    return consent_of(person, scope, at).standing is Standing.GRANTED


def sayings_for(choices: Iterable[Choice], wanted: Collection[str]) -> Iterator[Saying]:
    """What changes: afterwards exactly what is wanted is allowed.

    What is said of a purpose holds for its topics, too, until something is said of the topic later.
    """
    holds: dict[str, bool] = {}
    for choice in choices:
        on, now = choice.key in wanted, holds.get(choice.purpose, choice.allowed)
        if on is not now:
            yield Saying(purpose=choice.purpose, topic=choice.topic, granted=on)
            if choice.topic is None:
                holds[choice.purpose] = on


def is_out(person: Person, channel: str | None, purpose_folded: str | None) -> bool:
    """Whether a withdrawal of this or a wider scope is as new as any consent to a part of it.

    None means all. Who is out by that is out for decisions as well; of what was said before two profiles were
    linked, those may know more (docs/semantics.md, rule 29), and then it is said once more.
    """
    out = [
        said.said_at
        for said in person.consents
        if not said.granted
        and said.channel in (None, channel)
        and said.purpose_folded in (None, purpose_folded)
        and (said.topic_folded, said.brand_folded, said.contact_point_id) == (None, None, None)
    ]
    granted = [
        said.said_at for said in person.consents if said.granted and _within(said, channel, purpose_folded)
    ]
    return bool(out) and max(out) >= max(granted, default=max(out))


def _within(said: SaidConsent, channel: str | None, purpose_folded: str | None) -> bool:
    return channel in (None, said.channel) and purpose_folded in (None, said.purpose_folded)
