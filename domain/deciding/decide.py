"""Deciding whom to contact: one pure function, with the ordered trace of every rule.

The run, the second check at the handover, "why?" and replay all call `decide`. A change that alters any
verdict or trace needs a new RULES_VERSION; the golden decisions in the tests hold it to that.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from domain.deciding.case import Case, Rules
from domain.deciding.decision import Asked, Decision, Ruling, Zone
from domain.deciding.facts import DecisionFacts, Person
from domain.deciding.policy import SuppressionPolicy
from domain.deciding.rules_1 import RULES_1
from domain.errors import NotFound

__all__ = ["RULES", "RULES_VERSION", "Asked", "Decision", "Ruling", "Zone", "decide", "watched_profiles"]

RULES: Mapping[int, Rules] = MappingProxyType({1: RULES_1})
"""Every version that ever decided, by its number: decisions of its time are replayed with it."""
RULES_VERSION = max(RULES)
"""The version that decides now."""


class UnknownRulesVersion(NotFound):
    """No rules have this version."""


def decide(
    facts: DecisionFacts,
    policy: SuppressionPolicy,
    asked: Asked,
    at: datetime,
    *,
    rules_version: int = RULES_VERSION,
) -> Decision:
    """Whether this person may get this message at this instant, and why. UnknownRulesVersion where none is."""
    if rules_version not in RULES:
        raise UnknownRulesVersion(f"No rules have the version {rules_version}.")
    return decide_by(RULES[rules_version], rules_version, facts, policy, asked, at)


def decide_by(
    rules: Rules, version: int, facts: DecisionFacts, policy: SuppressionPolicy, asked: Asked, at: datetime
) -> Decision:
    """The decision of these rules."""
    chosen, standing, positions = rules.choose(facts, asked, at)
    case = Case(
        facts=facts,
        policy=policy,
        asked=asked,
        at=at,
        chosen=chosen,
        standing=standing,
        consent_positions=positions,
    )
    rulings = tuple(rule(case) for rule in rules.ordered)
    return Decision(
        verdict="eligible" if all(ruling.passed for ruling in rulings) else "suppressed",
        rules=rulings,
        contact_point=chosen,
        zone=zone_of(facts.person, asked),
        policy_version=policy.version,
        rules_version=version,
    )


def zone_of(person: Person, asked: Asked) -> Zone:
    """The person's own zone, else the installation's."""
    if person.time_zone is not None:
        return Zone(name=person.time_zone, source="person")
    return Zone(name=asked.installation_zone, source="installation")


def watched_profiles(facts: DecisionFacts, decision: Decision) -> frozenset[UUID]:
    """Every profile whose stopping fact would stop this message: the person's and its co-owners'."""
    address = decision.contact_point.address_id if decision.contact_point else None
    others = facts.co_owners.get(address, ()) if address else ()
    profiles = {profile for person in (facts.person, *others) for profile in person.profiles}
    return frozenset(profiles | {address} if address else profiles)
