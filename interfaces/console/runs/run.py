"""A run as its page shows it, from the answers of the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from domain.deciding.codes import ReasonCode
from domain.messages.events import MessageOutcome
from domain.runs.run import RunState
from interfaces.console.charts.shares import Bars, Part, balance, bars
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_run

Answer = Mapping[str, Any]
ENDED = (RunState.FINISHED, RunState.CANCELLED, RunState.MISSED)
STATES = {
    RunState.SENDING: "info",
    RunState.DECIDING: "info",
    RunState.PAUSED: "warn",
    RunState.FINISHED: "ok",
    RunState.MISSED: "warn",
}
TONES = {
    MessageOutcome.SENT: "blue",
    MessageOutcome.DEFERRED: "sky",
    MessageOutcome.PENDING: "grey",
    MessageOutcome.SUPPRESSED: "amber",
    MessageOutcome.HELD_OUT: "violet",
    MessageOutcome.FAILED: "red",
    MessageOutcome.UNKNOWN: "ink",
}
"""The colour of each outcome, in the order of the bar."""
TONES_OF_REASONS = {
    ReasonCode.HOLDOUT_CAMPAIGN: "violet",
    ReasonCode.HOLDOUT_GLOBAL: "violet",
    ReasonCode.OPEN_COMPLAINT: "red",
    ReasonCode.COMPLAINT_COOLING_OFF: "red",
}
LEAST_SHARE = 0.0005
A_MINUTE = 60


@dataclass(frozen=True)
class Run:
    """The parts of a run's page. `known`: the run as the API shows it."""

    known: Answer
    t: Texts
    f: Formats

    @property
    def path(self) -> str:
        return path_of_run(self.known["campaign_id"], self.known["run_id"])

    @property
    def is_open(self) -> bool:
        return self.known["state"] not in ENDED

    @property
    def state(self) -> str:
        return self.t.word("run_state", self.known["state"])

    @property
    def badge(self) -> str:
        return STATES.get(self.known["state"], "neutral")

    @property
    def cause(self) -> str | None:
        """Why the run was missed, or None."""
        cause = self.known.get("cause")
        return self.t.word("run_cause", cause) if cause is not None else None

    @property
    def waits_for(self) -> str:
        """The names of the paused projections for which the run waits; empty if it waits for none."""
        return ", ".join(one["name"] for one in self.known.get("waits_for_projections") or ())

    @property
    def audience(self) -> str | None:
        size = self.known["audience"]
        return None if size is None else self.f.number(size)

    @property
    def pace(self) -> str | None:
        """How fast it goes, and how long it takes still; None if that is not known."""
        minutely, left = self.known["messages_per_minute"], self.known["seconds_left"]
        if minutely is None or left is None:
            return None
        secondly = minutely >= A_MINUTE
        number = self.f.number(round(minutely / A_MINUTE) if secondly else minutely)
        speed = self.t("run.per_second" if secondly else "run.per_minute", number=number)
        return f"{speed} · {self.t('run.left', duration=self.f.duration(left))}"

    @cached_property
    def balance(self) -> Bars:
        """One bar of all outcomes, which add up to the audience."""
        outcomes = self.known["outcomes"]
        parts = [
            self._part(
                self.t.word("run_outcome", outcome),
                outcomes[outcome],
                tone,
                {"outcome": str(outcome)},
            )
            for outcome, tone in TONES.items()
        ]
        return balance(self.t("run.balance"), self._columns("run.outcome"), parts)

    @cached_property
    def first_reasons(self) -> Bars:
        """How many people each reason stopped, by the first reason of each. Most people first."""
        counted = sorted(self.known["first_reasons"].items(), key=lambda one: (-one[1], one[0]))
        parts = [
            self._part(
                self.t.word("reason", code),
                people,
                TONES_OF_REASONS.get(code, "amber"),
                {"first_reason": code},
            )
            for code, people in counted
        ]
        return bars(self.t("run.funnel"), self._columns("run.first_reason"), parts)

    @property
    def funnel(self) -> Sequence[tuple[str, str]]:
        """Pairs of a number and what it counts: the audience, of these whom a reason stopped, and the others."""
        size = self.known["audience"]
        if size is None:
            return ()
        stopped = sum(self.known["first_reasons"].values())
        return (
            (self.f.number(size), self.t("run.in_audience")),
            (self.f.number(stopped), self.t("run.left_out")),
            (self.f.number(size - stopped), self.t("run.not_stopped" if self.is_open else "run.written_to")),
        )

    @property
    def steps(self) -> Sequence[tuple[str, str]]:
        """Pairs of what happened and when."""
        known = self.known
        named = (
            ("run.planned_for", known["planned_for"]),
            ("run.started_at", known["started_at"]),
            ("run.finished_at", known["finished_at"]),
            ("run.ends_at", known["ends_at"] if self.is_open else None),
        )
        return [(self.t(name), self.f.instant(at)) for name, at in named if at is not None]

    def _columns(self, name: str) -> list[str]:
        return [self.t(name), self.t("run.people"), self.t("run.share")]

    def _part(self, label: str, people: int, tone: str, query: Mapping[str, str]) -> Part:
        share = people / self.known["audience"] if self.known["audience"] else 0.0
        written = f"< {self.f.percent(2 * LEAST_SHARE)}" if 0 < share < LEAST_SHARE else self.f.percent(share)
        href = f"{self.path}/people?{urlencode(query)}"
        return Part(
            label=label, number=people, text=self.f.number(people), share=written, tone=tone, href=href
        )
