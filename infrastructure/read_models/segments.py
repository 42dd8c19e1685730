"""The port SegmentReading."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.criteria import parse
from domain.criteria.errors import InvalidCriteria
from domain.segments.errors import SegmentUsesTooMuch
from infrastructure.read_models.pool import PooledReading
from projections.catalogue.reading import plain_customer_attributes
from projections.segments.reading import around, segments_named


class PooledSegmentReading:
    """Reads from a pool. What was written a moment ago may be missing."""

    def __init__(self, reading: PooledReading) -> None:
        self._reading = reading

    def with_name(self, name: str) -> list[UUID]:
        with self._reading.snapshot() as connection:
            return segments_named(connection, name)

    def check_users(self, segment_id: UUID, criteria: Mapping[str, Any]) -> None:
        with self._reading.snapshot() as connection:
            known = list(around(connection, segment_id))
            declared = plain_customer_attributes(connection)
        criteria_by_id = {one.id: one.criteria for one in known} | {segment_id: criteria}
        for user in known:
            if not user.uses:
                continue
            try:
                parse(user.criteria, declared=declared, segment=criteria_by_id.get)
            except InvalidCriteria as refusal:
                raise SegmentUsesTooMuch(
                    f"With these criteria {user.name} would be too large: {refusal.message}",
                    used_by=str(user.id),
                ) from refusal
