"""Decides whether a person may get a message: one pure function that returns the ordered trace of every rule.

Runs, the second decision before a handover, eligibility questions and replays all call `decide`. A change that
alters a verdict or a trace needs a new RULES_VERSION. The golden decisions in the tests check this.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from domain.deciding.case import Case, Rules
from domain.deciding.codes import ReasonCode, Verdict, ZoneSource
from domain.deciding.decision import Decision, DecisionQuestion, Ruling, Zone
from domain.deciding.errors import UnknownRulesVersion
from domain.deciding.facts import DecisionFacts, Person
from domain.deciding.hold_out import draw_for
from domain.deciding.policy import SuppressionPolicy
from domain.deciding.rules import RULES_1

__all__ = [
    "RULES",
    "RULES_VERSION",
    "Decision",
    "DecisionQuestion",
    "Ruling",
    "Zone",
    "decide",
    "watched_profiles",
]

RULES: Mapping[int, Rules] = MappingProxyType({1: RULES_1})
"""Every version of the rules by its number. A replay uses the version that made the recorded decision."""
RULES_VERSION = max(RULES)
"""The version that makes new decisions."""


def decide(
    facts: DecisionFacts,
    policy: SuppressionPolicy,
    question: DecisionQuestion,
    at: datetime,
    *,
    rules_version: int = RULES_VERSION,
) -> Decision:
    """Decides whether this person may get this message at this instant, and says why.

    Raises UnknownRulesVersion if no rules have this version.
    """
    if rules_version not in RULES:
        raise UnknownRulesVersion(f"No rules have the version {rules_version}.")
    return decide_by(RULES[rules_version], rules_version, facts, policy, question, at)


def decide_by(
    rules: Rules,
    version: int,
    facts: DecisionFacts,
    policy: SuppressionPolicy,
    question: DecisionQuestion,
    at: datetime,
) -> Decision:
    """Decides by the given rules."""
    chosen, standing, positions = rules.choose(facts, policy, question, at)
    draw = draw_for(question.hold_out, facts, chosen) if question.promotional and question.hold_out else None
    case = Case(
        facts=facts,
        policy=policy,
        question=question,
        at=at,
        chosen=chosen,
        standing=standing,
        consent_positions=positions,
        draw=draw,
    )
    rulings = tuple(rule(case) for rule in rules.ordered)
    return Decision(
        verdict=_verdict(rulings),
        rules=rulings,
        contact_point=chosen,
        zone=zone_of(facts.person, question),
        policy_version=policy.version,
        rules_version=version,
        draw=draw,
    )


def _verdict(rulings: Iterable[Ruling]) -> Verdict:
    """A person is held out only if no other rule stops the message. Otherwise the person is suppressed."""
    stopped = {ruling.code for ruling in rulings if not ruling.passed}
    if not stopped:
        return Verdict.ELIGIBLE
    return Verdict.HELD_OUT if stopped == {ReasonCode.HOLDOUT_CAMPAIGN} else Verdict.SUPPRESSED


def zone_of(person: Person, question: DecisionQuestion) -> Zone:
    """Returns the person's own time zone, else the installation's."""
    if person.time_zone is not None:
        return Zone(name=person.time_zone, source=ZoneSource.PERSON)
    return Zone(name=question.installation_zone, source=ZoneSource.INSTALLATION)


def watched_profiles(facts: DecisionFacts, decision: Decision) -> frozenset[UUID]:
    """Returns every profile whose stopping fact would stop this message.

    These are the profiles of the person and of the co-owners of the chosen address, the addresses and numbers that
    they hold, the person's own addresses, and the domain of the chosen address with its parent domains.
    """
    chosen = decision.contact_point
    others = facts.co_owners.get(chosen.address_id, ()) if chosen else ()
    people = (facts.person, *others)
    profiles = {profile for person in people for profile in person.profiles}
    held = {unlinked.profile_id for person in people for unlinked in person.unlinked_identifiers}
    addresses = {point.address_id for point in facts.person.contact_points}
    domains = set(chosen.domain_ids) if chosen else set()
    return frozenset(profiles | held | addresses | domains)
