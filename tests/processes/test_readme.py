"""The README's commands work as pasted, and answer what the README shows."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.processes.up import PATIENCE, ROOT, environment, free_port, running

README = (ROOT / "README.md").read_text(encoding="utf-8")
ANYTHING = "…"


def test_the_ten_lines_of_curl_answer_what_the_readme_shows(home: Path) -> None:
    with running(home, free_port()) as up:
        script = _script(up.port)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=environment(home, KEY=up.banner["administrator"].split()[0]),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
    answers, shown = (
        list(_documents(done.stdout)),
        [d for block in _blocks("json") for d in _documents(block)],
    )
    assert len(answers) == len(shown) == 9
    assert [_differing(part, answer) for part, answer in zip(shown, answers, strict=True)] == [None] * 9


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    two = re.search(r"## Two commands.*?```sh\n(.*?)```", README, re.DOTALL)
    assert two is not None
    assert [line.split()[:2] for line in two[1].splitlines()] == [["make", "run"], ["make", "test"]]
    assert {"run", "test"} <= set(targets)


def _script(port: int) -> str:
    """All commands of the section in one shell, on the port of this start."""
    return "\n".join(_blocks("sh")).replace("127.0.0.1:8000", f"127.0.0.1:{port}")


def _blocks(language: str) -> list[str]:
    section = README.partition("## Ten lines of curl\n")[2].partition("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```", section, re.DOTALL | re.MULTILINE)


def _documents(text: str) -> Iterator[Any]:
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        yield document
        rest = rest[end:].lstrip()


def _differing(shown: Any, answer: Any) -> Any:
    """The part of an answer that is not as the README shows it, None where all is. The README may leave parts out."""
    if shown == ANYTHING:
        return None
    if isinstance(shown, dict) and isinstance(answer, dict):
        return next((d for name, part in shown.items() if (d := _differing(part, answer.get(name)))), None)
    if isinstance(shown, list) and isinstance(answer, list) and shown:
        missing = [part for part in shown if all(_differing(part, element) for element in answer)]
        return missing or None
    return None if shown == answer else (shown, answer)
