"""The input and the result of a decision. They are the same in every version of the rules."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from domain.campaigns.events import MessageClass
from domain.deciding.codes import ReasonCode, Verdict, ZoneSource
from domain.deciding.consent import ConsentScope
from domain.deciding.facts import ContactPoint
from domain.deciding.hold_out import Draw, HoldOut
from domain.plain_text import folded
from domain.runs.events import Reason


@dataclass(frozen=True, kw_only=True)
class DecisionQuestion:
    """The message that a decision is about. `ends_at` is the end of its run, if it belongs to one.

    `installation_zone` is the time zone of people whose own zone is unknown. `smtputf8` says whether the next hop
    takes addresses whose local part is not ASCII. `hold_out` is the campaign's hold-out, if it has one.
    """

    message_class: str
    purpose: str
    channel: str
    topic: str | None = None
    brand: str | None = None
    campaign_id: UUID | None = None
    ends_at: datetime | None = None
    installation_zone: str = "UTC"
    smtputf8: bool = False
    hold_out: HoldOut | None = None

    @cached_property
    def promotional(self) -> bool:
        return self.message_class == MessageClass.PROMOTIONAL

    @property
    def draws(self) -> bool:
        """Whether a hold-out is drawn for people who were not drawn before."""
        return self.promotional and self.hold_out is not None and self.hold_out.share > 0

    @cached_property
    def purpose_folded(self) -> str:
        return folded(self.purpose)

    @cached_property
    def topic_folded(self) -> str | None:
        return None if self.topic is None else folded(self.topic)

    @cached_property
    def brand_folded(self) -> str | None:
        return None if self.brand is None else folded(self.brand)

    def scope_at(self, address_id: UUID | None, contact_point: ContactPoint | None = None) -> ConsentScope:
        """Returns the scope of this message at every contact point with this address."""
        return self.scope(contact_point, address_id)

    def scope(
        self, contact_point: ContactPoint | None = None, address_id: UUID | None = None
    ) -> ConsentScope:
        """Returns the scope of this message, at one contact point or address if one is given."""
        return ConsentScope(
            channel=self.channel,
            purpose_folded=self.purpose_folded,
            topic_folded=self.topic_folded,
            brand_folded=self.brand_folded,
            contact_point_id=contact_point.contact_point_id if contact_point else None,
            address_id=address_id,
        )


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """The result of one rule: whether it let the message pass, and the positions of the facts it rests on.

    `until` is when the rule stops the message no longer by itself, if that is known.
    """

    code: ReasonCode
    passed: bool
    facts: tuple[int, ...] = ()
    until: datetime | None = None


PASSED = {code: Ruling(code=code, passed=True) for code in ReasonCode}
"""The ruling of each rule that lets a message pass without resting on a fact: one object for all decisions."""


@dataclass(frozen=True, kw_only=True)
class Zone:
    """The time zone that a person's decision uses. `source` says whose it is."""

    name: str
    source: ZoneSource


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The verdict with the rulings of all rules in order, the chosen contact point, and the person's time zone.

    `draw` is the result of the campaign's hold-out for this person.
    """

    verdict: Verdict
    rules: tuple[Ruling, ...]
    contact_point: ContactPoint | None
    zone: Zone
    policy_version: int
    rules_version: int
    draw: Draw | None = None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The rulings that stopped the message."""
        return tuple(Reason(code=r.code, facts=r.facts, until=r.until) for r in self.rules if not r.passed)
