"""Segments and what names them, in plain Python, fact by fact."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.campaigns.events import CampaignContent
from domain.criteria.walking import named_segments
from domain.segments.events import SegmentContent
from tests.projections.log import Recorded

Row = dict[str, Any]


def segments(log: Sequence[Recorded]) -> dict[str, list[Row]]:
    rows: dict[UUID, Row] = {}
    campaigns: dict[UUID, Row] = {}
    for told in log:
        fact = told.fact
        if isinstance(fact, SegmentContent):
            first = {"defined_at": fact.occurred_at, "defined_position": told.position}
            rows[fact.originator_id] = {
                **rows.get(fact.originator_id, first),
                "segment_id": fact.originator_id,
                "criteria": fact.criteria,
                "segments": _named(fact.criteria),
                **_content(told),
            }
        if isinstance(fact, CampaignContent):
            campaigns[fact.originator_id] = {
                "campaign_id": fact.originator_id,
                "audience": fact.audience,
                "segments": _named(fact.audience),
                **_content(told),
            }
    return {"segment": list(rows.values()), "segment_campaign": list(campaigns.values())}


def _content(told: Recorded) -> Row:
    fact: Any = told.fact
    return {"name": fact.name, "version": fact.originator_version, "position": told.position}


def _named(criteria: dict[str, Any]) -> list[UUID]:
    return sorted({segment_id for _, segment_id in named_segments(criteria)})
