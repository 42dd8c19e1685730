"""What speaks SQL runs on the distribution's PostgreSQL 15 too, in a run of its own beside this one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infrastructure.postgres.embedded import distribution_bin_dir

ROOT = Path(__file__).parent.parent.parent
MAJOR = "15"
FOLDS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "projections").glob("test_*.py"))
SPEAKS_SQL = {
    "folds": FOLDS[::2],
    "more folds": FOLDS[1::2],
    "log": [
        "tests/infrastructure/test_recorder.py",
        "tests/infrastructure/test_roles.py",
        "tests/infrastructure/test_keys.py",
        "tests/infrastructure/test_log_links.py",
        "tests/infrastructure/test_natural_identity_on_the_log.py",
    ],
    "http": [
        "tests/interfaces/test_customers_over_http.py",
        "tests/interfaces/test_campaigns_over_http.py",
    ],
    "acceptance": [
        "tests/acceptance/test_a_run.py",
        "tests/acceptance/test_dispatching.py",
        "tests/acceptance/test_forgetting.py",
        "tests/acceptance/test_one_person.py",
    ],
}
"""In parts, so that the workers of a run share them."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", SPEAKS_SQL)
def test_everything_that_speaks_sql_passes_on_postgresql_15(part: str) -> None:
    if distribution_bin_dir(int(MAJOR)) is None:
        pytest.skip(f"the distribution's PostgreSQL {MAJOR} is not on this machine")
    without_workers = {n: v for n, v in os.environ.items() if not n.startswith(("PYTEST_", "FARLEY_"))}
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SPEAKS_SQL[part]],
        cwd=ROOT,
        env={**without_workers, "FARLEY_TEST_POSTGRES": MAJOR},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout[-8000:] + answer.stderr[-2000:]
