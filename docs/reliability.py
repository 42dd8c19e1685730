"""The page `docs/reliability.md`, made from the results of the trials in `docs/reliability.json`."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "reliability.json"
PAGE = Path(__file__).parent / "reliability.md"
Result = Mapping[str, Any]

HEAD = """\
# Reliability

Generated from `docs/reliability.json` by `python -m docs.generate`; do not edit.

`make faults` runs trials. In each of them clients send commands to a real installation, all processes of `farley up` on
a PostgreSQL server with its usual settings, while something fails at a random instant. The clients repeat what was not
answered, as an HTTP client should. A campaign to ten people runs meanwhile, and three of them complain. Afterwards a
checker compares the log, the read models and the mail that left with what the clients were answered:

- every acknowledged command is in the log exactly once, also if it was sent again with its `Idempotency-Key`; a command
  without an answer is in the log whole or not at all; a second answer to a key is the first one;
- positions have no gaps, and a reader that follows the log meanwhile misses none of them;
- every table of every projection equals a fresh fold of the log, by hash;
- the run was planned once, is finished and balances; each person got at most one message, as the outcome says; no
  message passed a complaint; a replay from the log alone decides the same;
- commands and questions are answered again within ten seconds of the fault's end, without anybody's hand.

Results only add up: a trial that failed stays in the table, and its seed below.
"""

KINDS = (
    ("processes killed with kill -9", ("kill -9",)),
    ("immediate stops of PostgreSQL", ("immediate stops",)),
    (
        "dispatchers and schedulers stopped past their lease",
        ("stops of the dispatcher", "stops of the scheduler"),
    ),
    (
        "projectors and web processes stopped as long as a lease",
        ("stops of the projector as long", "stops of the web worker as long"),
    ),
    ("connections cut before a commit reached the server", ("connections cut before",)),
    ("connections cut during a commit", ("connections cut during",)),
    ("connections cut after a commit, before its answer", ("connections cut after",)),
    ("messages at which the mail server failed", ("messages: ",)),
    ("repetitions of commands, at once and in any order", ("repetitions",)),
    ("slow connections, more than there are threads", ("slow connections",)),
    ("projections that could not fold", ("poisoned",)),
    ("full disks, at which commands were refused", ("full disks",)),
    ("projectors stopped inside their transaction", ("stops of the projector inside",)),
    ("rebuilds of all projections under load, to the switch", ("rebuilds under load",)),
    ("rebuilds killed with kill -9 under load", ("rebuilds killed",)),
)
"""Each row of the table, with the beginnings of the names under which trials count it."""

TAIL = """\
## What the bound means

No failure in n trials does not prove that there can be none. It proves with 95 % confidence that the chance of a
failure at one such fault is below 3/n, if faults hit at instants like these.

## Every single crash point

Random instants may miss the one that matters, so these tests go through all of them: they stop a process, or cut its
connection, at its first effect, then at its second, and so on until it comes to its end.

| what | where |
|---|---|
| commands: registration, consent, touchpoint, order, complaint; a batch | \
`tests/faults/test_crash_points_of_commands.py` |
| a run of ten people, before and after each effect | `tests/faults/test_crash_points.py` |
| the fold of a batch in all projections; a rebuild of all projections | `tests/faults/test_crash_points.py` |
| a migration (some statements in `make test`, all in `make test-full`) | \
`tests/faults/test_crash_points_of_a_migration.py` |

A disk that is full is tried by `tests/processes/test_full_disk.py`, a handover that commits late by
`tests/faults/test_late_commit.py`, and two dispatchers on one run by `tests/faults/test_duplicate_runner.py`.

## What is not tested

- Loss of power, and disks that confirm what they did not write. PostgreSQL's `fsync` is on, and ends of its processes
  are tested; that the machine keeps its promise to PostgreSQL is not. The trials keep their data in memory where they
  can.
- Mail servers after their 250: whether an accepted message reaches a mailbox.
- Pairs of crash points in a row, other than those that random trials meet.
- Several machines, networks between them, and their clocks.

## Again

`make faults TRIALS=20` runs 20 trials of each fault, `ONLY="kills commits"` only these, `SEED=n` the same faults at the
same instants again. How the processes take turns in between is up to the machine. `RECORD=1` adds the results to this
page's file. The seeds so far:

"""


def page(results: Sequence[Result] | None = None) -> str:
    """The whole of `docs/reliability.md`."""
    kept: Sequence[Result] = json.loads(RESULTS.read_text()) if results is None else results
    return "\n".join((HEAD, *_table(kept), "", *_sums(kept), "", TAIL + "\n".join(_seeds(kept)), ""))


def _table(results: Sequence[Result]) -> Iterator[str]:
    yield "| what happened | times | lost or doubled | chance of a failure, 95 % |"
    yield "|---|---|---|---|"
    happened = sum((Counter(result["happened"]) for result in results), Counter[str]())
    for title, begins in KINDS:
        times = sum(n for name, n in happened.items() if name.startswith(begins))
        if times:
            failures = _failures(result for result in results if _has(result, begins))
            bound = f"below {3 / times:.2%}" if not failures else "see the failures"
            yield f"| {title} | {times:,} | {failures} | {bound} |"


def _has(result: Result, begins: tuple[str, ...]) -> bool:
    return any(name.startswith(begins) for name in result["happened"])


def _failures(results: Iterable[Result]) -> int:
    return sum(len(result["failures"]) for result in results)


def _sums(results: Sequence[Result]) -> Iterator[str]:
    if not results:
        return
    names = ("trials", "acknowledged", "repeated", "unanswered", "facts")
    trials, acknowledged, repeated, unanswered, facts = (sum(r[name] for r in results) for name in names)
    longest = max(result["longest_serving"] for result in results)
    yield f"In {trials:,} trials {acknowledged:,} commands were acknowledged. {repeated:,} were sent more than once,"
    yield f"and {unanswered:,} that could not be repeated had no answer. {facts:,} facts came into the log."
    late = sum(len(result["late"]) for result in results)
    yield f"Commands and questions were answered again after {longest:.1f} seconds at the latest, {late} times later"
    yield "than ten seconds. The table of seeds names these trials with the load of the machine, which others used too."


def _seeds(results: Sequence[Result]) -> Iterator[str]:
    yield "| fault | seed | trials | longest until served | failed or late |"
    yield "|---|---|---|---|---|"
    for result in results:
        failures = "; ".join((*result["failures"], *result["late"])) or "none"
        yield (
            f"| {result['fault']} | {result['seed']} | {result['trials']} | {result['longest_serving']:.1f} s |"
            f" {failures} |"
        )
