"""What stands beside a decision: when it was made, by which template, on which channel, in whose name, in which run."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

from application.replaying.outcomes import Outcome
from domain.campaigns.events import CampaignContent
from domain.messages.events import MessageHandedOver
from domain.runs.events import RunPlanned
from domain.runs.run import WITHOUT_END, run_id

CLOCKS_APART = timedelta(minutes=1)
"""How far the clock of whoever decides and the log's may be apart: an instant is one's, its recording the other's."""


def possible_instant(told: datetime, known_at: datetime | None, recorded_at: datetime) -> datetime:
    """The instant itself where a decision can be of it, else the nearest that it can be of: not before the last
    fact that it rests on was recorded, nor after it was recorded itself."""
    earliest = told if known_at is None else known_at - CLOCKS_APART
    return max(earliest, min(told, recorded_at + CLOCKS_APART))


def handed(handover: MessageHandedOver, content: CampaignContent) -> tuple[Outcome, Outcome]:
    """What a handover says and what it can say of a campaign that says this.

    A campaign need not name a sender: its messages come from the installation's, whatever that was then.
    """
    told: Outcome = {"channel": handover.channel, "template_version": handover.template_version}
    possible: Outcome = {"channel": content.channel, "template_version": content.originator_version}
    if content.sender is not None:
        told["sender"], possible["sender"] = handover.sender, content.sender
    return told, possible


def planned(run: RunPlanned, content: CampaignContent) -> tuple[Outcome, Outcome]:
    """What the plan of a run says and what it can say: its id derives from the campaign and the instant."""
    told: Outcome = {"run_id": run.originator_id, "ends_at": run.ends_at}
    possible: Outcome = {
        "run_id": run_id(run.campaign_id, run.planned_for),
        "ends_at": content.ends_at or run.planned_for + WITHOUT_END,
    }
    return told, possible


def rising(epochs: Sequence[int]) -> list[int]:
    """The same with the fewest changes that let it never fall."""
    kept = _longest_rise(epochs)
    standing = epochs[min(kept)] if kept else 0
    possible = []
    for index, epoch in enumerate(epochs):
        standing = epoch if index in kept else standing
        possible.append(standing)
    return possible


def _longest_rise(numbers: Sequence[int]) -> set[int]:
    """The indexes of as many numbers as can stand in this order without a fall."""
    ends: list[int] = []
    before: list[int | None] = []
    for index, number in enumerate(numbers):
        length = bisect_right(ends, number, key=numbers.__getitem__)
        before.append(ends[length - 1] if length else None)
        ends[length : length + 1] = [index]
    kept, at = set[int](), ends[-1] if ends else None
    while at is not None:
        kept.add(at)
        at = before[at]
    return kept
