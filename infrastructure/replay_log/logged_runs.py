"""Reads the facts of runs from the log, for replays."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, cast
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import tuple_row

from application.replaying.ports import Ended, LoggedFact, RecordedDecision, Stopping
from domain.aggregates import Aggregate
from domain.campaigns.campaign import Campaign
from domain.campaigns.events import CampaignContent, CampaignDrafted, CampaignRevised
from domain.deciding.stopping import HANDOVER_NAME, STOPPING_NAMES
from domain.facts import FACTS, Fact, personal_fields
from domain.messages.events import MessageFact
from domain.policies.events import PolicyKind
from domain.policies.versions import stream_id_of
from domain.runs.events import (
    RunAudienceListed,
    RunAudienceRecorded,
    RunCancelled,
    RunFinished,
    RunPlanned,
)
from domain.runs.run import Run
from infrastructure.eventsourcing.mapper import upcast

MESSAGE_CLASSES: tuple[type[Fact], ...] = tuple(MessageFact.__subclasses__())

_HEAD = "select coalesce(max(notification_id), 0) from log.events"
_RECORDED_AT = "select recorded_at from log.facts where position <= %s order by position desc limit 1"
_OF_STREAM = """
select position, recorded_at, stored_name, originator_version, data from log.facts
where stream_id = %(stream)s and stored_name = any(%(stored_names)s)
  and position <= %(upto)s
order by originator_version
"""
_LISTING = """
select position, recorded_at, stored_name, originator_version, data from log.facts
where stream_id = %(run)s and originator_version = %(version)s
"""
_LISTED = """
select position, recorded_at, stored_name, originator_version, data from log.facts
where stream_id = %(run)s and stored_name = 'runs.RunAudienceListed' and originator_version >= %(begun)s
  and position <= %(upto)s
order by originator_version
"""
# Before the size was recorded, the last part 0 began the listing anew.
_BEGUN = """
select coalesce(max(listed.originator_version), 0)
from log.facts listed
where listed.stream_id = %(run)s and listed.stored_name = 'runs.RunAudienceListed'
  and listed.position <= %(upto)s and listed.data ->> 'ordinal' = '0'
  and not exists (
      select from log.facts recorded
      where recorded.stream_id = %(run)s and recorded.stored_name = 'runs.RunAudienceRecorded'
        and recorded.originator_version < listed.originator_version)
"""
_ORDINALS = """
select (data ->> 'ordinal')::int, originator_version from log.facts
where stream_id = %(run)s and stored_name = 'runs.RunAudienceListed' and originator_version >= %(begun)s
order by originator_version
"""
# The condition on the stored_names is that of the index events_decided, word by word.
_DECIDED = """
select position, recorded_at, stored_name, originator_version, data
from log.facts
where stored_name in ('runs.RunChunkDecided', 'messages.MessageHandedOver', 'messages.MessageWithheld')
  and position > %(after)s and position <= %(upto)s
  and (originator_id = %(run)s or data ->> 'run_id' = %(run)s::text)
order by (data ->> 'read_position')::bigint, position
"""
# The condition on the stored_names is that of the index events_decided, word by word.
_NEXT_TO = """
select (
    select (data ->> 'epoch')::bigint from log.facts
    where stored_name in ('runs.RunChunkDecided', 'messages.MessageHandedOver', 'messages.MessageWithheld')
      and stored_name = %(handover)s and position < %(first)s
    order by position desc limit 1
), (
    select (data ->> 'epoch')::bigint from log.facts
    where stored_name in ('runs.RunChunkDecided', 'messages.MessageHandedOver', 'messages.MessageWithheld')
      and stored_name = %(handover)s and position > %(last)s and position <= %(upto)s
    order by position limit 1
)
"""
# Without what is large and sealed: all messages of a run are sorted.
_MESSAGES = """
select position, recorded_at, stored_name, originator_version,
       data - '{values,smtp_reply,note}'::text[]
from log.facts
where stored_name = any(%(stored_names)s) and position > %(after)s and position <= %(upto)s
  and data ->> 'run_id' = %(run)s::text
order by originator_id, originator_version
"""
# As log.hand_over looks at the facts after the position that a decision read.
_STOPPING = """
select position, array_remove(array[customer_id, other_profile_id], null),
       stored_name = %(handover)s, (data ->> 'epoch')::bigint, (data ->> 'read_position')::bigint,
       (data ->> 'address_id')::uuid
from log.facts
where position > %(after)s and position < %(before)s
  and (customer_id = any(%(about)s) or other_profile_id = any(%(about)s) or stream_id = any(%(streams)s))
  and (stored_name = any(%(stored_names)s)
       or (stored_name = %(handover)s and data ->> 'campaign_id' = %(campaign)s::text))
