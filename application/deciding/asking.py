"""Calls `decide` for several people in order. Runs, previews and replays share this code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from domain.campaigns.events import CampaignContent
from domain.deciding.codes import Verdict
from domain.deciding.decide import RULES, RULES_VERSION, Decision, DecisionQuestion, decide
from domain.deciding.facts import DecisionFacts
from domain.deciding.hold_out import HoldOut
from domain.deciding.policy import SuppressionPolicy
from domain.runs.events import DecidedGroup, DecidedPerson

WOULD_GET_IT = (Verdict.ELIGIBLE, Verdict.HELD_OUT)
"""The verdicts of people who can get the message, or are only held out from it: the arms of a campaign's hold-out."""


@dataclass(frozen=True, kw_only=True)
class InstallationSettings:
    """What an installation adds to every decision: its time zone, and whether its next hop supports SMTPUTF8."""

    zone: str
    smtputf8: bool = False

    def at_hop(self, smtputf8: bool | None) -> "InstallationSettings":
        """Returns the settings with the next hop of a past moment, or with the present one if none is known."""
        return self if smtputf8 is None else replace(self, smtputf8=smtputf8)

    def question(self, **about: Any) -> DecisionQuestion:
        """Returns the question to `decide` about a message. `about` contains the other fields."""
        return DecisionQuestion(**about, installation_zone=self.zone, smtputf8=self.smtputf8)


def question_of(
    campaign_id: UUID,
    content: CampaignContent,
    *,
    ends_at: datetime | None,
    installation: InstallationSettings,
) -> DecisionQuestion:
    """Returns the question to `decide` about a message of this campaign."""
    share = content.hold_out or Decimal(0)
    return installation.question(
        message_class=content.message_class,
        purpose=content.purpose,
        channel=content.channel,
        topic=content.topic,
        brand=content.brand,
        campaign_id=campaign_id,
        ends_at=ends_at,
        hold_out=HoldOut(share=share, seed=content.seed),
    )


class Decided(NamedTuple):
    """The decision about one member, with what a run records of the member's own contact point and draw."""

    member: UUID
    decision: Decision
    contact_point_position: int | None
    unit: UUID | None


def known_version(rules_version: int | None) -> int:
    """Returns this version of the rules, or the present one if there was no decision or the version is unknown."""
    return rules_version if rules_version is not None and rules_version in RULES else RULES_VERSION


def decide_in_order(
    members: Iterable[UUID],
    facts: Mapping[UUID, DecisionFacts],
    policy: SuppressionPolicy,
    question: DecisionQuestion,
    at: datetime,
    *,
    rules_version: int = RULES_VERSION,
) -> list[Decided]:
    """Decides about members in order. If several share an address, the first of them gets the message there.

    Only the first of them can be held out, too: the others would not have got the message anyway.
    """
    taken: dict[UUID, int | None] = {}
    decided = []
    for member in members:
        known = facts[member]
        so_far = replace(known, taken={**known.taken, **taken}) if _shares(known, taken) else known
        decision = decide(so_far, policy, question, at, rules_version=rules_version)
        point, draw = decision.contact_point, decision.draw
        if decision.verdict in WOULD_GET_IT and point is not None:
            taken[point.address_id] = None
        decided.append(
            Decided(member, decision, point.position if point else None, draw.unit if draw else None)
        )
    return decided


def _shares(known: DecisionFacts, taken: Mapping[UUID, int | None]) -> bool:
    """Whether the person has one of these addresses. No rule asks for the others."""
    return any(point.address_id in taken for point in known.person.contact_points)


def grouped(decided: Sequence[Decided]) -> tuple[DecidedGroup, ...]:
    """Groups people with the same verdict, reasons and time zone. A member's place is the index in `decided`."""
    groups: dict[DecidedGroup, list[DecidedPerson]] = {}
    of_decision: dict[int, list[DecidedPerson]] = {}
    for place, one in enumerate(decided):
        people = of_decision.get(id(one.decision))
        if people is None:
            people = groups.setdefault(_group_of(one.decision), [])
            of_decision[id(one.decision)] = people
        people.append(_person(place, one))
    return tuple(replace(group, people=tuple(people)) for group, people in groups.items())


def _group_of(decision: Decision) -> DecidedGroup:
    """The group of this decision, without its people."""
    return DecidedGroup(
        verdict=decision.verdict,
        reasons=decision.reasons,
        time_zone=decision.zone.name,
        zone_source=decision.zone.source,
        drawn=decision.draw is not None and decision.verdict in WOULD_GET_IT,
        people=(),
    )


def _person(place: int, one: Decided) -> DecidedPerson:
    if one.decision.verdict not in WOULD_GET_IT:
        return DecidedPerson(place=place)
    return DecidedPerson(
        place=place,
        contact_point_position=one.contact_point_position,
        unit=one.unit if one.unit != one.member else None,
    )
