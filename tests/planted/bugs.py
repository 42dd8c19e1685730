"""Planted bugs: each is a patch that breaks one promise and names the tests that must fail with it.

A patch file has a header and a unified diff:

    Breaks: The handover takes no lock.
    Caught by: tests/acceptance/test_the_race.py::test_c_complaint_while_the_handover_waits_for_the_lock

    --- a/infrastructure/postgres/migrations/0001_log.sql
    +++ b/infrastructure/postgres/migrations/0001_log.sql
    @@ -332,3 +332,2 @@
    ...

Line numbers do not matter: a patch applies if its lines without a "+" stand exactly once in the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
MEND = (
    "Make the same mistake in the code as it is now, and replace the diff in the patch by the output of `git diff -U1`."
    " Delete the patch if the mistake can no longer be made."
)

_HEADER = re.compile(
    r"Breaks: (?P<breaks>\S.*\.)\n(?P<tests>(?:Caught by: \S+\n)+)\n(?P<diff>(?:diff|---) .*)", re.DOTALL
)
_OF_GIT = re.compile(r"^(?:diff|index) .*\n", re.MULTILINE)
_FILE = re.compile(r"^--- a/.*\n\+\+\+ b/(?P<path>.*)\n", re.MULTILINE)
_HUNK = re.compile(r"^@@ .*\n", re.MULTILINE)


class Unusable(Exception):
    """A patch without its header, or one that no longer applies."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """Whole lines of one file, and what stands there once the bug is planted."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class PlantedBug:
    """`breaks`: what is wrong, in one sentence. `tests`: node ids of pytest, each of which must fail."""

    name: str
    breaks: str
    tests: tuple[str, ...]
    changes: tuple[Change, ...]

    def plant(self, tree: Path) -> None:
        """Changes the files of this tree. Unusable where they have other lines than the patch was made for."""
        for change in self.changes:
            (tree / change.path).write_text(self._changed(tree, change))

    def check(self, tree: Path) -> None:
        """Unusable where `plant` would be, and where a test that it names is not there."""
        for change in self.changes:
            self._changed(tree, change)
        for test in self.tests:
            if not _is_there(tree, test):
                raise Unusable(
                    f"{self.name}: there is no test {test}. Name the test that must catch this bug."
                )

    def _changed(self, tree: Path, change: Change) -> str:
        file = tree / change.path
        if not file.exists():
            raise Unusable(f"{self.name}: there is no file {change.path}. {MEND}")
        text = file.read_text()
        places = [
            place.start() for place in re.finditer(f"^(?={re.escape(change.before)})", text, re.MULTILINE)
        ]
        if len(places) != 1:
            raise Unusable(
                f"{self.name}: {change.path} has the lines that it changes {len(places)} times. {MEND}"
            )
        return text[: places[0]] + change.after + text[places[0] + len(change.before) :]


def _is_there(tree: Path, node_id: str) -> bool:
    path, _, test = node_id.partition("::")
    name = test.partition("[")[0]
    return (tree / path).exists() and f"\ndef {name}(" in (tree / path).read_text()


def planted_bugs(folder: Path = FOLDER) -> list[PlantedBug]:
    """All of them by name. Unusable where a patch has no header or changes nothing."""
    return [_read(patch) for patch in sorted(folder.glob("*.patch"))]


def _read(patch: Path) -> PlantedBug:
    header = _HEADER.fullmatch(patch.read_text())
    changes = tuple(_changes(header["diff"])) if header else ()
    if header is None or not changes:
        raise Unusable(f"{patch.name} is not a header and a diff as {__file__} describes them.")
    tests = tuple(header["tests"].replace("Caught by: ", "").split())
    return PlantedBug(name=patch.stem, breaks=header["breaks"], tests=tests, changes=changes)


def _changes(diff: str) -> Iterator[Change]:
    _, *files = _FILE.split(_OF_GIT.sub("", diff))
    for path, hunks in zip(files[::2], files[1::2], strict=True):
        for hunk in _HUNK.split(hunks)[1:]:
            lines = [line if line.strip() else " \n" for line in hunk.splitlines(keepends=True)]
            yield Change(path=path, before=_side(lines, " -"), after=_side(lines, " +"))


def _side(lines: list[str], signs: str) -> str:
    return "".join(line[1:] for line in lines if line[0] in signs)
