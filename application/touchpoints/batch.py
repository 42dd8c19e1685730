"""Sorts a batch of touchpoints into new ones, duplicates and refused ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from application.natural_identity import has_content, recorded_before, stated_content
from application.store import Store
from domain.errors import DifferentContent, InvalidInput
from domain.touchpoints.events import TouchpointRecorded
from domain.touchpoints.touchpoint import Touchpoint


@dataclass(frozen=True, kw_only=True)
class BatchEntry:
    """A valid touchpoint and its index in the batch. `dated` means that its source gave `occurred_at`."""

    index: int
    touchpoint: Touchpoint
    dated: bool

    @property
    def fact(self) -> TouchpointRecorded:
        return cast(TouchpointRecorded, self.touchpoint.pending_events[0])


class TouchpointBatch:
    """Collects refusals and entries, then compares the entries with the log and with each other."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._entries: list[BatchEntry] = []
        self._rejected: dict[int, list[dict[str, Any]]] = {}
        self._new: dict[Any, BatchEntry] = {}

    def refuse(self, index: int, refusals: Sequence[InvalidInput]) -> None:
        self._rejected[index] = [
            {"path": refusal.path, "code": refusal.code, "message": refusal.message} for refusal in refusals
        ]

    def take(self, entry: BatchEntry) -> None:
        self._entries.append(entry)

    def new_touchpoints(self) -> list[Touchpoint]:
        """Sorts the entries. Returns the touchpoints to store, each once."""
        present = self._store.present(Touchpoint, [entry.touchpoint.id for entry in self._entries])
        for entry in self._entries:
            if entry.touchpoint.id in present:
                self._meet_recorded(entry)
            else:
                self._meet_batch(entry)
        return [entry.touchpoint for entry in self._new.values()]

    def report(self) -> dict[str, Any]:
        """Returns the answer's body. Call it after `new_touchpoints`."""
        return {
            "accepted": len(self._new),
            "duplicates": len(self._entries) - len(self._new) - self._contradicting,
            "rejected": [
                {"index": index, "errors": self._rejected[index]} for index in sorted(self._rejected)
            ],
        }

    @property
    def _contradicting(self) -> int:
        return sum(entry.index in self._rejected for entry in self._entries)

    def _meet_recorded(self, entry: BatchEntry) -> None:
        content = stated_content(entry.fact, entry.dated)
        try:
            recorded_before(self._store, entry.touchpoint, TouchpointRecorded, content)
        except DifferentContent as refusal:
            self._contradict(entry, refusal.message, refusal.details)

    def _meet_batch(self, entry: BatchEntry) -> None:
        first = self._new.setdefault(entry.touchpoint.id, entry)
        if first is not entry and not has_content(first.fact, stated_content(entry.fact, entry.dated)):
            message = f"The batch has the same identity with another content at index {first.index}."
            self._contradict(entry, message, {})

    def _contradict(self, entry: BatchEntry, message: str, details: dict[str, Any]) -> None:
        error = {"path": "message_id", "code": "different_content", "message": message, **details}
        self._rejected[entry.index] = [error]
