"""The port of questions about the past: the log up to an instant, folded for one person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.eligibility.past import KnownThen
from domain.campaigns.events import CampaignContent, CampaignRunOpened
from domain.deciding.facts import DecisionFacts
from domain.policies.suppression_policies import STREAM as POLICIES
from domain.runs.events import RunCancelled, RunFinished, RunPlanned
from infrastructure.closures import concerned
from infrastructure.logged_runs import placed
from infrastructure.run_facts import facts_in_run
from infrastructure.shadows import Shadows
from projections.engine.runner import head
from projections.identity.reading import canonical_ids, members_of
from projections.policies.reading import adopted_policies
from projections.suppression.reading import DECIDES_ON, decision_facts

_LAST_BEFORE = """
select recorded_at <= %(at)s from log.events
where notification_id <= %(position)s order by notification_id desc limit 1
"""
# The condition on the topics is that of the index events_decided, word by word.
_RULES_VERSION = """
select (data ->> 'rules_version')::int from log.facts
where topic in ('runs.RunChunkDecided', 'messages.MessageHandedOver', 'messages.MessageWithheld')
  and position <= %(upto)s
order by position desc limit 1
"""
_STREAM = """
select position, topic, originator_id, originator_version, data from log.facts
where originator_id = %(stream)s and position <= %(upto)s and not topic = any(%(but)s)
order by originator_version
"""
_OF_AUDIENCE = ["runs.RunAudienceListed", "runs.RunAudienceRecorded", "runs.RunChunkDecided"]
_LISTED = "select customer_id from run_member where run_id = %s and customer_id = any(%s) order by 1"


@dataclass(frozen=True, kw_only=True)
class _CampaignThen:
    """A campaign as the log had it: what it said, its runs so far, and the one that was open."""

    content: CampaignContent | None = None
    runs: tuple[UUID, ...] = ()
    open_run: RunPlanned | None = None


class PastInLog:
    """The PastReading port."""

    def __init__(self, shadows: Shadows) -> None:
        self._shadows = shadows

    def known_at(self, at: datetime, person_id: UUID, *, channel: str, campaign_id: UUID | None) -> KnownThen:
        with self._shadows.log() as connection:
            position = position_at(connection, at)
            then = _campaign_then(connection, campaign_id, position)
            about = {*concerned(connection, person_id, position), *then.runs, POLICIES}
            about |= {campaign_id} if campaign_id is not None else set()
            rules_version = _rules_version(connection, position)
            with self._shadows.shadow(connection, DECIDES_ON, about) as shadow:
                for _ in shadow.fold_to(position):
                    pass
                with shadow.reading() as reading:
                    return KnownThen(
                        position=position,
                        facts=_facts_of(reading, person_id, channel, campaign_id, then.open_run),
                        policies=adopted_policies(reading),
                        rules_version=rules_version,
                        content=then.content,
                        ends_at=then.open_run.ends_at if then.open_run else None,
                    )


def position_at(connection: Connection[Any], at: datetime) -> int:
    """The last position that was recorded at or before an instant (semantics 32), 0 before the first fact.

    Recording never goes back, so halving finds it.
    """
    low, high = 0, head(connection)
    while low < high:
        middle = (low + high + 1) // 2
        row = connection.execute(_LAST_BEFORE, {"at": at, "position": middle}).fetchone()
        if row is None or row[0]:
            low = middle
        else:
            high = middle - 1
    return low


def _campaign_then(connection: Connection[Any], campaign_id: UUID | None, upto: int) -> _CampaignThen:
    if campaign_id is None:
        return _CampaignThen()
    told = _stream(connection, campaign_id, upto)
    contents = [fact for fact in told if isinstance(fact, CampaignContent)]
    runs = tuple(fact.run_id for fact in told if isinstance(fact, CampaignRunOpened))
    return _CampaignThen(
        content=contents[-1] if contents else None,
        runs=runs,
        open_run=_open_run(connection, runs[-1], upto) if runs else None,
    )


def _open_run(connection: Connection[Any], run_id: UUID, upto: int) -> RunPlanned | None:
    told = _stream(connection, run_id, upto)
    ended = any(isinstance(fact, RunFinished | RunCancelled) for fact in told)
    planned = [fact for fact in told if isinstance(fact, RunPlanned)]
    return planned[0] if planned and not ended else None


def _stream(connection: Connection[Any], stream_id: UUID, upto: int) -> list[Any]:
    """The facts of a stream by then, without the long ones about who is in an audience."""
    asked = {"stream": stream_id, "upto": upto, "but": _OF_AUDIENCE}
    return [placed(row).fact for row in connection.execute(_STREAM, asked)]


def _rules_version(connection: Connection[Any], upto: int) -> int | None:
    row = connection.execute(_RULES_VERSION, {"upto": upto}).fetchone()
    return row[0] if row is not None else None


def _facts_of(
    connection: Connection[Any],
    person_id: UUID,
    channel: str,
    campaign_id: UUID | None,
    run: RunPlanned | None,
) -> DecisionFacts:
    if run is None or campaign_id is None:
        asked = canonical_ids(connection, [person_id])[person_id]
        found = decision_facts(connection, [asked], channel=channel, campaign_id=campaign_id)
        return found[asked]
    member, run_id = _member(connection, person_id, run.originator_id), run.originator_id
    in_run = facts_in_run(connection, [member], channel=channel, campaign_id=campaign_id, run_id=run_id)
    return in_run[member]


def _member(connection: Connection[Any], person_id: UUID, run_id: UUID) -> UUID:
    """As whom the run knows the person: canonical at its start, perhaps another profile now."""
    canonical = canonical_ids(connection, [person_id])[person_id]
    profiles = members_of(connection, [canonical])[canonical]
    listed = [row["customer_id"] for row in connection.execute(_LISTED, [run_id, list(profiles)])]
    return next((one for one in (person_id, canonical, *listed) if one in listed), canonical)
