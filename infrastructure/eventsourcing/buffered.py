"""A log that many commands share: it reads for all of them at once, and appends what they save together.

No command sees what another one of them saved but did not append: before something is read of a stream or a profile
for which facts wait, they are appended.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import groupby
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from application.bulk import OfProfile
from application.customers.profile_links import ProfileLink, ProfileLinks
from domain.errors import Unavailable
from infrastructure.cryptography.keys import KeyRing
from infrastructure.postgres.appends import Append, Premise, encoded
from infrastructure.postgres.recorder import MOST_AT_ONCE, LogRecorder


class BufferedRecorder(LogRecorder):
    """A recorder over another one. `begin` says what the commands will read, and forgets what was read before.

    A position is not known before the facts are appended: until then it is 0.
    """

    def __init__(self, recorder: LogRecorder) -> None:
        self._recorder = recorder
        self._known: dict[UUID, list[StoredEvent]] = {}
        self._fresh: set[UUID] = set()
        self._touched: set[UUID] = set()
        self._waiting: list[Append] = []
        self._not_appended: Callable[[int], None] = lambda _: None
        self.savings = 0

    def begin(self, streams_of: dict[UUID, list[UUID]], not_appended: Callable[[int], None]) -> set[UUID]:
        """Reads these streams, which belong to profiles. Returns the profiles that some fact names."""
        self.savings, self._not_appended = 0, not_appended
        self._waiting, self._touched = [], set()  # an error may have ended the batch before
        named = self._recorder.profiles_with_facts(streams_of)
        self._fresh = streams_of.keys() - named
        self._known = {stream: [] for streams in streams_of.values() for stream in streams}
        stored = self._recorder.select_streams([stream for one in named for stream in streams_of[one]])
        for stream_id, events in groupby(stored, key=_stream_of):
            self._known[stream_id] = list(events)
        return named

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, premises: Sequence[Premise] = (), **_: Any
    ) -> Sequence[int]:
        """Lets the facts wait. Appends those that wait first if they concern the same streams."""
        append = encoded(Append(events=stored_events, premises=premises))
        self.settle(map(_stream_of, stored_events))
        self._waiting.append(append)
        self.savings += 1
        for event in stored_events:
            self._touched.update(_ids_of(event))
        return [0] * len(stored_events)

    def flush(self) -> None:
        """Appends all that waits. Those that could not be appended are reported one by one, by their numbers."""
        waiting, self._waiting = self._waiting, []
        for touched in self._touched:
            self._known.pop(touched, None)
            self._fresh.discard(touched)
        self._touched = set()
        outcomes = [outcome for group in _groups(waiting) for outcome in self._recorder.append_all(group)]
        for number, outcome in enumerate(outcomes, start=self.savings - len(waiting)):
            if isinstance(outcome, Unavailable):
                raise outcome
            if isinstance(outcome, Exception):
                self._not_appended(number)

    def is_fresh(self, profile_ids: Collection[UUID]) -> bool:
        """Whether no fact of the log names any of these profiles, and none that waits."""
        return self._fresh.issuperset(profile_ids) and self._touched.isdisjoint(profile_ids)

    def settle(self, ids: Iterable[UUID]) -> bool:
        """Appends what waits if it names one of these profiles or streams. Returns whether it did."""
        touched = not self._touched.isdisjoint(ids)
        if touched:
            self.flush()
        return touched

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        stream_id = UUID(str(originator_id))
        self.settle([stream_id])
        known = self._known.get(stream_id)
        if known is None:
            return self._recorder.select_events(stream_id, gt=gt, lte=lte, desc=desc, limit=limit)
        low, high = gt or 0, known[-1].originator_version if known and lte is None else lte or 0
        chosen = [event for event in known if low < event.originator_version <= high]
        return (chosen[::-1] if desc else chosen)[:limit]

    def select_streams(self, stream_ids: Collection[UUID]) -> list[StoredEvent]:
        self.settle(stream_ids)
        unknown = [stream_id for stream_id in stream_ids if stream_id not in self._known]
        known = [event for stream_id in stream_ids for event in self._known.get(stream_id, ())]
        return known + (self._recorder.select_streams(unknown) if unknown else [])

    def streams_present(self, stream_ids: Sequence[UUID]) -> set[UUID]:
        self.settle(stream_ids)
        unknown = [stream_id for stream_id in stream_ids if stream_id not in self._known]
        known = {stream_id for stream_id in stream_ids if self._known.get(stream_id)}
        return known | (self._recorder.streams_present(unknown) if unknown else set())

    def positions_of(self, stream_ids: Collection[UUID], version: int) -> dict[UUID, int]:
        self.settle(stream_ids)
        return self._recorder.positions_of(stream_ids, version)

    def max_notification_id(self) -> int | None:
        """Returns 0: while facts wait, the log has no last one."""
        return 0


class SharedBuffer:
    """The buffer of the commands about customers, with the keys that they need."""

    def __init__(self, recorder: BufferedRecorder, keys: KeyRing) -> None:
        self._recorder = recorder
        self._keys = keys

    @property
    def savings(self) -> int:
        return self._recorder.savings

    def begin(
        self,
        reads: Collection[OfProfile],
        *,
        about: Collection[UUID],
        not_appended: Callable[[int], None],
    ) -> None:
        streams_of: dict[UUID, list[UUID]] = {}
        for kind, profile_id in reads:
            streams_of.setdefault(profile_id, []).append(kind.stream_of(profile_id))
        self._keys.recall(self._recorder.begin(streams_of, not_appended))
        self._keys.prepare(about)

    def flush(self) -> None:
        self._recorder.flush()


class BufferedLinks:
    """The ProfileLinks port beside a buffered recorder."""

    def __init__(self, recorder: BufferedRecorder, links: ProfileLinks) -> None:
        self._recorder = recorder
        self._links = links

    def around(self, profile_ids: Collection[UUID]) -> Collection[ProfileLink]:
        if self._recorder.is_fresh(profile_ids):
            return ()
        self._recorder.settle(profile_ids)
        links = self._links.around(profile_ids)
        ends = {end for link in links for end in (link.profile_id, link.other_id)}
        return self._links.around(profile_ids) if self._recorder.settle(ends) else links

    def profiles_naming(self, customer_ids: Collection[UUID]) -> set[UUID]:
        if self._recorder.is_fresh(customer_ids):
            return set()
        self._recorder.settle(customer_ids)
        return self._links.profiles_naming(customer_ids)

    def has_facts(self, profile_id: UUID) -> bool:
        self._recorder.settle([profile_id])
        return self._links.has_facts(profile_id)


def _stream_of(event: StoredEvent) -> UUID:
    return cast(UUID, event.originator_id)


def _ids_of(event: StoredEvent) -> set[UUID]:
    """Returns the stream of an event and the profiles that it names."""
    named = (getattr(event, "customer_id", None), getattr(event, "other_profile_id", None))
    return {_stream_of(event), *(one for one in named if one is not None)}


def _groups(appends: Sequence[Append]) -> Iterable[list[Append]]:
    """Yields the appends in groups of at most MOST_AT_ONCE facts, if a single one has no more."""
    group: list[Append] = []
    size = 0
    for append in appends:
        if group and size + append.size() > MOST_AT_ONCE:
            yield group
            group, size = [], 0
        group.append(append)
        size += append.size()
    if group:
        yield group
