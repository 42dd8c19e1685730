"""`make planted`: plants each bug in a copy of the tree, and says whether the tests that it names fail there.

    make planted                            all bugs
    make planted BUGS="tie-for-the-grant"   only these

All named tests run once without a bug first, and must pass. Each bug then gets a copy of the tree. Copies, databases
and processes are gone when the command ends, also on Ctrl-C. The exit code is 0 only if every bug is caught.
"""

import asyncio
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.amounts import EVERY_POINT
from tests.planted.bugs import PlantedBug, Unusable, planted_bugs

ROOT = Path(__file__).parents[2]
AT_ONCE = 2
LONGEST_TEST = 120
"""Seconds. A test that a bug makes wait for ever has failed."""
STOPS_WITHIN = 30.0
"""Seconds that an interrupted run of pytest has to stop its database."""
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".farley", ".hypothesis", ".*_cache")
PYTEST = (sys.executable, "-m", "pytest")
OPTIONS = (
    *("-q", "--tb=line", "-p", "no:cacheprovider", f"--timeout={LONGEST_TEST}"),
    *("--randomly-seed=1", "--randomly-dont-reorganize"),
)

_FAILED = re.compile(r"^FAILED (\S+?::\S+)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the tests made of a tree. `failed`: node ids."""

    failed: frozenset[str]
    output: str
    seconds: float

    def misses(self, tests: Collection[str]) -> list[str]:
        """Those of the tests that did not fail; of one with parameters a single failure is enough."""
        return [test for test in tests if not any(_is_of(failed, test) for failed in self.failed)]

    @classmethod
    def read(cls, output: str, seconds: float) -> "Judgement":
        return cls(failed=frozenset(_FAILED.findall(output)), output=output, seconds=seconds)


async def main(names: Collection[str]) -> int:
    """The exit code."""
    with tempfile.TemporaryDirectory(prefix="farley-planted-") as folder:
        tree = _copied(ROOT, Path(folder) / "tree")
        try:
            bugs = _wanted(names)
        except Unusable as refusal:
            return _say(str(refusal), 1)
        if refusals := [refusal for bug in bugs if (refusal := _refused(bug, tree))]:
            return _say("\n".join(refusals), 1)
        return await _judge_all(bugs, tree) if await _is_green(bugs, tree) else 1


def _wanted(names: Collection[str]) -> list[PlantedBug]:
    bugs = planted_bugs()
    if unknown := sorted(set(names) - {bug.name for bug in bugs}):
        raise Unusable(
            f"There is no planted bug {', '.join(unknown)}: name a file of tests/planted without .patch."
        )
    return [bug for bug in bugs if not names or bug.name in names]


def _refused(bug: PlantedBug, tree: Path) -> str | None:
    """Why the bug cannot be planted in this tree, and what to do; None where it can."""
    try:
        bug.check(tree)
    except Unusable as refusal:
        return str(refusal)
    return None


async def _is_green(bugs: Sequence[PlantedBug], tree: Path) -> bool:
    """Whether all named tests pass without a bug: else their failure under a bug proves nothing."""
    tests = sorted({test for bug in bugs for test in bug.tests})
    code, judgement = await _tested(tree, tests, "-n", str(AT_ONCE), "--dist=loadgroup")
    if code == 0:
        _say(f"without a bug {len(tests)} tests are green  {judgement.seconds:.1f} s")
        return True
    _say(judgement.output)
    _say("These tests fail without a planted bug. Make them pass first: until then a failure proves nothing.")
    return False


async def _judge_all(bugs: Sequence[PlantedBug], tree: Path) -> int:
    turns = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        judged = [group.create_task(_is_caught(bug, tree, turns)) for bug in bugs]
    caught = sum(task.result() for task in judged)
    return _say(f"caught {caught} of {len(bugs)} planted", 0 if caught == len(bugs) else 1)


async def _is_caught(bug: PlantedBug, tree: Path, turns: asyncio.Semaphore) -> bool:
    async with turns:
        copy = _copied(tree, tree.with_name(bug.name))
        bug.plant(copy)
        _, judgement = await _tested(copy, bug.tests)
        shutil.rmtree(copy)
    misses = judgement.misses(bug.tests)
    word = "MISSED" if misses else "caught"
    _say(f"{word} {judgement.seconds:5.1f} s  {bug.name}: {bug.breaks}")
    if misses:
        _say(f"  not failed: {', '.join(misses)}\n{judgement.output}")
    return not misses


async def _tested(tree: Path, tests: Sequence[str], *options: str) -> tuple[int, Judgement]:
    """Runs these tests in this tree. The run is ended when the caller is cancelled."""
    began, output = time.monotonic(), tree.with_name(f"{tree.name}.output")
    with output.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *(*PYTEST, *OPTIONS, *options, *tests),
            cwd=tree,
            env={**os.environ, EVERY_POINT: "1"},
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise
    return code, Judgement.read(output.read_text(errors="replace"), time.monotonic() - began)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Interrupts pytest, so that it stops its database; kills it and what it started where it does not end."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOPS_WITHIN)
        os.killpg(process.pid, signal.SIGKILL)


def _copied(tree: Path, copy: Path) -> Path:
    shutil.copytree(tree, copy, ignore=NOT_COPIED, symlinks=True)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


def _is_of(node_id: str, test: str) -> bool:
    return node_id == test or node_id.startswith(f"{test}[")


def _say(text: str, code: int = 0) -> int:
    print(text, flush=True)
    return code


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        sys.exit(asyncio.run(main(sys.argv[1:])))
    except KeyboardInterrupt:
        sys.exit(130)
