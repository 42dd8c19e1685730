"""Adds up outcomes, and keeps them in `docs/reliability.json`, from which `docs/reliability.md` is generated."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from docs.reliability import PAGE, RESULTS, page
from tests.faults.trials.trial import Outcome


@dataclass(kw_only=True)
class Tally:
    """The outcomes of the trials of one fault and one seed. `began`: when, in UTC."""

    fault: str
    seed: int
    first: int
    began: str
    trials: int = 0
    happened: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    repeated: int = 0
    unanswered: int = 0
    facts: int = 0
    serving: list[float] = field(default_factory=list)
    settled: list[float] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        if outcome.unchecked:
            self.unchecked.append(f"trial {outcome.number}: {outcome.unchecked}")
            return
        self.trials += 1
        self.happened += outcome.happened
        self.acknowledged += outcome.acknowledged
        self.repeated += outcome.repeated
        self.unanswered += outcome.unanswered
        self.facts += outcome.facts
        self.serving.append(outcome.serving)
        self.settled.append(outcome.settled)
        self.late += [f"trial {outcome.number}: {late}" for late in outcome.late]
        self.failures += [f"trial {outcome.number}: {failure}" for failure in outcome.failures]

    def progress(self, outcome: Outcome, trials: int) -> str:
        happened = ", ".join(f"{n} {what}" for what, n in sorted(outcome.happened.items()))
        return (
            f"{self.fault} {self.trials}/{trials} (trial {outcome.number}): {happened};"
            f" {outcome.acknowledged} acknowledged, {outcome.repeated} repeated, {outcome.unanswered} unanswered;"
            f" served after {outcome.serving:.1f} s, settled after {outcome.settled:.1f} s;"
            f" {len(outcome.failures) or 'no'} failures{', LATE' if outcome.late else ''}"
            f"{', NOT CHECKED: ' + outcome.unchecked if outcome.unchecked else ''}"
        )

    def summary(self) -> str:
        happened = ", ".join(f"{n} {what}" for what, n in sorted(self.happened.items()))
        return (
            f"{self.fault}: {self.trials} trials, {happened}; {self.acknowledged} commands acknowledged;"
            f" served again after at most {max(self.serving, default=0):.1f} s; {len(self.late)} times late;"
            f" {len(self.failures)} failures; {len(self.unchecked)} trials not checked"
        )

    def kept(self) -> dict[str, Any]:
        return {
            "fault": self.fault,
            "seed": self.seed,
            "first": self.first,
            "began": self.began,
            "trials": self.trials,
            "happened": dict(sorted(self.happened.items())),
            "acknowledged": self.acknowledged,
            "repeated": self.repeated,
            "unanswered": self.unanswered,
            "facts": self.facts,
            "longest_serving": round(max(self.serving, default=0.0), 2),
            "longest_settled": round(max(self.settled, default=0.0), 2),
            "late": self.late,
            "failures": self.failures,
            "unchecked": self.unchecked,
        }


def record(tally: Tally) -> None:
    """Adds a line to the kept results, or makes the line of the same run longer, and writes the page again."""
    run = (tally.fault, tally.began)
    kept = [line for line in json.loads(RESULTS.read_text()) if (line["fault"], line.get("began")) != run]
    lines = ",\n".join(json.dumps(line, ensure_ascii=False) for line in [*kept, tally.kept()])
    RESULTS.write_text(f"[\n{lines}\n]\n")
    PAGE.write_text(page())
