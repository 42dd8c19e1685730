"""Decides about many people with few decisions: of people with equal facts, one is decided for all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from application.deciding.asking import Decided, decide_in_order, grouped
from application.deciding.ports import Known, PersonAlike
from domain.deciding.codes import ReasonCode
from domain.deciding.decide import Decision, DecisionQuestion, decide
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import SuppressionPolicy
from domain.runs.events import DecidedGroup

Group = Sequence[PersonAlike]
OF_EARLIER = (ReasonCode.ALREADY_CONTACTED,)
"""The rules that rest on the campaign's earlier messages to the person, and on nothing else."""


@dataclass(frozen=True, kw_only=True)
class DecidedMembers:
    """The decisions about members of a run, made from facts up to `position` by this policy.

    `concerned`: the ids of all members. For a member whose own facts were read, it also has the other profiles of that
    person and the profiles of everybody who shares an address with that person. Two results that concern nobody in
    common do not depend on each other. A member decided by group adds no other profiles: a person who shares an
    address or a profile with that member is never in a group, and so names that member. Comparisons leave it out.
    """

    groups: tuple[DecidedGroup, ...]
    position: int
    policy: SuppressionPolicy
    concerned: frozenset[UUID] = field(compare=False)


def decide_members(
    known: Known, members: Sequence[UUID], question: DecisionQuestion, at: datetime, *, run_id: UUID
) -> DecidedMembers:
    """Decides about members of a run in order, as `decide_in_order` does with the facts of each.

    A decision that names other facts than earlier messages is made for each member, because the facts are the member's
    own.
    """
    alike = known.alike(members, question, at, run_id=run_id)
    groups = list(_by_draw(alike.groups, question))
    facts_of = partial(known.facts, campaign_id=question.campaign_id, run_id=run_id)
    read = facts_of([*(group[0].person_id for group in groups), *alike.apart])
    policy = read.policy_at(at)
    decided: dict[UUID, Decided] = {}
    unread: list[UUID] = []
    for group in groups:
        decision = decide(read.facts[group[0].person_id], policy, question, at)
        if any(reason.facts and reason.code not in OF_EARLIER for reason in decision.reasons):
            unread += (person.person_id for person in group[1:])
        else:
            decided |= {person.person_id: _for(person, decision) for person in group}
    facts = {**read.facts, **facts_of(unread).facts} if unread else read.facts
    one_by_one = [member for member in members if member not in decided]
    decided |= {one.member: one for one in decide_in_order(one_by_one, facts, policy, question, at)}
    return DecidedMembers(
        groups=grouped([decided[member] for member in members]),
        position=read.position,
        policy=policy,
        concerned=frozenset(members).union(*map(_around, facts.values())),
    )


def _around(facts: DecisionFacts) -> Iterator[UUID]:
    """Yields the profiles of a person and of everybody who has one of their addresses."""
    yield from facts.person.profiles
    for owners in facts.co_owners.values():
        for owner in owners:
            yield from owner.profiles


def _by_draw(groups: Sequence[Group], question: DecisionQuestion) -> Iterator[Group]:
    """Divides each group by the draw for the hold-out: people who are held out, and people who are not."""
    hold_out = question.hold_out if question.draws else None
    if hold_out is None:
        yield from groups
        return
    for group in groups:
        by_draw: dict[bool, list[PersonAlike]] = {}
        for person in group:
            by_draw.setdefault(hold_out.holds_out(_unit(person)), []).append(person)
        yield from by_draw.values()


def _for(person: PersonAlike, decision: Decision) -> Decided:
    return Decided(
        member=person.person_id,
        decision=_resting_on(person.earlier, decision) if person.earlier else decision,
        contact_point_position=person.added_position,
        unit=_unit(person) if decision.draw is not None else None,
    )


def _resting_on(earlier: tuple[int, ...], decision: Decision) -> Decision:
    """Returns the decision about somebody else with these earlier messages."""
    rules = tuple(
        replace(ruling, facts=earlier) if ruling.code in OF_EARLIER else ruling for ruling in decision.rules
    )
    return replace(decision, rules=rules)


def _unit(person: PersonAlike) -> UUID:
    return person.oldest_profile or person.person_id
