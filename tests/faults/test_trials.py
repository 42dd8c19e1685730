"""A few of the trials of `make faults`: nothing is lost or doubled when parts of a real installation fail.

The seed is a new one each time; a failure names the command that repeats its trial.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count, islice

import pytest

from tests.amounts import FULL, amount
from tests.faults.trials.__main__ import again
from tests.faults.trials.catalogue import FAULTS
from tests.faults.trials.installation import Installed
from tests.faults.trials.session import Kind
from tests.faults.trials.tail import TailingReader
from tests.faults.trials.trial import Trial
from tests.processes.small_disk import NoSmallDisk

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("processes"), pytest.mark.timeout(1800)]

TRIALS = amount(5, quick=1)
SLOW = ("commits", "disk", "doubles", "held", "leases", "mail", "rebuilds")
"""These take long and are left to full runs; other tests hold single cases of them."""
NAMES = [name for name in FAULTS if FULL or name not in SLOW]


class Installations:
    """One for all faults that need the same kind of installation, until a trial fails on it."""

    def __init__(self) -> None:
        self._running: dict[object, tuple[ExitStack, Installed, TailingReader]] = {}
        self.numbers = count(1)

    def of(self, kind: Kind) -> tuple[Installed, TailingReader]:
        if kind.installed not in self._running:
            opened = ExitStack()
            installed = opened.enter_context(kind.installed())
            reader = opened.enter_context(TailingReader(installed.connect))
            self._running[kind.installed] = opened, installed, reader
        return self._running[kind.installed][1:]

    def drop(self, kind: Kind) -> None:
        self._running.pop(kind.installed)[0].close()

    def close(self) -> None:
        for opened, *_ in self._running.values():
            opened.close()


@pytest.fixture(scope="module")
def installations() -> Iterator[Installations]:
    made = Installations()
    yield made
    made.close()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost_or_doubled(installations: Installations, name: str) -> None:
    seed, kind = int.from_bytes(os.urandom(4)), FAULTS[name]
    for number in islice(installations.numbers, TRIALS):
        try:
            installed, reader = installations.of(kind)
        except NoSmallDisk as reason:
            pytest.skip(str(reason))
        outcome = Trial(installed, kind.fault, seed, number, reader).run()
        if outcome.failures or outcome.unchecked:
            installations.drop(kind)
        assert (outcome.failures, outcome.unchecked) == ([], None), again(name, seed, number)
