"""schemathesis with all its checks finds nothing that the OpenAPI document says otherwise than the service does.

Repeatable in `make test`; `make fuzz` asks twelve times as often, by a seed that it prints.
"""

import os
from typing import Any

import pytest

from tests.amounts import FULL, amount
from tests.interfaces.conformance import Config, asked_by_schemathesis
from tests.interfaces.conftest import Api

MOST_SECONDS = 40
"""Of the processor, for the examples of `make test`: what the machine does beside does not count."""
PHASES = ("examples", "coverage", "fuzzing", "stateful")
FOLLOWING: Config = {"max-steps": 12, "generation": {"mode": "positive"}}
"""What is refused leads nowhere: wrong values are for the other run."""
SEED = os.environ.get("FARLEY_FUZZ_SEED")
pytestmark = [pytest.mark.long, pytest.mark.timeout(3600 if FULL else 300)]


def only(phase: str, **settings: Any) -> Config:
    """A run of this phase alone."""
    phases = {name: {"enabled": name == phase} for name in PHASES}
    phases[phase] |= settings
    chance: Config = {"seed": int(SEED)} if SEED else {}
    generation = {"deterministic": SEED is None, "max-examples": amount(60, quick=3)}
    return {"phases": phases, "generation": generation, **chance}


@pytest.mark.parametrize("phase", ("fuzzing", "coverage") if FULL else ("fuzzing",))
def test_whatever_the_document_allows_is_taken_and_answered_as_it_says(api: Api, phase: str) -> None:
    """Coverage asks for each boundary of each field: it takes too long for `make test`."""
    report = asked_by_schemathesis(api, only(phase))
    assert not report.failures, "\n".join(f"{k}\n  {v}" for k, v in report.failures.items())
    assert len(report.reached) == report.operations
    assert FULL or report.seconds < MOST_SECONDS


def test_links_lead_a_stateful_run_to_half_of_the_operations(api: Api) -> None:
    """Which links a run follows is left to chance, so up to three runs are counted together."""
    reached: set[str] = set()
    for _ in range(3):
        report = asked_by_schemathesis(api, only("stateful", **FOLLOWING))
        assert not report.failures, "\n".join(f"{k}\n  {v}" for k, v in report.failures.items())
        assert FULL or report.seconds < MOST_SECONDS
        reached |= report.reached
        if len(reached) * 2 >= report.operations:
            return
    raise AssertionError(f"{len(reached)} of {report.operations}: {sorted(reached)}")
