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
- commands and questions are answered again by themselves. The aim is ten seconds after the fault's end; what took
  longer is counted below the table.

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
connection, at its first effect, then at its second, and so on until it comes to its end. `make test-full` takes every
point; `make test` takes every point of a command, and some points of the others.

| what | where |
|---|---|
| commands: registration, consent, touchpoint, order, complaint; a batch | \
`tests/faults/test_crash_points_of_commands.py` |
| a run of ten people, before and after each effect | `tests/faults/test_crash_points.py` |
| a run of three people whose second dispatcher is killed, too: pairs of effects | `tests/faults/test_crash_points.py` |
| the fold of a batch in all projections; a rebuild of all projections | `tests/faults/test_crash_points.py` |
| a rebuild with its switch, of the tables that a killed one left | `tests/faults/test_rebuild_while_serving.py` |
| a migration | `tests/faults/test_crash_points_of_a_migration.py` |

Single cases stand in tests of their own: a handover that commits late (`tests/faults/test_late_commit.py`), two
dispatchers on one run (`tests/faults/test_duplicate_runner.py`), a projector stopped inside its transaction
(`tests/faults/test_stopped_projector.py`), and a full disk on which PostgreSQL is killed as well
(`tests/processes/test_full_disk.py`). `tests/faults/test_checker.py` tests the checker: it finds what is lost, doubled,
or stored by half.

## What is not tested

- Loss of power, and disks that confirm what they did not write. PostgreSQL's `fsync` is on, and ends of its processes
  are tested; that the machine keeps its promise to PostgreSQL is not. The trials keep their data in memory where they
  can.
- Mail servers after their 250: whether an accepted message reaches a mailbox.
- Pairs of crash points in a row of a command, a fold, a rebuild or a migration, other than those that random trials
  meet.
- A disk that is full for PostgreSQL alone or for the keys alone: the trials fill the one disk that holds everything. A
  disk that returns errors (EIO) is not tried.
- Processes that are stopped while the machine is out of memory, and clocks of the machine that jump.
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
    yield f"than ten seconds. {_loads(results)}"


def _loads(results: Sequence[Result]) -> str:
    """Says under which loads of the machine the service came back late."""
    loads = [float(late.rpartition(" ")[2]) for result in results for late in result["late"]]
    if not loads:
        return ""
    return (
        f"The load of the two processors, which other work used too, was then\n{min(loads):.1f} to {max(loads):.1f}."
        " A process needs 1.5 seconds of a processor to start, and gets a small share of one at such a load."
    )


def _seeds(results: Sequence[Result]) -> Iterator[str]:
    yield "| fault | seed | first trial | trials | longest until served | failed or late |"
    yield "|---|---|---|---|---|---|"
    for result in results:
        late = [f"late: {len(result['late'])}"] if result["late"] else []
        unchecked = [f"not checked and not counted: {trial}" for trial in result.get("unchecked", ())]
        failures = "; ".join((*result["failures"], *unchecked, *late)) or "none"
        yield (
            f"| {result['fault']} | {result['seed']} | {result['first']} | {result['trials']} |"
            f" {result['longest_serving']:.1f} s |"
            f" {failures} |"
        )
