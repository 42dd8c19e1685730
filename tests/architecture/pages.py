"""What pages say: the rows of their tables, and the tests that they name."""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows(page: Path, heading: str) -> list[list[str]]:
    """The cells of the last table below a heading, without its own first two rows."""
    section = page.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    table = section.strip().rpartition("\n\n")[2].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


@cache
def defined_in(path: str) -> frozenset[str]:
    return frozenset(re.findall(r"^def (test_\w+)\(", (ROOT / path).read_text(), re.MULTILINE))
