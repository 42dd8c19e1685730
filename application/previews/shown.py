"""A preview of an audience, as HTTP and the command line show it and as a job keeps it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from application import codec
from application.previews.counting import Preview, WhyInAudience


def counted(preview: Preview) -> dict[str, Any]:
    """Returns the fields of AudienceCountedOut, except the position."""
    counts: dict[str, Any] = {"size": preview.size}
    if preview.estimate is not None:
        counts |= {
            "reachable": preview.estimate.reachable,
            "loss": preview.estimate.loss,
            "stopped_by": preview.estimate.stopped_by,
        }
        if preview.estimate.interval is not None:
            low, high = preview.estimate.interval
            counts |= {"estimated": True, "interval": {"low": low, "high": high}}
    return counts


def shown(preview: Preview) -> dict[str, Any]:
    """Returns the fields of AudiencePreviewOut, except the position."""
    answer = counted(preview)
    if preview.why is not None:
        answer["explanation"] = _explanation(preview.why)
    if preview.parts:
        answer["parts"] = [vars(part) for part in preview.parts]
    if preview.sample:
        answer["sample"] = [{"customer_id": person_id} for person_id in preview.sample]
    return answer


def _explanation(why: WhyInAudience) -> dict[str, Any]:
    decided = {}
    if why.decision is not None:
        decided = {"verdict": why.decision.verdict, "rules": why.decision.rules}
    return {
        "customer_id": why.person_id,
        "in_audience": why.in_audience,
        "criteria": [vars(criterion) for criterion in why.criteria],
        **decided,
    }


def kept(preview: Preview) -> dict[str, Any]:
    """Returns the fields of AudiencePreviewOut as JSON."""
    result: dict[str, Any] = codec.decode(codec.encode({**shown(preview), "position": preview.position}))
    return result


def of_kept(result: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the fields of AudiencePreviewOut that `kept` returned as JSON."""
    explanation = result.get("explanation")
    if explanation is None or "rules" not in explanation:
        return {**result}
    rules = [{**rule, "until": _instant(rule["until"])} for rule in explanation["rules"]]
    return {**result, "explanation": {**explanation, "rules": rules}}


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
