"""Faults of processes: killed, stopped past a lease, doubled; and PostgreSQL stopped at once."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from random import Random

from tests.faults.trials.installation import LEASE_SECONDS, Installed
from tests.processes.up import eventually

WINDOW_SECONDS = 2.5
"""The clients register, plan and complain for this long, and the run is decided and sent within it."""
VERBS = ("web", "projector", "scheduler", "dispatcher")
WORKER = "web worker"
AT_A_TIME = 4
PAST_THE_LEASE = 0.3
"""Seconds for which a stopped process stays stopped after its lease is over, at least."""


class Kills:
    """kill -9 of some processes, each at its own instant."""

    name = "kills"
    settles_within = 30.0

    def inject(self, installed: Installed, rng: Random) -> Counter[str]:
        happened: Counter[str] = Counter()
        victims = rng.sample((*VERBS, WORKER), AT_A_TIME)
        for victim in _at_random_instants(victims, rng):
            if _signalled(_found(installed, victim), signal.SIGKILL):
                happened[f"kill -9 of the {victim}"] += 1
        return happened


class ImmediateStops:
    """PostgreSQL ends as by `pg_ctl stop -m immediate`: no process of it finishes anything."""

    name = "stops"
    settles_within = 30.0

    def inject(self, installed: Installed, rng: Random) -> Counter[str]:
        time.sleep(rng.uniform(0.2, WINDOW_SECONDS))
        os.kill(installed.up.server_pid(), signal.SIGQUIT)
        return Counter({"immediate stops of PostgreSQL": 1})


class Leases:
    """The holders of both leases are stopped until others have taken over, and then continue.

    Sometimes the projector or a web process is stopped as long: whatever it holds stays held.
    """

    name = "leases"
    settles_within = 30.0

    def inject(self, installed: Installed, rng: Random) -> Counter[str]:
        time.sleep(rng.uniform(0, WINDOW_SECONDS))
        holders = _holders(installed)
        others = {name: _found(installed, name) for name in rng.choice(((), ("projector",), (WORKER,)))}
        for pid in (*holders.values(), *others.values()):
            _signalled(pid, signal.SIGSTOP)
        try:
            time.sleep(LEASE_SECONDS + PAST_THE_LEASE)
            taken_over = eventually(lambda: not holders.items() & _holders(installed).items())
        finally:
            for pid in (*holders.values(), *others.values()):
                _signalled(pid, signal.SIGCONT)
        assert taken_over, "nobody took over the lease of a stopped process"
        return Counter(f"stops of the {name} past its lease" for name in holders) + Counter(
            f"stops of the {name} as long as a lease" for name in others
        )


class Doubles:
    """A second projector, scheduler and dispatcher work beside the first ones, of which one is killed."""

    name = "doubles"
    settles_within = 30.0

    def inject(self, installed: Installed, rng: Random) -> Counter[str]:
        happened: Counter[str] = Counter()
        for victim in _at_random_instants([rng.choice(VERBS[1:])], rng):
            if _signalled(_found(installed, victim), signal.SIGKILL):
                happened[f"kill -9 of the {victim} beside a second one"] += 1
        return happened


def _holders(installed: Installed) -> dict[str, int]:
    """The process that holds each lease, by the lease's name."""
    with installed.connect() as connection:
        rows = connection.execute(
            "select name, holder from operation.leases where expires_at > clock_timestamp()"
        ).fetchall()
    return {name: int(holder.split(":")[1]) for name, holder in rows}


def _at_random_instants(names: Sequence[str], rng: Random) -> Iterator[str]:
    """Yields each name at its instant within the window."""
    began = time.monotonic()
    for instant, name in sorted((rng.uniform(0, WINDOW_SECONDS), name) for name in names):
        time.sleep(max(0.0, began + instant - time.monotonic()))
        yield name


def _found(installed: Installed, name: str) -> int | None:
    """The process of this name, None while it is being started again."""
    if name == WORKER:
        workers = installed.up.web_processes()[1:]
        return workers[0] if workers else None
    with suppress(StopIteration):
        return installed.process(name)
    return None


def _signalled(pid: int | None, how: signal.Signals) -> bool:
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, how)
        return True
    return False
