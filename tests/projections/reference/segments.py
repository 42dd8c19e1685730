"""Segments, in plain Python, fact by fact."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.segments.events import SegmentDefined
from tests.projections.log import Recorded


def segments(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[UUID, dict[str, Any]] = {}
    for told in log:
        fact = told.fact
        if isinstance(fact, SegmentDefined):
            first = {"defined_at": fact.occurred_at, "defined_position": told.position}
            rows[fact.originator_id] = {
                **rows.get(fact.originator_id, first),
                "segment_id": fact.originator_id,
                "name": fact.name,
                "criteria": fact.criteria,
                "version": fact.originator_version,
                "position": told.position,
            }
    return {"segment": list(rows.values())}
