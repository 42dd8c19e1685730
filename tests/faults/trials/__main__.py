"""`make faults`: trials with faults at random points, and the check of what must hold after each.

    make faults TRIALS=20                 20 trials of each fault, of a new seed
    make faults TRIALS=5 ONLY=kills SEED=7
    make faults TRIALS=200 RECORD=1       adds the results to docs/reliability.json

The seed decides what is done and when; how the processes take turns differs from run to run.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.faults.trials.catalogue import FAULTS
from tests.faults.trials.results import Tally, record
from tests.faults.trials.session import TRIALS_EACH, rows
from tests.processes.small_disk import NoSmallDisk


def main(arguments: Sequence[str]) -> int:
    """The exit code: 1 if something was lost, doubled, or did not come back."""
    asked = _parsed(arguments)
    failures = [failure for name in asked.only or list(FAULTS) for failure in _failures(name, asked)]
    return int(bool(failures))


def _failures(name: str, asked: argparse.Namespace) -> list[str]:
    """Runs the trials of one fault, and returns what failed or was not checked.

    What is known is kept after each installation, so that no end loses much.
    """
    began = datetime.now(UTC).isoformat(timespec="seconds")
    tally = Tally(fault=name, seed=asked.seed, first=asked.first, began=began)
    try:
        for outcome in rows(FAULTS[name], asked.seed, first=asked.first, trials=asked.trials):
            tally.add(outcome)
            print(tally.progress(outcome, asked.trials), flush=True)
            for failure in outcome.failures:
                print(f"  FAILED {failure}\n  again: {again(name, asked.seed, outcome.number)}", flush=True)
            if asked.record and tally.trials % TRIALS_EACH == 0:
                record(tally)
    except NoSmallDisk as reason:
        print(f"{name}: not tried, {reason}", flush=True)
    finally:
        print(tally.summary(), flush=True)
        if asked.record and tally.trials:
            record(tally)
    return [*tally.failures, *tally.unchecked]


def again(name: str, seed: int, number: int) -> str:
    return f"python -m tests.faults.trials --only {name} --seed {seed} --first {number} --trials 1"


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.trials", description=__doc__.split("\n")[0])
    parser.add_argument("--trials", type=int, default=5, help="trials of each fault (default: 5)")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)), help="default: a new one")
    parser.add_argument("--first", type=int, default=1, help="the number of the first trial (default: 1)")
    parser.add_argument(
        "--only", action="append", choices=list(FAULTS), help="only this fault; may be repeated"
    )
    parser.add_argument("--record", action="store_true", help="add the results to docs/reliability.json")
    asked = parser.parse_args(arguments)
    print(f"seed {asked.seed}", flush=True)
    return asked


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
