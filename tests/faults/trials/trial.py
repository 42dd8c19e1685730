"""One trial: clients work, a fault happens, everything comes back by itself, and the checker compares."""

import os
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from random import Random
from typing import Any, Protocol

import psycopg

from projections.engine.runner import head, standings
from tests.faults.trials import checker
from tests.faults.trials.client import Client
from tests.faults.trials.history import History
from tests.faults.trials.installation import Installed, NotServing
from tests.faults.trials.stories import Campaigned, Campaigner, Walker
from tests.faults.trials.tail import TailingReader, whole_log

WALKERS = 3
ROUNDS = 2
"""How often the fault happens in a trial. The second time it meets what the first one left."""
SERVES_WITHIN = 10.0
"""Seconds after a fault's end within which commands and questions are answered again. More is noted as late."""
GIVES_UP_AFTER = 60.0
"""Seconds after which the installation counts as broken down."""
RUN_BEFORE = 40.0


class Fault(Protocol):
    """What happens to the installation in a trial.

    `settles_within` are the seconds after the fault's end within which no read model is behind and the run is finished.
    """

    name: str
    settles_within: float

    def inject(self, installed: Installed, rng: Random) -> Counter[str]:
        """Returns at the fault's end: how often what happened."""


@dataclass(kw_only=True)
class Outcome:
    """The result of a trial. `happened` counts the faults by kind; `serving` and `settled` are seconds.

    `late` says that the installation served again too late, though it lost nothing. `unchecked` is the error that ended
    the trial itself: it proves nothing, and counts neither as a fault survived nor as a failure.
    """

    number: int
    happened: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    repeated: int = 0
    unanswered: int = 0
    facts: int = 0
    serving: float = 0.0
    settled: float = 0.0
    late: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    unchecked: str | None = None


class Trial:
    """Number `number` of the trials of `seed` for one fault."""

    def __init__(
        self,
        installed: Installed,
        fault: Fault,
        seed: int,
        number: int,
        reader: TailingReader,
    ) -> None:
        self._installed, self._fault, self._reader = installed, fault, reader
        self._rng = Random(f"{seed} {fault.name} {number}")
        self._outcome = Outcome(number=number)
        self._history = History()
        self._stop = threading.Event()

    def run(self) -> Outcome:
        with self._installed.connect() as connection:
            begin = head(connection)
        with self._client() as client:
            campaigner = Campaigner(client, self._random(), self._outcome.number)
            self._run(campaigner, begin)
        self._outcome.acknowledged = self._history.acknowledged
        self._outcome.repeated = self._history.repeated
        self._outcome.unanswered = sum(not c.is_acknowledged for c in self._history)
        return self._outcome

    def _run(self, campaigner: Campaigner, begin: int) -> None:
        try:
            with self._clients(campaigner):
                ended = [self._inject() for _ in range(ROUNDS)][-1]
            self._settle(campaigner.campaigned, ended)
            self._outcome.failures += self._findings(campaigner.campaigned, begin)
        except (NotServing, AssertionError) as failure:
            self._outcome.failures.append(str(failure))
        except Exception as error:
            traceback.print_exc()
            self._outcome.unchecked = f"{type(error).__name__}: {error}"

    def _inject(self) -> float:
        """Lets the fault happen once and waits until the installation serves again; when the fault ended."""
        self._outcome.happened += self._fault.inject(self._installed, self._random())
        ended = time.monotonic()
        seconds = self._installed.serves_again(ended, within=GIVES_UP_AFTER)
        self._outcome.serving = max(self._outcome.serving, seconds)
        if seconds > SERVES_WITHIN:
            self._outcome.late.append(f"served after {seconds:.1f} s, load {os.getloadavg()[0]:.1f}")
        return ended

    def _random(self) -> Random:
        return Random(self._rng.getrandbits(64))

    def _client(self) -> Client:
        return self._installed.client(self._history, self._random())

    @contextmanager
    def _clients(self, campaigner: Campaigner) -> Iterator[None]:
        """The clients work until the block ends; the campaign's client until its campaign is planned."""
        with ExitStack() as closed:
            clients = [closed.enter_context(self._client()) for _ in range(WALKERS)]
            walkers = [Walker(client, self._random(), self._stop) for client in clients]
            threads = [threading.Thread(target=one.run, daemon=True) for one in (*walkers, campaigner)]
            for thread in threads:
                thread.start()
            try:
                yield
            finally:
                threads[-1].join(RUN_BEFORE)
                self._stop.set()
                for thread in threads:
                    thread.join(RUN_BEFORE)

    def _settle(self, campaigned: Campaigned | None, ended: float) -> None:
        """Waits until nothing is behind and the run is finished."""
        assert campaigned is not None, "no run was planned, though the service was back"
        within = self._fault.settles_within
        until = time.monotonic() + within
        while not self._is_settled(campaigned):
            if time.monotonic() > until:
                raise NotServing(
                    f"after {within:.0f} seconds the run is not finished or a read model behind:"
                    f" {self._ask(campaigned.path)}"
                )
            time.sleep(0.05)
        self._outcome.settled = time.monotonic() - ended

    def _is_settled(self, campaigned: Campaigned) -> bool:
        try:
            run = self._ask(campaigned.path)
            with self._installed.connect() as connection:
                behind = min(s.position for s in standings(connection).values()) < head(connection)
        except (OSError, HTTPException, ValueError, psycopg.OperationalError):
            return False
        return run is not None and run["state"] == "finished" and not behind

    def _answer(self, path: str) -> Any:
        """The answer to a question that a web worker may refuse for a moment, while another one answers already."""
        until = time.monotonic() + SERVES_WITHIN
        while time.monotonic() < until:
            with suppress(OSError, HTTPException, ValueError):
                if (answer := self._ask(path)) is not None:
                    return answer
            time.sleep(0.05)
        raise NotServing(
            f"{path} was not answered within {SERVES_WITHIN:.0f} seconds after the run was finished"
        )

    def _ask(self, path: str) -> Any:
        with self._installed.client(History(), self._random()) as client:
            status, body = client.ask(path)
        return body if status == 200 else None

    def _findings(self, campaigned: Campaigned | None, begin: int) -> Iterator[str]:
        assert campaigned is not None
        run = self._answer(campaigned.path)
        decided = self._answer(f"{campaigned.path}/decisions?limit=500")
        with self._installed.connect() as connection:
            self._outcome.facts = head(connection) - begin
            yield from checker.log_is_whole(connection)
            yield from checker.commands_happened_once(connection, self._history, begin)
            yield from checker.run_is_right(
                connection, run, decided["items"], campaigned, self._installed.sink.received
            )
            yield from self._missed(whole_log(connection))
        with self._installed.connect("farley_projector") as folding:
            yield from checker.projections_equal_a_fresh_fold(folding)
        yield from self._replayed(campaigned)

    def _missed(self, log: Sequence[Any]) -> list[str]:
        """The reader may need a moment for the last facts."""
        until = time.monotonic() + 5
        while (missed := self._reader.missed(log)) and time.monotonic() < until:
            time.sleep(0.05)
        return missed[:5]

    def _replayed(self, campaigned: Campaigned) -> Iterator[str]:
        """Deciding again from the log alone also finds a handover past any other stopping fact."""
        replayed = self._installed.replayed(campaigned.path)
        if replayed["different"]:
            yield f"a replay of run {campaigned.run_id} differs: {str(replayed)[:500]}"
