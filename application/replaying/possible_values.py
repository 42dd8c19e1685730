"""Checks the other values of decisions: instant, template version, channel, sender, run and epoch."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

from application.replaying.compared_values import ComparedValues
from domain.campaigns.events import CampaignContent
from domain.messages.events import MessageHandedOver
from domain.runs.events import RunPlanned
from domain.runs.run import end_of, run_id

CLOCKS_APART = timedelta(minutes=1)
"""How far the clock of the deciding process and the log's clock may be apart. The first dates a decision, the second
its recording."""


def possible_instant(recorded: datetime, known_at: datetime | None, recorded_at: datetime) -> datetime:
    """Returns the instant of a decision if it is possible, or else the nearest possible one.

    A decision is not made before the last fact that it rests on was recorded, and not after its own recording, allowing
    one minute between the clocks.
    """
    earliest = recorded if known_at is None else known_at - CLOCKS_APART
    return max(earliest, min(recorded, recorded_at + CLOCKS_APART))


def handover_values(
    handover: MessageHandedOver, content: CampaignContent
) -> tuple[ComparedValues, ComparedValues]:
    """Returns what a handover says, and what is possible for a campaign with this content.

    If the campaign names no sender, the sender was the installation's at that time, and any value is possible.
    """
    recorded: ComparedValues = {"channel": handover.channel, "template_version": handover.template_version}
    possible: ComparedValues = {"channel": content.channel, "template_version": content.originator_version}
    if content.sender is not None:
        recorded["sender"], possible["sender"] = handover.sender, content.sender
    return recorded, possible


def plan_values(run: RunPlanned, content: CampaignContent) -> tuple[ComparedValues, ComparedValues]:
    """Returns what the plan of a run says, and what is possible. A run's id derives from campaign and instant."""
    recorded: ComparedValues = {"run_id": run.originator_id, "ends_at": run.ends_at}
    possible: ComparedValues = {
        "run_id": run_id(run.campaign_id, run.planned_for),
        "ends_at": end_of(run.planned_for, content.ends_at),
    }
    return recorded, possible


def never_decreasing(epochs: Sequence[int]) -> list[int]:
    """Returns the epochs, with as few changed as needed so that none is lower than the one before."""
    unchanged = _longest_rise(epochs)
    epoch_before = epochs[min(unchanged)] if unchanged else 0
    possible = []
    for index, epoch in enumerate(epochs):
        epoch_before = epoch if index in unchanged else epoch_before
        possible.append(epoch_before)
    return possible


def _longest_rise(numbers: Sequence[int]) -> set[int]:
    """Returns the indexes of a longest subsequence that never decreases."""
    ends: list[int] = []
    before: list[int | None] = []
    for index, number in enumerate(numbers):
        length = bisect_right(ends, number, key=numbers.__getitem__)
        before.append(ends[length - 1] if length else None)
        ends[length : length + 1] = [index]
    indexes, at = set[int](), ends[-1] if ends else None
    while at is not None:
        indexes.add(at)
        at = before[at]
    return indexes
