"""Writes `domain/customers/registered_languages.txt` from a copy of the IANA language subtag registry.

The command is `python -m tests.domain.commit_languages FILE`. The registry, which BCP 47 names, is published at
https://www.iana.org/assignments/language-subtag-registry.
"""

import re
import sys
import textwrap
from pathlib import Path

from domain.customers import languages

FILE = Path(languages.__file__).with_name("registered_languages.txt")


def registered_languages(registry: str) -> list[str]:
    """Returns the primary languages with three letters, without the range for private use."""
    return sorted(re.findall(r"^Type: language\nSubtag: ([a-z]{3})$", registry, re.MULTILINE))


def commit(path: Path) -> None:
    codes = registered_languages(path.read_text(encoding="utf-8"))
    FILE.write_text(textwrap.fill(" ".join(codes), 110) + "\n", encoding="utf-8")


if __name__ == "__main__":
    commit(Path(sys.argv[1]))
