"""Finds the facts between a second decision and its handover that should have refused the handover."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.replaying.ports import LogAlone, Placed, Stopping, call_of
from domain.deciding.decide import watched_profiles
from domain.deciding.decision import Decision
from domain.deciding.facts import DecisionFacts
from domain.messages.events import MessageHandedOver


@dataclass(frozen=True, kw_only=True)
class WatchedHandover:
    """A handover, and the profiles whose stopping facts refuse it."""

    handover: Placed[MessageHandedOver]
    watched: frozenset[UUID]


def watched_handover(
    handover: Placed[MessageHandedOver], facts: DecisionFacts, decision: Decision
) -> WatchedHandover:
    watched = watched_profiles(facts, decision)
    return WatchedHandover(handover=handover, watched=watched)


def stopped(
    log: LogAlone, handovers: Sequence[WatchedHandover], campaign_id: UUID
) -> Iterable[tuple[Placed[MessageHandedOver], list[int]]]:
    """Yields the handovers that should have been refused, with the positions of the facts that refuse them.

    All these handovers have the same read position.
    """
    if not handovers:
        return
    behind: dict[UUID, list[Stopping]] = defaultdict(list)
    of_nobody: list[Stopping] = []
    for fact in log.stopping(
        frozenset().union(*(one.watched for one in handovers)),
        campaign_id,
        after=handovers[0].handover.fact.read_position,
        before=max(one.handover.position for one in handovers),
    ):
        of_nobody.extend([] if fact.about else [fact])
        for profile in fact.about:
            behind[profile].append(fact)
    for one in handovers:
        watched = (fact for profile in one.watched & behind.keys() for fact in behind[profile])
        found = {fact.position for fact in (*of_nobody, *watched) if _refuses(fact, one.handover)}
        if found:
            yield one.handover, sorted(found)


def _refuses(fact: Stopping, handover: Placed[MessageHandedOver]) -> bool:
    """Whether the fact refuses the handover. Handovers of one call refuse each other only at the same address."""
    if fact.position >= handover.position:
        return False
    return fact.call != call_of(handover.fact) or fact.address_id == handover.fact.address_id
