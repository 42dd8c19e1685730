"""A campaign from its draft to its end, its planned instants and its runs (docs/semantics.md 15, 19, 43).

Its audience is nobody: what becomes of people is another model's.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

ON_TIME = timedelta(seconds=5)
"""So late a run is still on time, whatever its grace."""
WITHOUT_END = timedelta(hours=72)
"""How long a run of a campaign without an end is open."""


@dataclass(kw_only=True)
class Campaign:
    """Each command returns the status code of its answer. A refused command changes nothing."""

    name: str
    ends_at: datetime | None
    hold_out: float | None = None
    approved: bool = False
    paused: bool = False
    cancelled: bool = False
    schedules: dict[datetime, int] = field(default_factory=dict)
    """The grace in seconds of each planned instant."""
    runs: dict[datetime, str] = field(default_factory=dict)
    """By planned instant: open, finished, cancelled, or the cause why it was missed."""

    def revise(self, changes: dict[str, object], now: datetime) -> int:
        if self.open_run is not None:
            return 409
        if self.ended(now):
            return 422
        if self.cancelled or (changes.get("hold_out", self.hold_out) != self.hold_out and self.has_run):
            return 409
        if any(getattr(self, name) != value for name, value in changes.items()):
            vars(self).update(changes, approved=False)
        return 200

    def approve(self) -> int:
        if self.cancelled or self.approved:
            return 409
        self.approved = True
        return 200

    def start(self, now: datetime) -> int:
        if now in self.runs:
            return 200  # this run again
        if self.cancelled or not self.approved or self.ended(now) or self.open_run is not None:
            return 409
        self.runs[now] = "open"
        return 202

    def schedule(self, at: datetime, grace: int, now: datetime) -> int:
        if at in self.schedules:
            return 200 if self.schedules[at] == grace else 409
        if at < now:
            return 422
        if self.cancelled or not self.approved or self.ended(at):
            return 409
        self.schedules[at] = grace
        return 201

    def pause(self) -> int:
        if self.cancelled or not self.approved:
            return 409
        self.paused = True
        return 200

    def resume(self) -> int:
        if self.cancelled:
            return 409
        self.paused = False
        return 200

    def cancel(self) -> int:
        self.cancelled = True
        return 200

    # What the scheduler and the dispatcher do

    def tick(self, now: datetime) -> None:
        """Each planned instant that has come becomes one run, late within its grace, or is missed for ever."""
        for at in sorted(self.schedules):
            if self.cancelled or at > now or at in self.runs:
                continue
            held_up = self._held_up(at, now)
            if now > max(at + timedelta(seconds=self.schedules[at]), at + ON_TIME):
                self.runs[at] = held_up or "late"
            elif held_up is None:
                self.runs[at] = "open"

    def dispatch(self) -> None:
        """The open run goes to its end, unless the campaign is paused."""
        if self.open_run is not None and (self.cancelled or not self.paused):
            self.runs[self.open_run] = "cancelled" if self.cancelled else "finished"

    # Questions

    def state(self, now: datetime) -> str:
        if self.cancelled:
            return "cancelled"
        if self.ended(now):
            return "ended"
        if not self.approved:
            return "draft"
        if self.paused:
            return "paused"
        return "approved" if self.open_run is None else "active"

    def state_of_schedule(self, at: datetime) -> tuple[str, str | None]:
        """The state of a planned instant, and why it was missed."""
        run = self.runs.get(at)
        if run is None:
            return ("withdrawn" if self.cancelled else "planned"), None
        return ("triggered", None) if run in HELD else ("missed", run)

    def ended(self, at: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= at

    @property
    def open_run(self) -> datetime | None:
        return next((at for at, state in self.runs.items() if state == "open"), None)

    @property
    def has_run(self) -> bool:
        return any(state in HELD for state in self.runs.values())

    def _held_up(self, at: datetime, now: datetime) -> str | None:
        if not self.approved:
            return "not_approved"
        if (self.ends_at or at + WITHOUT_END) <= now:
            return "ended"
        if self.paused:
            return "paused"
        return None if self.open_run is None else "another_run"


HELD = {"open", "finished", "cancelled"}
"""The states of a run that was not missed."""
