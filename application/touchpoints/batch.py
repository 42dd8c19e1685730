"""Sorts a batch of touchpoints into new ones, duplicates and refused ones."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from application.natural_identity import has_content, require_content, stated_content
from application.store import Store
from domain.errors import DifferentContent, InvalidInput
from domain.facts import Fact
from domain.touchpoints.events import TouchpointRecorded
from domain.touchpoints.touchpoint import Touchpoint


class BatchEntry(NamedTuple):
    """A valid touchpoint and its place in the batch, from 0. `dated` means that its source gave `occurred_at`."""

    place: int
    fact: TouchpointRecorded
    dated: bool


class TouchpointBatch:
    """Collects refusals and entries, then compares the entries with each other and with the log."""

    def __init__(self) -> None:
        self._entries: list[BatchEntry] = []
        self._refused: dict[int, list[dict[str, Any]]] = {}
        self._contradicting: dict[int, list[dict[str, Any]]] = {}
        self._new: dict[UUID, BatchEntry] = {}

    def refuse(self, index: int, refusals: Sequence[InvalidInput]) -> None:
        self._refused[index] = [
            {"path": refusal.path, "code": refusal.code, "message": refusal.message} for refusal in refusals
        ]

    def take(self, entry: BatchEntry) -> None:
        self._entries.append(entry)

    def sort_as_new(self) -> list[TouchpointRecorded]:
        """Sorts the entries as if the log had none of them. Returns the facts to store, each once."""
        self._new, self._contradicting = {}, {}
        for entry in self._entries:
            self._meet_batch(entry)
        return [entry.fact for entry in self._new.values()]

    def sort(self, store: Store) -> list[TouchpointRecorded]:
        """Sorts the entries by what the log has. Returns the facts to store, each once."""
        self._new, self._contradicting = {}, {}
        recorded = store.first_facts(Touchpoint, [entry.fact.originator_id for entry in self._entries])
        for entry in self._entries:
            first = recorded.get(entry.fact.originator_id)
            if first is None:
                self._meet_batch(entry)
            else:
                self._meet_recorded(entry, first, store)
        return [entry.fact for entry in self._new.values()]

    def report(self) -> dict[str, Any]:
        """Returns the answer's body. Call it after the entries were sorted."""
        rejected = self._refused | self._contradicting
        return {
            "accepted": len(self._new),
            "duplicates": len(self._entries) - len(self._new) - len(self._contradicting),
            "rejected": [{"index": index, "errors": rejected[index]} for index in sorted(rejected)],
        }

    def _meet_recorded(self, entry: BatchEntry, first: tuple[Fact, int], store: Store) -> None:
        try:
            require_content(store, first, TouchpointRecorded, stated_content(entry.fact, entry.dated))
        except DifferentContent as refusal:
            self._contradict(entry, refusal.message, refusal.details)

    def _meet_batch(self, entry: BatchEntry) -> None:
        first = self._new.setdefault(entry.fact.originator_id, entry)
        if first is not entry and not has_content(first.fact, stated_content(entry.fact, entry.dated)):
            message = f"The batch has the same identity with another content at index {first.place}."
            self._contradict(entry, message, {})

    def _contradict(self, entry: BatchEntry, message: str, details: dict[str, Any]) -> None:
        error = {"path": "message_id", "code": "different_content", "message": message, **details}
        self._contradicting[entry.place] = [error]
