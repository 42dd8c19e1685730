"""The key of a first start: on a terminal it is the last thing that the start shows, and no log has it."""

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from tests.processes.up import PATIENCE, environment, eventually, farley, free_port, running


def test_a_first_start_on_a_terminal_ends_with_the_key_and_logs_it_nowhere(home: Path) -> None:
    terminal, theirs = pty.openpty()
    log = home.parent / "log"
    shown = b""

    def ended() -> bool:
        nonlocal shown
        shown += os.read(terminal, 4096)
        return re.search(rb"  KEY=frl_\S+\r\n", shown) is not None

    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "interfaces.cli.main", "up"],
            env=environment(home, FARLEY_PORT=str(free_port()), FARLEY_WORKERS="1"),
            stdout=theirs,
            stderr=errors,
        )
        os.close(theirs)
        try:
            assert eventually(ended)
            works = farley(home, "check").stdout
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
            os.close(terminal)
    announced, again = re.findall(rb"frl_[\w-]+", shown)
    assert announced == again
    assert all(f"ok     {name}: works." in works for name in ("projector", "scheduler", "dispatcher"))
    logged = [log, *(path for path in home.rglob("*.log"))]
    assert announced.decode() not in "".join(path.read_text() for path in logged)


def test_a_start_whose_output_is_no_terminal_shows_the_key_once(home: Path) -> None:
    with running(home, free_port()) as up:
        assert up.banner["administrator"].startswith("frl_")
        assert eventually(lambda: "ok     dispatcher: works." in farley(home, "check").stdout)
        up.process.send_signal(signal.SIGTERM)
        assert up.process.stdout is not None
        assert "frl_" not in up.process.stdout.read()
        up.stop()


def test_the_first_start_shows_a_link_that_signs_the_administrator_in_and_a_later_one_does_not(
    home: Path,
) -> None:
    port = free_port()
    with running(home, port) as up:
        link = up.banner["console"].split()[0]
        assert "Sign in as administrator" in urlopen(link).read().decode()
        up.stop()
    with running(home, port) as up:
        assert up.banner["console"].startswith(f"http://127.0.0.1:{port}/console ")
        assert urlopen(link).status == 200
        made = farley(home, "keys", "sign-in", "administrator").stdout
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/console/sign-in/\w{43}\n", made)
        up.stop()
