"""The account of a server that root starts is settled once, on a machine that does not have it yet."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ON_A_FRESH_MACHINE = """
mount --bind "$1" /etc || exit 77
shift
exec "$@"
"""
IN_A_NAMESPACE = ("unshare", "-m", "/bin/sh", "-c", ON_A_FRESH_MACHINE, "sh")


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    """A copy of this machine's /etc without the account."""
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("useradd") is None:
        pytest.skip(
            "only root can take an account away, in a mount namespace of its own, and make it with useradd"
        )
    copy = tmp_path / "etc"
    shutil.copytree("/etc", copy, symlinks=True)
    for name in ("passwd", "group", "shadow", "gshadow"):
        lines = (copy / name).read_text().splitlines(keepends=True)
        (copy / name).write_text("".join(line for line in lines if not line.startswith("farley:")))
    return copy


def test_twenty_processes_at_once_agree_on_one_account_that_exists_afterwards(accounts: Path) -> None:
    settled = subprocess.run(
        [*IN_A_NAMESPACE, accounts, sys.executable, "-m", "tests.infrastructure.settling_account"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if settled.returncode == 77:
        pytest.skip(f"no mount namespace here: {settled.stderr.strip()}")
    assert settled.returncode == 0, settled.stderr
    answer = json.loads(settled.stdout)
    assert answer["given"] == [["farley", answer["stored"]]] * 20
    assert f"farley:x:{answer['stored']}:" in (accounts / "passwd").read_text()
