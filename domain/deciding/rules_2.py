"""Version 2 of the rules: imposed suppressions, hold-outs, rechecked segments and cancelled campaigns.

The golden decisions of the tests hold it to that it has decided, and with it what it takes over from version 1.
"""

from collections.abc import Iterable
from datetime import datetime

from domain.deciding import rules_1
from domain.deciding.case import Case, Chosen, Rule, Rules
from domain.deciding.consent import Standing, consent_of
from domain.deciding.decision import Asked, Ruling
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import SuppressionPolicy
from domain.deciding.suppressions import InForce, Suppressions


def choose_contact_point(
    facts: DecisionFacts, policy: SuppressionPolicy, asked: Asked, at: datetime
) -> Chosen:
    """As in version 1, but one whose address or domain is stopped comes after all others."""
    candidates = [point for point in facts.person.contact_points if point.channel == asked.channel]
    if not candidates:
        return rules_1.choose_contact_point(facts, policy, asked, at)
    suppressions = Suppressions(facts, policy, asked, at)
    standings = [(point, consent_of(facts.person, asked.scope(point), at)) for point in candidates]
    point, found = min(
        standings,
        key=lambda one: (
            not suppressions.usable(one[0]),
            one[1].standing if asked.promotional else 0,
            one[0].label != rules_1.PREFERRED,
            -one[0].position,
            one[0].contact_point_id,
        ),
    )
    return point, found.standing, found.positions


def imposed(reason: str) -> Rule:
    """Whether a suppression of this reason stops the message."""

    def rule(case: Case) -> Ruling:
        stopping = case.suppressions.stopping(reason, case.chosen)
        return Ruling(
            code=reason,
            passed=not stopping,
            facts=tuple(one.position for one in stopping),
            until=_last_end(stopping),
        )

    return rule


def _last_end(stopping: Iterable[InForce]) -> datetime | None:
    """When the last of them ends by itself; None where one has no end."""
    untils = [one.until for one in stopping]
    known = [until for until in untils if until is not None]
    return max(known) if known and len(known) == len(untils) else None


def held_out(case: Case) -> Ruling:
    held = case.draw is not None and case.draw.held_out
    facts = case.draw.facts if held and case.draw is not None else ()
    return Ruling(code="HOLDOUT_CAMPAIGN", passed=not held, facts=facts)


def no_longer_in_segment(case: Case) -> Ruling:
    return Ruling(code="NO_LONGER_IN_SEGMENT", passed=case.facts.still_member is not False)


def campaign_cancelled(case: Case) -> Ruling:
    cancelled = case.facts.cancelled
    return Ruling(
        code="CAMPAIGN_CANCELLED",
        passed=cancelled is None,
        facts=() if cancelled is None else (cancelled,),
    )


ORDERED: tuple[Rule, ...] = (
    rules_1.no_contact_point,
    rules_1.consent_rule("NO_CONSENT", Standing.NOTHING_SAID),
    rules_1.consent_withdrawn,
    rules_1.consent_rule("CONSENT_EXPIRED", Standing.EXPIRED),
    rules_1.consent_rule("OPTED_OUT_TOPIC", Standing.OPTED_OUT_OF_TOPIC),
    imposed("GLOBAL_DO_NOT_CONTACT"),
    imposed("HARD_BOUNCE"),
    imposed("SPAM_COMPLAINT"),
    rules_1.open_complaint,
    rules_1.cooling_off,
    imposed("SERVICE_RECOVERY_PENDING"),
    imposed("DELINQUENT"),
    held_out,
    rules_1.already_contacted,
    imposed("DECEASED"),
    imposed("LEGAL_HOLD"),
    rules_1.duplicate_address,
    imposed("DOMAIN_BLOCKED"),
    imposed("OPERATOR_EXCLUDED"),
    rules_1.expired,
    no_longer_in_segment,
    campaign_cancelled,
)

RULES_2 = Rules(choose=choose_contact_point, ordered=ORDERED)
