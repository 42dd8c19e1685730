"""Recognises hard bounces: refusals because a mailbox does not exist or accepts no mail from anybody.

`bounce_rules.tsv` holds the words of each provider, one rule a line with its source. `docs/bounces.md` says how
well they tell bounces from other refusals.
"""

import re
from csv import QUOTE_NONE, DictReader
from enum import StrEnum
from functools import cache
from pathlib import Path

_RULES = Path(__file__).with_name("bounce_rules.tsv")
_BAD_RECIPIENT = frozenset((b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10"))
"""RFC 3463, 3.2 and RFC 7505, 4: no such mailbox, no such domain, not an address, moved away, takes no mail."""
_ENHANCED = re.compile(rb"^\s*#?([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)", re.MULTILINE)


class _Meaning(StrEnum):
    BOUNCE = "bounce"
    """The words say that the recipient's mailbox does not exist, or is closed."""
    OTHER = "other"
    """The words speak of the sender, our server, the content, a policy, space or the moment."""


def tells_of_a_bounce(code: int, text: bytes) -> bool:
    """Whether a refusal of a recipient or of a message says that the recipient's mailbox takes no mail at all.

    The words of the reply decide, because providers use 550 and 5.1.1 for policies and 5.7.1 for missing mailboxes.
    If the words are unknown, an enhanced code of a bad recipient decides. In doubt it is no bounce, because a bounce
    stops the address for good.
    """
    if not 500 <= code <= 599 or _words(_Meaning.OTHER).search(text):
        return False
    enhanced = _ENHANCED.search(text)
    return bool(_words(_Meaning.BOUNCE).search(text)) or bool(enhanced and enhanced[1] in _BAD_RECIPIENT)


@cache
def _words(meaning: _Meaning) -> re.Pattern[bytes]:
    with _RULES.open(encoding="utf-8", newline="") as lines:
        rules = DictReader(lines, delimiter="\t", quoting=QUOTE_NONE)
        patterns = [rule["pattern"] for rule in rules if rule["meaning"] == meaning]
    return re.compile("|".join(patterns).encode(), re.IGNORECASE | re.DOTALL)
