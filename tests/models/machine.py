"""What every model does besides its commands: time passes, facts are folded in any split, processes are cut.

A machine tells each command to Farley over HTTP and to a reference in plain Python, and compares the answers.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from werkzeug.test import TestResponse

from projections.engine import batch
from tests.amounts import amount
from tests.databases import Databases
from tests.in_memory.clock import SteppedClock
from tests.interfaces.conftest import Api
from tests.seeded import SeededIds
from tests.world import BEGIN, World

STEPS = 40
"""The most steps of one story."""
EARLIER = [BEGIN - timedelta(hours=hours) for hours in (1, 2, 3)]
"""The instants that clients date their facts at, few enough that two facts often have the same."""
dates = st.sampled_from([None, None, *EARLIER])
"""None: the client gives no date."""


class Told(StrEnum):
    """How a command is told."""

    ONCE = "once"
    TWICE = "twice, with its key"
    CUT_BEFORE = "to a process that is cut before it appends, then again with its key"
    CUT_AFTER = "to a process that is cut after it appended, then again with its key"


how = st.sampled_from([Told.ONCE] * 5 + [Told.TWICE, Told.CUT_BEFORE, Told.CUT_AFTER])


class Cut(BaseException):
    """The process ended here."""


def stories(
    machine: type["Machine"],
    patch: pytest.MonkeyPatch,
    databases: Databases,
    home: Path,
    *,
    quick: int,
    full: int,
) -> None:
    """Plays as many stories as `amount` says, always the same ones."""

    def begin() -> Machine:
        ids = SeededIds(0)
        patch.setattr("infrastructure.wiring.use_cases.RandomIds", lambda: ids)
        patch.setattr("infrastructure.wiring.use_cases.SystemRandomness", lambda: ids)
        return machine(databases, home)

    run_state_machine_as_test(
        begin,
        settings=settings(
            max_examples=amount(full, quick=quick),
            stateful_step_count=STEPS,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a story that fails is told as it is: to shorten it would take minutes
            suppress_health_check=list(HealthCheck),
        ),
    )


class Machine(RuleBasedStateMachine):
    """A story on databases of its own, whose clock only moves by `time_passes`."""

    def __init__(self, databases: Databases, home: Path) -> None:
        super().__init__()
        self._opened = ExitStack()
        self._home, self.clock = Path(mkdtemp(dir=home)), SteppedClock()
        self._database = self._opened.enter_context(databases.one())
        self._process = self._opened.enter_context(ExitStack())
        self.api: Api | None = None
        self.keys = 0
        self.begin_anew()

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:  # else the story has failed already
                self.check()
        finally:
            self._opened.close()

    def check(self) -> None:
        """Compares all answers with the reference, at the end of a story."""

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def world(self) -> World:
        return self._client.world

    @property
    def _client(self) -> Api:
        assert self.api is not None
        return self.api

    def begin_anew(self) -> None:
        """A new process, which knows nothing but what is stored."""
        self._process.close()
        world = World(self._database, self._home, clock=self.clock)
        self._process.callback(world.close)
        key = self.api.key if self.api is not None else None
        self.api = Api(world)
        self.api.key = key or self.api.key

    # What happens in every story

    @rule(seconds=st.sampled_from([1, 60, 3_600, 86_400, 8 * 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.clock.move(timedelta(seconds=seconds))

    @rule(facts=st.integers(1, 5))
    def the_projector_folds_some_facts(self, facts: int) -> None:
        runner = self.world.runner
        runner._size = facts
        runner.fold_next()
        runner._size = batch.LIVE_SIZE

    @rule(folds=st.integers(0, 12))
    def the_projector_is_cut_within_a_batch(self, folds: int) -> None:
        with _cut_after(folds), pytest.raises(Cut):
            self.world.runner.catch_up()
            raise Cut  # there was less to fold

    @rule()
    def the_process_is_cut_and_begins_anew(self) -> None:
        self.begin_anew()

    # Commands and questions

    def tell(self, path: str, body: Any, told: Told = Told.ONCE, **headers: str) -> TestResponse:
        """The answer to a POST. Told again with its key, it must be the same and nothing may be stored twice."""
        self.keys += 1
        headers["Idempotency_Key"] = f"key-{self.keys}"
        if told is Told.ONCE:
            return self._client.post(path, body, **headers)
        if told is Told.TWICE:
            return self._again(self._client.post(path, body, **headers), path, body, headers)
        answer = None
        with self.cut(self.world.web.recorder, append=told is Told.CUT_AFTER), suppress(Cut):
            answer = self._client.post(path, body, **headers)
        self.begin_anew()
        # Without a cut there was nothing to append: the command was refused, or repeats another.
        return answer or self._client.post(path, body, **headers)

    def _again(self, first: TestResponse, path: str, body: Any, headers: dict[str, str]) -> TestResponse:
        head = self.world.head()
        second = self._client.post(path, body, **headers)
        assert second.status_code == first.status_code, (first.data, second.data)
        if first.status_code < 300:
            assert second.json == first.json and second.headers["Idempotent-Replayed"] == "true"
        assert self.world.head() == head, "it was stored twice"
        return first

    @contextmanager
    def cut(self, recorder: Any, *, append: bool) -> Iterator[None]:
        """Ends the process where it would append something, or after it has appended that."""
        insert = recorder.insert_events

        def insert_events(*values: Any, **named: Any) -> None:
            if append:
                insert(*values, **named)
            raise Cut

        recorder.insert_events = insert_events
        try:
            yield
        finally:
            recorder.insert_events = insert

    def expect(self, status: int, answer: TestResponse) -> None:
        assert answer.status_code == status, (status, answer.status_code, answer.data)

    def ask(self, path: str) -> Any:
        return self._client.get(path)

    def etag(self, path: str) -> str:
        """The tag of the version that a client has seen."""
        return str(self._client.ask("GET", path).headers["ETag"])


@contextmanager
def _cut_after(folds: int) -> Iterator[None]:
    """Raises Cut in place of the next fold but `folds`: the transaction of the batch is not committed."""
    fold, left = batch.Batch.fold, iter(range(folds))

    def cut(self: batch.Batch, *values: Any) -> None:
        if next(left, None) is None:
            raise Cut
        fold(self, *values)

    batch.Batch.fold = cut  # type: ignore[method-assign]
    try:
        yield
    finally:
        batch.Batch.fold = fold  # type: ignore[method-assign]


def body(**values: Any) -> dict[str, Any]:
    """A body without the fields that are None; instants and ids as texts."""
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def uuid(number: int) -> UUID:
    return UUID(int=number << 64, version=4)
