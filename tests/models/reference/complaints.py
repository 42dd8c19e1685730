"""A complaint from its opening to its closing and back, and how long it stops (docs/semantics.md, 2, 28, 33)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

COOLING_OFF = {"low": 7, "normal": 14, "high": 30, "critical": 90}
"""Days after the closing, by severity."""
LIFTS_AT_ONCE = {"duplicate", "opened_in_error"}
STATUS_AFTER = {
    "openings": "open",
    "responses": "responded",
    "escalations": "escalated",
    "resolutions": "resolved",
    "closings": "closed",
    "reopenings": "open",
}
"""The status after each step. Only a closed complaint is not open for suppression."""


@dataclass(kw_only=True)
class Complaint:
    profile: UUID | str
    tick: int
    severity: str
    opened_at: datetime
    said_at: datetime
    """The earlier of when it was said to be and when it was told: the cooling-off counts by this clock."""
    status: str = "open"
    outcome: str | None = None
    root_cause: str | None = None
    cools_from: datetime | None = None
    reopenings: int = 0
    steps: list[tuple[Any, ...]] = field(default_factory=list)
    """What was told of it, each once: the same step with the same date again changes nothing."""

    def __post_init__(self) -> None:
        self.begins = self.said_at

    def take(self, step: str, body: dict[str, Any], occurred_at: datetime | None, now: datetime) -> int:
        """The status code of the answer."""
        told = (step, occurred_at or now, *sorted(body.items()))
        if occurred_at is not None and told in self.steps:
            return 200
        if step == "closings" and occurred_at is None and self.closed_as(body):
            return 200
        if (self.status == "closed") != (step == "reopenings"):
            return 409
        self.steps.append(told)
        self.status = STATUS_AFTER[step]
        self.severity = body.get("severity", self.severity)
        self.outcome, self.root_cause = body.get("outcome"), body.get("root_cause")
        said_at = min(occurred_at or now, now)
        if step == "closings":
            self.cools_from = max(said_at, self.begins)
        if step == "reopenings":
            self.reopenings += 1
            self.begins = max(said_at, self.said_at)
        return 200

    def closed_as(self, body: dict[str, Any]) -> bool:
        return self.status == "closed" and (self.outcome, self.root_cause) == (
            body["outcome"],
            body["root_cause"],
        )

    def stops(self, at: datetime) -> set[str]:
        if self.status != "closed":
            return {"OPEN_COMPLAINT"}
        assert self.cools_from is not None
        until = self.cools_from + timedelta(days=COOLING_OFF[self.severity])
        return {"COMPLAINT_COOLING_OFF"} if self.outcome not in LIFTS_AT_ONCE and at < until else set()
