"""Log lines are JSON for programs, and short on a terminal."""

import json
import os
import pty
import re
import subprocess
import sys

WRITING = """
import logging
import structlog
from infrastructure.machine import logs
logs.configure("web")
log = structlog.get_logger("farley.access")
log.info("request", method="GET", route="/docs", status=200, correlation_id="c-1")
log.error("request failed", error="ValueError", correlation_id="c-2")
logging.getLogger("library").warning("it is %s", "late")
"""


def written(stderr: int) -> None:
    subprocess.run([sys.executable, "-c", WRITING], stderr=stderr, check=True, timeout=30)


def test_lines_for_programs_are_json_with_every_field() -> None:
    read, write = os.pipe()
    written(write)
    os.close(write)
    with os.fdopen(read) as lines:
        request, failed, library = map(json.loads, lines)
    assert (request["process"], request["event"], request["correlation_id"]) == ("web", "request", "c-1")
    assert (failed["level"], failed["error"], failed["correlation_id"]) == ("error", "ValueError", "c-2")
    assert (library["level"], library["event"], library["logger"]) == ("warning", "it is late", "library")


def test_lines_on_a_terminal_are_short_and_keep_the_correlation_id_of_what_is_wrong() -> None:
    terminal, theirs = pty.openpty()
    written(theirs)
    lines = os.read(terminal, 4096).decode().splitlines()
    os.close(theirs)
    os.close(terminal)
    assert [re.sub(r"^\d\d:\d\d:\d\d  web +", "", line) for line in lines] == [
        "request  method=GET  route=/docs  status=200",
        "error: request failed  error=ValueError  correlation_id=c-2",
        "warning: it is late",
    ]