order by position
"""


class LoggedRuns:
    """Half of the ReplayLog port. It reads the log up to the head at the time when this object was made."""

    def __init__(self, log: Connection[Any]) -> None:
        self._log = log
        (self._upto,) = cast(tuple[int], log.execute(_HEAD).fetchone())
        self._versions: dict[UUID, dict[int, int]] = {}

    def recorded_at(self, position: int) -> datetime | None:
        row = self._log.execute(_RECORDED_AT, [position]).fetchone()
        return None if row is None else row[0]

    def planned(self, run_id: UUID) -> LoggedFact[RunPlanned] | None:
        return self._first(Run, run_id, RunPlanned)

    def contents(self, campaign_id: UUID) -> list[LoggedFact[CampaignContent]]:
        return self._facts_of(Campaign, campaign_id, CampaignDrafted, CampaignRevised)

    def recorded_audience(self, run_id: UUID) -> LoggedFact[RunAudienceRecorded] | None:
        return self._first(Run, run_id, RunAudienceRecorded)

    def ended(self, run_id: UUID) -> LoggedFact[Ended] | None:
        return next(iter(self._facts_of(Run, run_id, RunFinished, RunCancelled)), None)

    def listings(self, run_id: UUID) -> Iterator[LoggedFact[RunAudienceListed]]:
        parameters = {"run": Run.stream_of(run_id), "begun": self._begun(run_id)}
        return self._streamed(_LISTED, **parameters)

    def listing(self, run_id: UUID, ordinal: int) -> RunAudienceListed | None:
        version = self._versions_of_listings(run_id).get(ordinal)
        row = self._log.execute(_LISTING, {"run": Run.stream_of(run_id), "version": version}).fetchone()
        return None if row is None else cast(RunAudienceListed, logged(row).fact)

    def recorded_decisions(self, run_id: UUID) -> Iterator[LoggedFact[RecordedDecision]]:
        return self._streamed(_DECIDED, run=run_id, after=self._planned_at(run_id))

    def messages(self, run_id: UUID) -> Iterator[Sequence[LoggedFact[MessageFact]]]:
        stored_names = [fact_class.stored_name for fact_class in MESSAGE_CLASSES]
        facts = self._streamed(
            _MESSAGES, run=run_id, after=self._planned_at(run_id), stored_names=stored_names
        )
        for _, stream in groupby(facts, key=lambda placed_fact: placed_fact.fact.originator_id):
            yield list(stream)

    def epochs_next_to(self, first: int, last: int) -> tuple[int | None, int | None]:
        parameters = {"first": first, "last": last, "upto": self._upto, "handover": HANDOVER_NAME}
        return cast(tuple[int | None, int | None], self._log.execute(_NEXT_TO, parameters).fetchone())

    def stopping(
        self, profiles: Collection[UUID], campaign_id: UUID, *, after: int, before: int
    ) -> list[Stopping]:
        parameters = {
            "after": after,
            "before": before,
            "about": list(profiles),
            "streams": [Campaign.stream_of(campaign_id), stream_id_of(PolicyKind.SUPPRESSION)],
            "stored_names": list(STOPPING_NAMES),
            "handover": HANDOVER_NAME,
            "campaign": campaign_id,
        }
        return [_stopping(row) for row in self._log.execute(_STOPPING, parameters)]

    def _planned_at(self, run_id: UUID) -> int:
        planned = self.planned(run_id)
        return planned.position if planned is not None else 0

    def _versions_of_listings(self, run_id: UUID) -> dict[int, int]:
        """The version of the fact that lists each part, of the listing that counts."""
        if run_id not in self._versions:
            parameters = {"run": Run.stream_of(run_id), "begun": self._begun(run_id)}
            self._versions[run_id] = dict(self._log.execute(_ORDINALS, parameters).fetchall())
        return self._versions[run_id]

    def _begun(self, run_id: UUID) -> int:
        """The version of the fact with which the listing begins that counts."""
        parameters = {"run": Run.stream_of(run_id), "upto": self._upto}
        (begun,) = cast(tuple[int], self._log.execute(_BEGUN, parameters).fetchone())
        return begun

    def _first(
        self, aggregate_class: type[Aggregate], aggregate_id: UUID, fact_class: type[Any]
    ) -> LoggedFact[Any] | None:
        return next(iter(self._facts_of(aggregate_class, aggregate_id, fact_class)), None)

    def _facts_of(
        self, aggregate_class: type[Aggregate], aggregate_id: UUID, *fact_classes: type[Fact]
    ) -> list[LoggedFact[Any]]:
        stored_names = [fact_class.stored_name for fact_class in fact_classes]
        parameters = {
            "stream": aggregate_class.stream_of(aggregate_id),
            "stored_names": stored_names,
            "upto": self._upto,
        }
        return [logged(row) for row in self._log.execute(_OF_STREAM, parameters)]

    def _streamed(self, statement: str, **values: Any) -> Iterator[LoggedFact[Any]]:
        """Yields the facts one by one, while the server keeps the rest."""
        with (
            self._log.transaction(),
            self._log.cursor("facts", row_factory=tuple_row) as cursor,
        ):
            cursor.itersize = 100
            yield from map(logged, cursor.execute(statement.encode(), {**values, "upto": self._upto}))


def logged(row: tuple[Any, ...]) -> LoggedFact[Any]:
    """Returns a fact from its row in `log.facts`, without its personal fields, so that no key is needed."""
    position, recorded_at, stored_name, version, data = row
    fact_class = FACTS[stored_name]
    state = {name: value for name, value in data.items() if name not in personal_fields(fact_class)}
    plain = {**upcast(stored_name, state), "originator_version": version}
    return LoggedFact(position=position, recorded_at=recorded_at, fact=msgspec.convert(plain, fact_class))


def _stopping(row: tuple[Any, ...]) -> Stopping:
    position, about, handover, epoch, read_position, address = row
    return Stopping(
        position=position,
        about=frozenset(about),
        call=(epoch, read_position) if handover else None,
        address_id=address if handover else None,
    )
