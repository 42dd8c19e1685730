"""Short plain texts of facts: names, codes and numbers that stand in the clear, and the closed lists."""

import re
from collections.abc import Collection

from domain.errors import InvalidInput

LONGEST_NAME = 200
LONGEST_NUMBER = 400
"""Of what other systems number: with its source it still fits an index entry of PostgreSQL (2,704 bytes)."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def plain_text(text: str, path: str, longest: int = LONGEST_NAME) -> str:
    """`text` as it is; InvalidInput where it is blank, too long or has control characters."""
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput("This may not be empty.", path=path, code="empty")
    if len(text) > longest:
        raise InvalidInput(f"At most {longest} characters.", path=path, code="too_long")
    if _CONTROL.search(text):
        raise InvalidInput("Control characters are not accepted.", path=path, code="control_character")
    return text


def optional_text(text: str | None, path: str, longest: int = LONGEST_NAME) -> str | None:
    """As `plain_text`; None stays None."""
    return None if text is None else plain_text(text, path, longest)


def stated_text(text: str, path: str) -> str:
    """Free text that must say something; InvalidInput where it is blank."""
    if not text.strip():
        raise InvalidInput("This may not be empty.", path=path, code="empty")
    return text


def one_of(word: str, words: Collection[str], path: str) -> str:
    """`word`; InvalidInput, naming the words there are, where it is none of them."""
    if word not in words:
        raise InvalidInput(f"One of: {', '.join(sorted(words))}.", path=path, code="unknown_word")
    return word


def numbering(source: str | None, number: str | None) -> tuple[str, str] | None:
    """What another system numbers: its name and its number; None where it numbers nothing."""
    if source is not None:
        plain_text(source, "source")
    if number is None:
        return None
    if source is None:
        raise InvalidInput("A number needs the source that gave it.", path="source", code="missing")
    return source, plain_text(number, "number", LONGEST_NUMBER)
