"""The port of questions about the past. It folds the log up to an instant, for one person."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from psycopg import Connection
from psycopg.rows import tuple_row

from application.eligibility.past import Then
from domain.campaigns.campaign import Campaign
from domain.campaigns.events import CampaignContent, CampaignRunOpened
from domain.errors import PositionBeyondLog
from domain.policies.events import PolicyKind
from domain.policies.versions import stream_id_of
from domain.runs.run import Run
from infrastructure.read_models.known import KnownOnConnection
from infrastructure.replay_log.closures import concerned
from infrastructure.replay_log.logged_runs import logged
from infrastructure.replay_log.shadows import Shadows
from projections.decision_facts.reading import DECIDES_ON
from projections.engine.runner import head

# Recording never goes back along the log, so halving finds the position: `low` is at or before it, `high` is not below.
_POSITION_AT = """
with recursive halving(low, high) as (
    select 0::bigint, coalesce(max(notification_id), 0) from log.events
    union all
    select case when m.recorded_at <= %(at)s then m.notification_id else low end,
           case when m.recorded_at <= %(at)s then high else m.notification_id - 1 end
    from halving, lateral (
        select notification_id, recorded_at from log.events where notification_id = (low + high + 1) / 2
    ) m
    where low < high
)
select low from halving where low = high
"""
# The condition on the stored_names is that of the index events_decided, word by word.
_DECIDED_BEFORE = """
select (data ->> 'rules_version')::int, (data ->> 'smtputf8')::boolean from log.facts
where stored_name in ('runs.RunChunkDecided', 'messages.MessageHandedOver', 'messages.MessageWithheld')
  and position <= %(upto)s
order by position desc limit 1
"""
_DECIDED_NEXT = """
select (data ->> 'rules_version')::int, (data ->> 'smtputf8')::boolean from log.facts
where stored_name in ('runs.RunChunkDecided', 'messages.MessageHandedOver', 'messages.MessageWithheld')
  and position > %(upto)s
order by position limit 1
"""
_STREAM = """
select position, recorded_at, stored_name, originator_version, data from log.facts
where stream_id = %(stream)s and position <= %(upto)s
order by originator_version
"""


@dataclass(frozen=True, kw_only=True)
class _CampaignThen:
    """A campaign at a position of the log: its content, and its runs so far."""

    content: CampaignContent | None = None
    runs: tuple[UUID, ...] = ()

    @property
    def rechecks(self) -> bool:
        return self.content is not None and self.content.recheck_segment


class PastInLog:
    """The PastReading port. `currency` is the currency of amounts in criteria that name none."""

    def __init__(self, shadows: Shadows, currency: str) -> None:
        self._shadows = shadows
        self._currency = currency

    @contextmanager
    def open(
        self, at: datetime, person_id: UUID, *, campaign_id: UUID | None, known_to: int | None = None
    ) -> Iterator[Then]:
        with self._shadows.log() as connection:
            position = position_at(connection, at) if known_to is None else _in_log(connection, known_to)
            campaign = _campaign_then(connection, campaign_id, position)
            profiles = concerned(connection, person_id, position)
            about = {*profiles, *map(Run.stream_of, campaign.runs)}
            about |= {Campaign.stream_of(campaign_id)} if campaign_id is not None else set()
            about.add(stream_id_of(PolicyKind.SUPPRESSION))
            rules_version, smtputf8 = decided_by(connection, position, prefer_next=known_to is not None)
            names = (*DECIDES_ON, "audience") if campaign.rechecks else DECIDES_ON
            with self._shadows.shadow(connection, names, about) as shadow:
                for _ in shadow.fold_to(position):
                    pass
                with shadow.reading() as reading:
                    yield Then(
                        known=KnownOnConnection(reading, position, self._currency),
                        rules_version=rules_version,
                        smtputf8=smtputf8,
                        concerned=profiles,
                        content=campaign.content,
                    )


def _campaign_then(connection: Connection[Any], campaign_id: UUID | None, upto: int) -> _CampaignThen:
    if campaign_id is None:
        return _CampaignThen()
    facts = _stream(connection, Campaign.stream_of(campaign_id), upto)
    return _CampaignThen(
        content=next((fact for fact in reversed(facts) if isinstance(fact, CampaignContent)), None),
        runs=tuple(fact.run_id for fact in facts if isinstance(fact, CampaignRunOpened)),
    )


def position_at(connection: Connection[Any], at: datetime) -> int:
    """The last position that was recorded at or before an instant, 0 before the first fact."""
    (position,) = cast(tuple[int], connection.execute(_POSITION_AT, {"at": at}).fetchone())
    return position


def _in_log(connection: Connection[Any], position: int) -> int:
    if position > head(connection):
        raise PositionBeyondLog(path="known_to_position", code="beyond_the_log")
    return position


def _stream(connection: Connection[Any], stream_id: UUID, upto: int) -> list[Any]:
    """The facts of a stream by then."""
    parameters = {"stream": stream_id, "upto": upto}
    with connection.cursor(row_factory=tuple_row) as cursor:
        return [logged(row).fact for row in cursor.execute(_STREAM, parameters)]


def decided_by(
    connection: Connection[Any], upto: int, *, prefer_next: bool = False
) -> tuple[int | None, bool | None]:
    """Returns the rules version of a decision, and whether its next hop supported SMTPUTF8.

    The decision is the newest one up to the position. If the question names a read position, it is the first
    decision after that position.
    """
    statements = (_DECIDED_NEXT, _DECIDED_BEFORE) if prefer_next else (_DECIDED_BEFORE,)
    rows = (connection.execute(statement, {"upto": upto}).fetchone() for statement in statements)
    return next((row for row in rows if row is not None), (None, None))
