"""Deciding whom to contact: one pure function, with the ordered trace of every rule.

The run, the second check at the handover, "why?" and replay all call `decide`. A change that alters any
verdict or trace needs a new RULES_VERSION; the golden decisions in the tests hold it to that.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.deciding.consent import Scope, Standing, consent_of
from domain.deciding.facts import ContactPoint, DecisionFacts, Person, StoppingComplaint
from domain.deciding.policy import SuppressionPolicy
from domain.runs.events import Reason

RULES_VERSION = 1
LIFTS_AT_ONCE = frozenset({"opened_in_error", "duplicate"})
"""Outcomes of a closing after which there is no cooling-off."""
PREFERRED = "preferred"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The message that is asked about. `ends_at`: the end of its run, where it has one.

    `installation_zone`: the zone of a person who told none.
    """

    message_class: str
    purpose: str
    channel: str
    topic: str | None = None
    brand: str | None = None
    campaign_id: UUID | None = None
    ends_at: datetime | None = None
    installation_zone: str = "UTC"

    @property
    def promotional(self) -> bool:
        return self.message_class == "promotional"

    def scope(self, contact_point: ContactPoint | None = None) -> Scope:
        return Scope(
            channel=self.channel,
            purpose=self.purpose,
            topic=self.topic,
            brand=self.brand,
            contact_point_id=contact_point.contact_point_id if contact_point else None,
        )


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """One rule of the trace: whether the person passed it, on which facts, and until when not."""

    code: str
    passed: bool
    facts: tuple[int, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Zone:
    """The time zone a person is decided in, and whose it is: "person" or "installation" (semantics 11)."""

    name: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The verdict with all rules in order, the contact point that was chosen, and the person's zone."""

    verdict: str
    rules: tuple[Ruling, ...]
    contact_point: ContactPoint | None
    zone: Zone
    policy_version: int
    rules_version: int = RULES_VERSION

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The rules that stopped it."""
        return tuple(Reason(code=r.code, facts=r.facts, until=r.until) for r in self.rules if not r.passed)

    @property
    def eligible_from(self) -> datetime | None:
        """The earliest instant at which the person becomes eligible by itself; None if that has no date."""
        untils = [rule.until for rule in self.rules if not rule.passed]
        known = [until for until in untils if until is not None]
        return max(known) if known and len(known) == len(untils) else None


@dataclass(frozen=True, kw_only=True)
class _Case:
    facts: DecisionFacts
    policy: SuppressionPolicy
    asked: Asked
    at: datetime
    chosen: ContactPoint | None
    standing: Standing
    consent_positions: tuple[int, ...]

    def everyone(self) -> tuple[Person, ...]:
        """The person and everyone who shares the chosen address."""
        others = self.facts.co_owners.get(self.chosen.address_id, ()) if self.chosen else ()
        return (self.facts.person, *others)

    def complaints(self) -> list[StoppingComplaint]:
        return [complaint for person in self.everyone() for complaint in person.complaints]


def decide(facts: DecisionFacts, policy: SuppressionPolicy, asked: Asked, at: datetime) -> Decision:
    """Whether this person may get this message at this instant, and why."""
    chosen, standing, positions = choose_contact_point(facts, asked, at)
    case = _Case(
        facts=facts,
        policy=policy,
        asked=asked,
        at=at,
        chosen=chosen,
        standing=standing,
        consent_positions=positions,
    )
    rules = tuple(rule(case) for rule in RULES)
    verdict = "eligible" if all(rule.passed for rule in rules) else "suppressed"
    return Decision(
        verdict=verdict,
        rules=rules,
        contact_point=chosen,
        zone=zone_of(facts.person, asked),
        policy_version=policy.version,
    )


def zone_of(person: Person, asked: Asked) -> Zone:
    """The person's own zone, else the installation's."""
    if person.time_zone is not None:
        return Zone(name=person.time_zone, source="person")
    return Zone(name=asked.installation_zone, source="installation")


def choose_contact_point(
    facts: DecisionFacts, asked: Asked, at: datetime
) -> tuple[ContactPoint | None, Standing, tuple[int, ...]]:
    """The consented contact point labelled preferred, else the newest (semantics 34), and its consent.

    Without a consented one the least restricted is chosen, so that the trace says what is missing.
    """
    candidates = [point for point in facts.person.contact_points if point.channel == asked.channel]
    if not candidates:
        found = consent_of(facts.person, asked.scope(), at)
        return None, found.standing, found.positions
    standings = [(point, consent_of(facts.person, asked.scope(point), at)) for point in candidates]
    point, found = min(
        standings,
        key=lambda one: (
            one[1].standing if asked.promotional else 0,
            one[0].label != PREFERRED,
            -one[0].position,
            one[0].contact_point_id,
        ),
    )
    return point, found.standing, found.positions


def watched_profiles(facts: DecisionFacts, decision: Decision) -> frozenset[UUID]:
    """Every profile whose stopping fact would stop this message: the person's and its co-owners'."""
    address = decision.contact_point.address_id if decision.contact_point else None
    others = facts.co_owners.get(address, ()) if address else ()
    profiles = {profile for person in (facts.person, *others) for profile in person.profiles}
    return frozenset(profiles | {address} if address else profiles)


def _no_contact_point(case: _Case) -> Ruling:
    return Ruling(code="NO_CONTACT_POINT", passed=case.chosen is not None)


def _consent_rule(code: str, standing: Standing) -> Callable[[_Case], Ruling]:
    def rule(case: _Case) -> Ruling:
        passed = not case.asked.promotional or case.standing is not standing
        return Ruling(code=code, passed=passed, facts=() if passed else case.consent_positions)

    return rule


def _consent_withdrawn(case: _Case) -> Ruling:
    """The person's own withdrawal, or that of anyone who shares the chosen address (semantics 6)."""
    if not case.asked.promotional:
        return Ruling(code="CONSENT_WITHDRAWN", passed=True)
    positions = set(case.consent_positions) if case.standing is Standing.WITHDRAWN else set()
    for other in case.everyone()[1:]:
        found = consent_of(other, case.asked.scope(_same_address(other, case.chosen)), case.at)
        if found.standing in (Standing.WITHDRAWN, Standing.OPTED_OUT_OF_TOPIC):
            positions.update(found.positions)
    return Ruling(code="CONSENT_WITHDRAWN", passed=not positions, facts=tuple(sorted(positions)))


def _same_address(person: Person, chosen: ContactPoint | None) -> ContactPoint | None:
    return next((p for p in person.contact_points if chosen and p.address_id == chosen.address_id), None)


def _open_complaint(case: _Case) -> Ruling:
    stopping = [c for c in case.complaints() if c.state == "open"] if case.asked.promotional else []
    return Ruling(code="OPEN_COMPLAINT", passed=not stopping, facts=_positions(stopping))


def _cooling_off(case: _Case) -> Ruling:
    cooling = {}
    for complaint in case.complaints() if case.asked.promotional else []:
        until = cooled_off_at(complaint, case.policy)
        if until is not None and case.at < until:
            cooling[complaint] = until
    return Ruling(
        code="COMPLAINT_COOLING_OFF",
        passed=not cooling,
        facts=_positions(cooling),
        until=max(cooling.values(), default=None),
    )


def cooled_off_at(complaint: StoppingComplaint, policy: SuppressionPolicy) -> datetime | None:
    """When a closed complaint stops no more; None if it never did or is open."""
    if complaint.closed_at is None or complaint.outcome in LIFTS_AT_ONCE:
        return None
    return complaint.closed_at + policy.cooling_off[complaint.severity]


def _already_contacted(case: _Case) -> Ruling:
    address = case.chosen.address_id if case.chosen else None
    earlier = [e.position for e in case.facts.earlier if e.to_person or (address and e.address_id == address)]
    return Ruling(code="ALREADY_CONTACTED", passed=not earlier, facts=tuple(sorted(earlier)))


def _duplicate_address(case: _Case) -> Ruling:
    taken = case.chosen is not None and case.chosen.address_id in case.facts.taken
    position = case.facts.taken[case.chosen.address_id] if taken and case.chosen else None
    facts = (position,) if position is not None else ()
    return Ruling(code="DUPLICATE_ADDRESS_IN_RUN", passed=not taken, facts=facts)


def _expired(case: _Case) -> Ruling:
    return Ruling(code="EXPIRED", passed=case.asked.ends_at is None or case.at < case.asked.ends_at)


def _positions(complaints: Iterable[StoppingComplaint]) -> tuple[int, ...]:
    return tuple(sorted(complaint.position for complaint in complaints))


RULES: tuple[Callable[[_Case], Ruling], ...] = (
    _no_contact_point,
    _consent_rule("NO_CONSENT", Standing.NOTHING_SAID),
    _consent_withdrawn,
    _consent_rule("CONSENT_EXPIRED", Standing.EXPIRED),
    _consent_rule("OPTED_OUT_TOPIC", Standing.OPTED_OUT_OF_TOPIC),
    _open_complaint,
    _cooling_off,
    _already_contacted,
    _duplicate_address,
    _expired,
)
"""In the order in which a decision names them."""
