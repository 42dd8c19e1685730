"""A few of the trials of `make faults`: nothing is lost or doubled when parts of a real installation fail.

The seed is a new one each time; a failure names the command that repeats its trial.
"""

import os
from collections.abc import Sequence

import pytest

from tests.amounts import FULL, amount
from tests.faults.trials.__main__ import again
from tests.faults.trials.catalogue import FAULTS
from tests.faults.trials.tail import TailingReader
from tests.faults.trials.trial import Trial

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("processes"), pytest.mark.timeout(3600)]

TRIALS = amount(5, quick=1)
TOGETHER = ("kills", "stops", "slow", "repeats", "poison")
"""These can happen to one installation after the other."""
ALONE = ("commits", "leases", "doubles", "mail") if FULL else ("commits", "leases")


def test_nothing_is_lost_or_doubled_when_processes_end_and_clients_misbehave() -> None:
    assert failures(TOGETHER) == []


@pytest.mark.parametrize("name", ALONE)
def test_nothing_is_lost_or_doubled_by(name: str) -> None:
    assert failures([name]) == []


def failures(names: Sequence[str]) -> list[str]:
    """Of trials of these faults on one installation; each with the command that repeats its trial."""
    seed, found = int.from_bytes(os.urandom(4)), []
    with FAULTS[names[0]].installed() as installed, TailingReader(installed.connect) as reader:
        for number, name in enumerate(names * TRIALS, start=1):
            trial = Trial(installed, FAULTS[name].fault, seed, number, reader)
            outcome = trial.run()
            found += [f"{failure} ({again(name, seed, number)})" for failure in outcome.failures]
    return found
