"""Rows of trials on one installation after the other: each is used for some trials, so that its log stays short."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tests.faults.trials.installation import Installed
from tests.faults.trials.tail import TailingReader
from tests.faults.trials.trial import Fault, Outcome, Trial
from tests.processes.small_disk import NoSmallDisk

TRIALS_EACH = 20


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A fault, and what starts the installation for its trials."""

    fault: Fault
    installed: Callable[[], AbstractContextManager[Installed]]


def rows(kind: Kind, seed: int, *, first: int, trials: int) -> Iterator[Outcome]:
    """Yields the outcome of each trial. An installation with a failure is not used again. Raises NoSmallDisk."""
    number, end = first, first + trials
    while number < end:
        for outcome in _on_one(kind, seed, number, min(number + TRIALS_EACH, end)):
            yield outcome
            number = outcome.number + 1


def _on_one(kind: Kind, seed: int, first: int, end: int) -> Iterator[Outcome]:
    """An installation that does not start, or does not end, is a failure of its first or last trial."""
    number = first
    try:
        with kind.installed() as installed, TailingReader(installed.connect) as reader:
            for number in range(first, end):
                outcome = Trial(installed, kind.fault, seed, number, reader).run()
                yield outcome
                if outcome.failures or outcome.unchecked:
                    return
    except NoSmallDisk:
        raise
    except Exception as error:
        yield Outcome(number=number, failures=[f"the installation: {type(error).__name__}: {error}"])
