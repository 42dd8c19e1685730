"""Finds the facts between a second decision and its handover that should have refused the handover."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.replaying.ports import LoggedFact, ReplayLog, Stopping, call_of
from domain.deciding.decide import watched_profiles
from domain.deciding.decision import Decision
from domain.deciding.facts import DecisionFacts
from domain.messages.events import MessageHandedOver


@dataclass(frozen=True, kw_only=True)
class WatchedHandover:
    """A handover, and the profiles whose stopping facts refuse it."""

    handover: LoggedFact[MessageHandedOver]
    watched: frozenset[UUID]


def watched_handover(
    handover: LoggedFact[MessageHandedOver], facts: DecisionFacts, decision: Decision
) -> WatchedHandover:
    watched = watched_profiles(facts, decision)
    return WatchedHandover(handover=handover, watched=watched)


def stopped(
    log: ReplayLog, handovers: Sequence[WatchedHandover], campaign_id: UUID
) -> Iterable[tuple[LoggedFact[MessageHandedOver], list[int]]]:
    """Yields the handovers that should have been refused, with the positions of the facts that refuse them.

    All these handovers have the same read position.
    """
    if not handovers:
        return
    by_profile: dict[UUID, list[Stopping]] = defaultdict(list)
    for_everybody: list[Stopping] = []
    for fact in log.stopping(
        frozenset().union(*(watching.watched for watching in handovers)),
        campaign_id,
        after=handovers[0].handover.fact.read_position,
        before=max(watching.handover.position for watching in handovers),
    ):
        for_everybody.extend([] if fact.about else [fact])
        for profile in fact.about:
            by_profile[profile].append(fact)
    for watching in handovers:
        watched = (fact for profile in watching.watched & by_profile.keys() for fact in by_profile[profile])
        positions = {
            fact.position for fact in (*for_everybody, *watched) if _refuses(fact, watching.handover)
        }
        if positions:
            yield watching.handover, sorted(positions)


def _refuses(fact: Stopping, handover: LoggedFact[MessageHandedOver]) -> bool:
    """Whether the fact refuses the handover. Handovers of one call refuse each other only at the same address."""
    if fact.position >= handover.position:
        return False
    return fact.call != call_of(handover.fact) or fact.address_id == handover.fact.address_id
