"""The planted bugs do not rot: each still applies to this tree and names tests that there are."""

from pathlib import Path

import pytest

from tests.planted.bugs import FOLDER, PlantedBug, Unusable, planted_bugs
from tests.planted.plant import ROOT, Judgement

BUGS = planted_bugs()
PATCH = """Breaks: Two is three.
Caught by: tests/test_two.py::test_two

--- a/two.py
+++ b/two.py
@@ -1,2 +1,2 @@
 # the number
-TWO = 2
+TWO = 3
"""
TEST = "\ndef test_two() -> None: ..."


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_applies_and_names_tests_that_there_are(bug: PlantedBug) -> None:
    bug.check(ROOT)


def test_at_least_thirty_bugs_are_planted_each_for_a_reason_of_its_own() -> None:
    assert len(BUGS) >= 30
    assert len({bug.breaks for bug in BUGS}) == len({bug.changes for bug in BUGS}) == len(BUGS)


def test_nothing_in_the_folder_is_a_bug_that_nobody_reads() -> None:
    assert {path.suffix for path in FOLDER.iterdir() if path.is_file()} == {".patch", ".py"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "two.py").write_text("# the first line\n# the number\nTWO = 2\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_two.py").write_text(TEST)
    return tmp_path


def bug_of(tree: Path, patch: str = PATCH) -> PlantedBug:
    (tree / "two-is-three.patch").write_text(patch)
    (bug,) = planted_bugs(tree)
    return bug


def test_a_bug_is_planted_wherever_its_lines_stand(tree: Path) -> None:
    bug = bug_of(tree)
    assert bug == bug_of(tree, PATCH.replace("---", "diff --git a/two.py b/two.py\nindex 1..2 100644\n---"))
    bug.check(tree)
    bug.plant(tree)
    assert (tree / "two.py").read_text() == "# the first line\n# the number\nTWO = 3\n"
    assert (bug.name, bug.breaks) == ("two-is-three", "Two is three.")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "two.py",
            "# the number\nTWO = 2  # or so\n",
            "two-is-three: two.py has the lines that it changes 0 times",
        ),
        ("two.py", "# the number\nTWO = 2\n# the number\nTWO = 2\n", "it changes 2 times"),
        ("two.py", None, "there is no file two.py"),
        (
            "tests/test_two.py",
            "\ndef test_three() -> None: ...",
            "there is no test tests/test_two.py::test_two",
        ),
        ("tests/test_two.py", None, "there is no test tests/test_two.py::test_two"),
    ],
)
def test_a_bug_that_cannot_be_planted_any_more_says_why(
    tree: Path, name: str, text: str | None, told: str
) -> None:
    bug, file = bug_of(tree), tree / name
    file.unlink() if text is None else file.write_text(text)
    with pytest.raises(Unusable, match=told):
        bug.check(tree)


@pytest.mark.parametrize(
    "missing", ["Breaks: Two is three.\n", "Caught by: tests/test_two.py::test_two\n", "@@ "]
)
def test_a_patch_without_its_header_or_without_a_change_is_refused(tree: Path, missing: str) -> None:
    with pytest.raises(Unusable, match=r"two-is-three\.patch is not a header and a diff"):
        bug_of(tree, PATCH.replace(missing, ""))


def test_a_bug_is_caught_only_where_each_of_its_tests_fails_by_itself() -> None:
    judged = Judgement.read(
        "FAILED tests/a.py::test_one[x y] - assert 1 == 2\n"
        "FAILED tests/a.py::test_two\n"
        "FAILED tests/a.py::test_three_times - assert 3 == 2\n"
        "ERROR tests/a.py::test_four - the fixture failed\n",
        1.0,
    )
    tests = [f"tests/a.py::test_{name}" for name in ("one", "two", "three", "four", "five")]
    assert judged.misses(tests) == tests[2:]
